"""The menu beside every page of the console: which pages there are, in groups, and how it is drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, eq=False)
class Entry:
    """A page of the console: what it is called, its symbol, the name of its address, and who may open it."""

    title: Any
    icon: str
    page: str
    permission: str = ""
    args: tuple[str, ...] = ()

    @cached_property
    def link(self) -> str:
        return reverse(f"admin:{self.page}", args=self.args)


@dataclass(frozen=True, eq=False)
class Group:
    """Pages that belong together; the first group has no title."""

    title: Any
    entries: tuple[Entry, ...]


class Menu:
    """The menu as one staff member sees it on one page, drawn when the page is.

    Its groups are drawn once for all who may open the same: they would be a good half of what a page costs.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._path = request.path
        self._user = request.user

    def __len__(self) -> int:
        return len(MENU)

    def __str__(self) -> str:
        return format_html_join("", "{}", ((group,) for group in self._drawn()))

    def _drawn(self) -> Iterator[str]:
        here = _entry_of(self._path)
        for place, group in enumerate(MENU):
            open_to = tuple(at for at, entry in enumerate(group.entries) if self._may_open(entry))
            if open_to:
                yield _draw(get_language(), place, open_to, here if here in group.entries else None)

    def _may_open(self, entry: Entry) -> bool:
        return not entry.permission or self._user.has_perm(entry.permission)


@lru_cache(maxsize=4096)
def _draw(_language: str, place: int, open_to: tuple[int, ...], here: Entry | None) -> SafeString:
    group = MENU[place]
    shown = [group.entries[at] for at in open_to]
    return render_to_string("console/menu_group.html", {"title": group.title, "entries": shown, "here": here})


@lru_cache(maxsize=4096)
def _entry_of(path: str) -> Entry | None:
    """The entry that a page stands below; the dashboard, above all of them, has only its own page."""
    first, *others = (entry for group in MENU for entry in group.entries)
    above = (entry for entry in others if path.startswith(entry.link))
    return next(above, first if path == first.link else None)


def _records(title: Any, icon: str, context: str, entity: str) -> Entry:
    name = capfirst(title)  # a name of records may begin with a small letter in some languages
    return Entry(name, icon, f"{context}_{entity}_changelist", f"{context}.view_{entity}")


def _report(title: Any, icon: str, name: str, permission: str) -> Entry:
    return Entry(title, icon, "reports", permission, (name,))


MENU: Final = (
    Group(
        "",
        (
            Entry(_("Dashboard"), "dashboard", "index"),
            Entry(_("Guide for a day"), "calendar_view_day", "guide_grid", "catalog.view_programme"),
            Entry(_("Why was this refused?"), "contact_support", "why", "subscribers.view_account"),
        ),
    ),
    Group(
        _("Subscribers"),
        (
            _records(_("Customers"), "home", "subscribers", "customer"),
            _records(_("Accounts"), "badge", "subscribers", "account"),
            _records(_("Devices"), "settings_remote", "subscribers", "device"),
            _records(_("Sessions"), "sensors", "subscribers", "session"),
            _records(_("Subscriptions"), "receipt_long", "subscribers", "tariffsubscription"),
            _records(_("Profiles"), "face", "subscribers", "profile"),
        ),
    ),
    Group(
        _("Messages"),
        (
            _records(_("Mailings"), "campaign", "messaging", "mailing"),
            _records(_("Messages"), "mail", "messaging", "message"),
            _records(_("Texts on their way"), "sms", "messaging", "outgoingtext"),
            _records(_("Commands to devices"), "restart_alt", "messaging", "command"),
        ),
    ),
    Group(
        _("Monitoring of devices"),
        (
            _records(_("Reports"), "monitor_heart", "monitoring", "devicereport"),
            _records(_("Commands"), "terminal", "monitoring", "devicecommand"),
            _records(_("Passwords"), "password", "monitoring", "devicepassword"),
        ),
    ),
    Group(
        _("Billing"),
        (
            _report(_("Revenue"), "bar_chart", "revenue", "billing.view_entry"),
            _report(_("Users by tariff"), "groups", "tariffs", "subscribers.view_tariffsubscription"),
            _report(_("Payments by gateway"), "pie_chart", "payments", "billing.view_payment"),
            _records(_("Commissions"), "percent", "billing", "commissionrule"),
            _report(_("Dealers"), "handshake", "dealers", "operators.view_dealer"),
            _records(_("Payments"), "payments", "billing", "payment"),
            _report(_("Ledger by book"), "menu_book", "ledger", "operators.view_dealer"),
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
        ),
    ),
    Group(
        _("Channels"),
        (
            _records(_("Channels"), "live_tv", "catalog", "channel"),
            _records(_("Categories"), "category", "catalog", "category"),
            _records(_("Tariffs"), "sell", "catalog", "tariff"),
            _records(_("Virtual tariffs"), "layers", "catalog", "virtualtariff"),
            _records(_("Channel orders"), "reorder", "catalog", "channelsort"),
            _records(_("Copyright holders"), "copyright", "catalog", "copyrightholder"),
            _records(_("Radio stations"), "radio", "catalog", "radio"),
        ),
    ),
    Group(
        _("Cameras and games"),
        (
            _records(_("Cameras"), "videocam", "cameras", "camera"),
            _records(_("Accounts' cameras"), "video_camera_front", "cameras", "accountcamera"),
            _records(_("Cities"), "location_city", "cameras", "city"),
            _records(_("Games"), "sports_esports", "games", "game"),
            _records(_("Game records"), "trophy", "games", "gamerecord"),
        ),
    ),
    Group(
        _("Advertising"),
        (
            _records(_("Ad blocks"), "campaign", "advertising", "adblock"),
            _records(_("Ad movies"), "movie_filter", "advertising", "admovie"),
            _records(_("Ad providers"), "hub", "advertising", "adprovider"),
            _records(_("Ad shows"), "bar_chart", "advertising", "adshow"),
            _records(_("How much"), "tune", "advertising", "adsettings"),
            _records(_("HbbTV providers"), "interactive_space", "catalog", "hbbprovider"),
            _records(_("HbbTV channels"), "smart_display", "catalog", "hbbchannel"),
            _records(_("HbbTV events"), "bolt", "catalog", "hbbevent"),
            _records(_("HbbTV reports"), "receipt", "catalog", "hbbreport"),
        ),
    ),
    Group(
        _("Guide"),
        (
            _records(_("Guide sources"), "rss_feed", "catalog", "guidesource"),
            Entry(_("Guide matches"), "join_inner", "guide_matches", "catalog.change_channel"),
            _records(_("Guide channels"), "list_alt", "catalog", "guidechannel"),
            _records(_("Programmes"), "event_note", "catalog", "programme"),
            _records(_("Blocked programmes"), "event_busy", "catalog", "programmeblocking"),
            _records(_("Programme categories"), "label", "catalog", "guidecategory"),
            _records(_("Category mappings"), "swap_horiz", "catalog", "guidecategorymapping"),
        ),
    ),
    Group(
        _("Titles on demand"),
        (
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
        ),
    ),
    Group(
        _("Ingest"),
        (
            Entry(_("Board"), "view_kanban", "ingest_board", "ingest.view_ticket"),
            _records(_("Packages"), "inventory_2", "ingest", "ticket"),
            Entry(_("Queues and statistics"), "query_stats", "ingest_figures", "ingest.view_ticket"),
            Entry(_("Hand in a package"), "upload", "ingest_upload", "ingest.change_ticket"),
            Entry(_("Tools"), "handyman", "ingest_tools", "ingest.view_ticket"),
            _records(_("Inboxes"), "inbox", "ingest", "inbox"),
            _records(_("Service groups"), "lan", "ingest", "servicegroup"),
            _records(_("Edges"), "dns", "ingest", "edge"),
            _records(_("Files on edges"), "folder_open", "ingest", "edgefile"),
            _records(_("Log"), "article", "ingest", "logentry"),
        ),
    ),
    Group(
        _("Viewing"),
        (
            _records(_("Watched titles"), "visibility", "viewing", "accounttitle"),
            _records(_("Positions in titles"), "bookmark", "viewing", "assetposition"),
            _records(_("Positions in programmes"), "bookmark_added", "viewing", "programmeposition"),
            _records(_("Reminders"), "notifications", "viewing", "reminder"),
            _records(_("Recordings"), "fiber_dvr", "viewing", "recording"),
            _records(_("Bought titles"), "shopping_bag", "viewing", "titlepurchase"),
        ),
    ),
    Group(
        _("Portal"),
        (
            _records(_("Dashboards"), "dashboard_customize", "portal", "dashboard"),
            _records(_("Ribbons"), "view_stream", "portal", "ribbon"),
            _records(_("Selections"), "collections_bookmark", "portal", "selection"),
            _records(_("Applications"), "apps", "portal", "application"),
            _records(_("Home feeds"), "tv_signin", "portal", "homefeed"),
            _records(_("Target banners"), "campaign", "portal", "targetbanner"),
            _records(_("Legal documents"), "gavel", "portal", "legaldocument"),
            _records(_("Acceptances"), "fact_check", "portal", "acceptance"),
        ),
    ),
    Group(
        _("Delivery"),
        (
            _records(_("Streaming servers"), "dns", "delivery", "streamingserver"),
            _records(_("Data centres"), "apartment", "delivery", "datacentre"),
            _records(_("Maintenance"), "build", "delivery", "maintenance"),
        ),
    ),
    Group(
        _("Administration"),
        (
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
        ),
    ),
)
