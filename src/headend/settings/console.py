"""How the console (Django admin with Unfold) presents itself: its name, colours and the way through it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


def _permission(name: str) -> Callable[[HttpRequest], bool]:
    def has(request: HttpRequest) -> bool:
        return request.user.has_perm(name)

    return has


def _records(title: Any, icon: str, context: str, entity: str) -> dict[str, Any]:
    return {
        "title": capfirst(title),  # a name of records may begin with a small letter in some languages
        "icon": icon,
        "link": reverse_lazy(f"admin:{context}_{entity}_changelist"),
        "permission": _permission(f"{context}.view_{entity}"),
    }


def _page(title: Any, icon: str, name: str, permission: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{name}"),
        "permission": _permission(permission),
    }


def _report(title: Any, icon: str, name: str, permission: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy("admin:reports", args=(name,)),
        "permission": _permission(permission),
    }


NAVIGATION = [
    {
        "items": [
            {"title": _("Dashboard"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
            _page(_("Guide for a day"), "calendar_view_day", "guide_grid", "catalog.view_programme"),
            _page(_("Why was this refused?"), "contact_support", "why", "subscribers.view_account"),
        ]
    },
    {
        "title": _("Subscribers"),
        "separator": True,
        "items": [
            _records(_("Customers"), "home", "subscribers", "customer"),
            _records(_("Accounts"), "badge", "subscribers", "account"),
            _records(_("Devices"), "settings_remote", "subscribers", "device"),
            _records(_("Sessions"), "sensors", "subscribers", "session"),
            _records(_("Subscriptions"), "receipt_long", "subscribers", "tariffsubscription"),
            _records(_("Profiles"), "face", "subscribers", "profile"),
        ],
    },
    {
        "title": _("Messages"),
        "separator": True,
        "items": [
            _records(_("Mailings"), "campaign", "messaging", "mailing"),
            _records(_("Messages"), "mail", "messaging", "message"),
            _records(_("Texts on their way"), "sms", "messaging", "outgoingtext"),
            _records(_("Commands to devices"), "restart_alt", "messaging", "command"),
        ],
    },
    {
        "title": _("Monitoring of devices"),
        "separator": True,
        "items": [
            _records(_("Reports"), "monitor_heart", "monitoring", "devicereport"),
            _records(_("Commands"), "terminal", "monitoring", "devicecommand"),
            _records(_("Passwords"), "password", "monitoring", "devicepassword"),
        ],
    },
    {
        "title": _("Billing"),
        "separator": True,
        "items": [
            _report(_("Revenue"), "bar_chart", "revenue", "billing.view_entry"),
            _report(_("Users by tariff"), "groups", "tariffs", "subscribers.view_tariffsubscription"),
            _report(_("Payments by gateway"), "pie_chart", "payments", "billing.view_payment"),
            _records(_("Commissions"), "percent", "billing", "commissionrule"),
            _report(_("Dealers"), "handshake", "dealers", "operators.view_dealer"),
            _records(_("Payments"), "payments", "billing", "payment"),
            _records(_("Ledger entries"), "account_balance", "billing", "entry"),
            _records(_("Transactions"), "swap_vert", "billing", "transaction"),
            _records(_("Invoices"), "request_quote", "invoicing", "invoice"),
            _records(_("Promo codes"), "redeem", "billing", "promocode"),
            _records(_("Activations of promo codes"), "how_to_reg", "billing", "promoactivation"),
            _records(_("Saved cards"), "credit_card", "billing", "savedcard"),
            _records(_("Payment gateways"), "point_of_sale", "billing", "merchant"),
            _records(_("Billing runs"), "event_repeat", "billing", "billingrun"),
            _records(_("Discounts"), "percent", "billing", "discount"),
            _records(_("Promised payments"), "handshake", "billing", "promisedpayment"),
            _records(_("Billing terms"), "gavel", "billing", "billingterms"),
            _records(_("Document templates"), "design_services", "invoicing", "documenttemplate"),
            _records(_("Sellers"), "storefront", "invoicing", "seller"),
            _records(_("Notices of gateways"), "webhook", "billing", "gatewaynotice"),
            _records(_("Other billing systems"), "sync_alt", "billing", "otherbilling"),
        ],
    },
    {
        "title": _("Channels"),
        "separator": True,
        "items": [
            _records(_("Channels"), "live_tv", "catalog", "channel"),
            _records(_("Categories"), "category", "catalog", "category"),
            _records(_("Tariffs"), "sell", "catalog", "tariff"),
            _records(_("Virtual tariffs"), "layers", "catalog", "virtualtariff"),
            _records(_("Channel orders"), "reorder", "catalog", "channelsort"),
            _records(_("Copyright holders"), "copyright", "catalog", "copyrightholder"),
            _records(_("Radio stations"), "radio", "catalog", "radio"),
        ],
    },
    {
        "title": _("Cameras and games"),
        "separator": True,
        "items": [
            _records(_("Cameras"), "videocam", "cameras", "camera"),
            _records(_("Accounts' cameras"), "video_camera_front", "cameras", "accountcamera"),
            _records(_("Cities"), "location_city", "cameras", "city"),
            _records(_("Games"), "sports_esports", "games", "game"),
            _records(_("Game records"), "trophy", "games", "gamerecord"),
        ],
    },
    {
        "title": _("Advertising"),
        "separator": True,
        "items": [
            _records(_("Ad blocks"), "campaign", "advertising", "adblock"),
            _records(_("Ad movies"), "movie_filter", "advertising", "admovie"),
            _records(_("Ad providers"), "hub", "advertising", "adprovider"),
            _records(_("Ad shows"), "bar_chart", "advertising", "adshow"),
            _records(_("How much"), "tune", "advertising", "adsettings"),
            _records(_("HbbTV providers"), "interactive_space", "catalog", "hbbprovider"),
            _records(_("HbbTV channels"), "smart_display", "catalog", "hbbchannel"),
            _records(_("HbbTV events"), "bolt", "catalog", "hbbevent"),
            _records(_("HbbTV reports"), "receipt", "catalog", "hbbreport"),
        ],
    },
    {
        "title": _("Guide"),
        "separator": True,
        "items": [
            _records(_("Guide sources"), "rss_feed", "catalog", "guidesource"),
            _page(_("Guide matches"), "join_inner", "guide_matches", "catalog.change_channel"),
            _records(_("Guide channels"), "list_alt", "catalog", "guidechannel"),
            _records(_("Programmes"), "event_note", "catalog", "programme"),
            _records(_("Blocked programmes"), "event_busy", "catalog", "programmeblocking"),
            _records(_("Programme categories"), "label", "catalog", "guidecategory"),
            _records(_("Category mappings"), "swap_horiz", "catalog", "guidecategorymapping"),
        ],
    },
    {
        "title": _("Titles on demand"),
        "separator": True,
        "items": [
            _records(_("Titles"), "movie", "vod", "title"),
            _records(_("Seasons"), "video_library", "vod", "season"),
            _records(_("Episodes"), "subscriptions", "vod", "episode"),
            _records(_("Files"), "video_file", "vod", "asset"),
            _records(_("Parts to skip"), "fast_forward", "vod", "skipfragment"),
            _records(_("Persons"), "person", "vod", "person"),
            _records(_("Genres"), "theater_comedy", "vod", "genre"),
            _records(_("Video providers"), "storefront", "vod", "videoprovider"),
            _records(_("Price categories"), "local_offer", "vod", "pricecategory"),
            _records(_("Seances"), "event_seat", "vod", "seance"),
            _records(_("Tickets"), "confirmation_number", "viewing", "seanceticket"),
        ],
    },
    {
        "title": _("Ingest"),
        "separator": True,
        "items": [
            _page(_("Board"), "view_kanban", "ingest_board", "ingest.view_ticket"),
            _records(_("Packages"), "inventory_2", "ingest", "ticket"),
            _page(_("Queues and statistics"), "query_stats", "ingest_figures", "ingest.view_ticket"),
            _page(_("Hand in a package"), "upload", "ingest_upload", "ingest.change_ticket"),
            _page(_("Tools"), "handyman", "ingest_tools", "ingest.view_ticket"),
            _records(_("Inboxes"), "inbox", "ingest", "inbox"),
            _records(_("Service groups"), "lan", "ingest", "servicegroup"),
            _records(_("Edges"), "dns", "ingest", "edge"),
            _records(_("Files on edges"), "folder_open", "ingest", "edgefile"),
            _records(_("Log"), "article", "ingest", "logentry"),
        ],
    },
    {
        "title": _("Viewing"),
        "separator": True,
        "items": [
            _records(_("Watched titles"), "visibility", "viewing", "accounttitle"),
            _records(_("Positions in titles"), "bookmark", "viewing", "assetposition"),
            _records(_("Positions in programmes"), "bookmark_added", "viewing", "programmeposition"),
            _records(_("Reminders"), "notifications", "viewing", "reminder"),
            _records(_("Recordings"), "fiber_dvr", "viewing", "recording"),
            _records(_("Bought titles"), "shopping_bag", "viewing", "titlepurchase"),
        ],
    },
    {
        "title": _("Portal"),
        "separator": True,
        "items": [
            _records(_("Dashboards"), "dashboard_customize", "portal", "dashboard"),
            _records(_("Ribbons"), "view_stream", "portal", "ribbon"),
            _records(_("Selections"), "collections_bookmark", "portal", "selection"),
            _records(_("Applications"), "apps", "portal", "application"),
            _records(_("Home feeds"), "tv_signin", "portal", "homefeed"),
            _records(_("Target banners"), "campaign", "portal", "targetbanner"),
            _records(_("Legal documents"), "gavel", "portal", "legaldocument"),
            _records(_("Acceptances"), "fact_check", "portal", "acceptance"),
        ],
    },
    {
        "title": _("Delivery"),
        "separator": True,
        "items": [
            _records(_("Streaming servers"), "dns", "delivery", "streamingserver"),
            _records(_("Data centres"), "apartment", "delivery", "datacentre"),
            _records(_("Maintenance"), "build", "delivery", "maintenance"),
        ],
    },
    {
        "title": _("Administration"),
        "separator": True,
        "items": [
            _records(_("Operators"), "account_tree", "operators", "operator"),
            _records(_("Staff"), "group", "operators", "staff"),
            _records(_("Dealers"), "storefront", "operators", "dealer"),
            _records(_("API keys"), "key", "operators", "apikey"),
            _records(_("Webhooks"), "webhook", "webhooks", "endpoint"),
            _records(_("Webhook deliveries"), "outgoing_mail", "webhooks", "delivery"),
            _records(_("Registration"), "how_to_reg", "subscribers", "registrationrules"),
            _records(_("Text gateways"), "sms", "subscribers", "textgateway"),
            _records(_("Portal templates"), "palette", "subscribers", "portaltemplate"),
            _records(_("Device types in use"), "devices", "subscribers", "operatordevicetype"),
            _records(_("Device types"), "devices_other", "subscribers", "devicetype"),
            _records(_("Groups of rights"), "shield_person", "auth", "group"),
            _records(_("Audit log"), "history", "operators", "auditentry"),
        ],
    },
]


def _style(request: HttpRequest) -> str:
    return static("console/console.css")


def _icon(request: HttpRequest) -> str:
    return static("console/icon.svg")


UNFOLD = {
    "SITE_TITLE": "Headend",
    "SITE_HEADER": "Headend",
    "SITE_SYMBOL": "live_tv",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "STYLES": [_style],
    "DASHBOARD_CALLBACK": "headend.interfaces.console.dashboard.fill",
    "COMMAND": {"search_callback": "headend.interfaces.console.site.search_records"},
    "ACCOUNT": {"navigation": [{"title": _("My settings"), "link": reverse_lazy("admin:preferences")}]},
    "LANGUAGES": {"action": reverse_lazy("admin:switch_language")},
    "SIDEBAR": {"command_search": True, "navigation": NAVIGATION},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        }
    },
}
