"""Screens of radio stations and of HbbTV: providers, the channels they know, what they show, what devices tell."""

import json
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from headend.catalog.models import HbbChannel, HbbEvent, HbbProvider, HbbReport, Radio
from headend.interfaces.console.bulk import BulkActions, Switchable
from headend.interfaces.console.catalog import NAMES, logo
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import ObjectField
from headend.interfaces.console.filters import MomentFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.forms import EXTRA_NAMES, extra_names
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.sheets import Sheet

DESCRIPTIONS = tuple(f"description_lang{number}" for number in range(1, 6))


class RadioSheet(Sheet):
    model = Radio
    columns = (
        "name",
        *EXTRA_NAMES,
        "description",
        *DESCRIPTIONS,
        "stream_url",
        "logo_url",
        "channel",
        "tariffs",
        "is_enabled",
        "sort",
    )
    keys = (("name",),)


class RadioScreen(Switchable, ExchangeAdmin):
    sheet = RadioSheet
    list_display = ("picture", "name", "stream_url", "tariff_total", "sort", "state")
    list_display_links = ("picture", "name")
    list_filter = (("is_enabled", BooleanRadioFilter), ("tariffs", RelatedFilter))
    list_select_related = ("channel",)
    search_fields = ("name", *EXTRA_NAMES, "stream_url")
    autocomplete_fields = ("channel", "tariffs")
    counts = {"tariff_total": Counted(_("tariffs"), "tariffs", "catalog.tariff", "radios__id__exact")}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    *NAMES,
                    "stream_url",
                    ("logo_url", "channel"),
                    "tariffs",
                    ("is_enabled", "sort"),
                )
            },
        ),
        (_("Description"), {"classes": ["tab"], "fields": ("description", *DESCRIPTIONS)}),
    )

    def hidden_fields(self, request: Any, obj: Any = None) -> set[str]:
        used = len(extra_names(self._operator_for(request, obj)))
        return super().hidden_fields(request, obj) | set(DESCRIPTIONS[used:])

    @display(description="")
    def picture(self, obj: Radio) -> SafeString:
        return logo(obj.logo_url or (obj.channel.icon_url if obj.channel else ""), obj.name)


class HbbProviderScreen(Switchable):
    list_display = ("name", "kind", "url", "channel_total", "report_total", "state")
    list_filter = (("kind", ChoicesDropdownFilter), ("is_enabled", BooleanRadioFilter))
    search_fields = ("name", "url")
    counts = {
        "channel_total": Counted(_("channels"), "channels", "catalog.hbbchannel", "provider__id__exact"),
        "report_total": Counted(_("reports"), "reports", "catalog.hbbreport", "provider__id__exact"),
    }
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("name", "kind"),
                    ("url", "api_key"),
                    ("takes_activity", "takes_errors"),
                    "is_enabled",
                )
            },
        ),
    )


class HbbChannelSheet(Sheet):
    model = HbbChannel
    columns = ("provider", "channel", "channel_pid")
    keys = (("provider", "channel"),)


class HbbChannelScreen(BulkActions, ExchangeAdmin):
    sheet = HbbChannelSheet
    list_display = ("channel", "provider", "channel_pid", "event_total")
    list_filter = (("provider", RelatedFilter), ("channel", SearchFilter))
    list_select_related = ("channel", "provider")
    search_fields = ("channel__name", "channel_pid")
    autocomplete_fields = ("provider", "channel")
    counts = {"event_total": Counted(_("events"), "events", "catalog.hbbevent", "hbb_channel__id__exact")}
    fieldsets = ((None, {"fields": ("operator", "provider", "channel", "channel_pid")}),)


class HbbEventScreen(BulkActions):
    list_display = ("at", "hbb_channel", "kind")
    list_filter = (("at", MomentFilter), ("hbb_channel", SearchFilter))
    list_select_related = ("hbb_channel__channel",)
    search_fields = ("kind", "hbb_channel__channel__name")
    autocomplete_fields = ("hbb_channel",)
    field_types = {"data": ObjectField}
    fieldsets = ((None, {"fields": ("operator", "hbb_channel", ("at", "kind"), "data")}),)


class HbbReportSheet(Sheet):
    model = HbbReport
    columns = ("at", "provider", "kind", "event_ref", "device_uid", "message", "entries")


class HbbReportScreen(ExchangeAdmin):
    """What devices told; exported, it is what a provider wants to have."""

    is_read_only = True
    may_import = False
    sheet = HbbReportSheet
    list_display = ("at", "provider", "kind", "event_ref", "device_uid", "message")
    list_filter = (("provider", RelatedFilter), ("kind", ChoicesDropdownFilter), ("at", MomentFilter))
    list_select_related = ("provider",)
    search_fields = ("event_ref", "device_uid", "message")
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {"fields": ("operator", ("at", "provider"), ("kind", "event_ref"), ("device_uid", "message"), "listed")},
        ),
    )
    readonly_fields = ("listed", "at")

    @display(description=_("entries"))
    def listed(self, obj: HbbReport) -> str:
        return json.dumps(obj.entries, ensure_ascii=False)


SCREENS: dict[Any, Any] = {
    Radio: RadioScreen,
    HbbProvider: HbbProviderScreen,
    HbbChannel: HbbChannelScreen,
    HbbEvent: HbbEventScreen,
    HbbReport: HbbReportScreen,
}
