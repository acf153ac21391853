"""How the console (Django admin with Unfold) presents itself: its name and its colours."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


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
    "SIDEBAR": {"command_search": True},  # its entries: interfaces/console/menu.py
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
