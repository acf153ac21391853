"""Screens of data centres, streaming servers and maintenance."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
)
from unfold.decorators import action, display

from headend.delivery.models import DataCentre, Maintenance, StreamingServer
from headend.delivery.rules import ARCHIVE_VARIABLES, LIVE_VARIABLES, VOD_VARIABLES
from headend.interfaces.console.bulk import STATE_COLOURS, BulkActions, Switchable
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import SecretField
from headend.interfaces.console.filters import MomentFilter, RelatedFilter
from headend.interfaces.console.forms import ConsoleForm, sealed
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.sheets import Sheet


class DataCentreSheet(Sheet):
    model = DataCentre
    columns = ("name", "location", "is_enabled")
    keys = (("name",),)


class DataCentreScreen(Switchable, ExchangeAdmin):
    sheet = DataCentreSheet
    list_display = ("name", "location", "server_total", "state")
    list_filter = (("is_enabled", BooleanRadioFilter),)
    search_fields = ("name", "location")
    counts = {"server_total": Counted(_("servers"), "servers", "delivery.streamingserver", "data_centre__id__exact")}
    fieldsets = ((None, {"fields": ("operator", ("name", "is_enabled"), "location")}),)


class StreamingServerForm(ConsoleForm):
    new_secret = SecretField(
        label=_("New secret"), help_text=_("Signs addresses. It is never shown; empty: it stays as it is.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        masks = (("mask", LIVE_VARIABLES), ("archive_mask", ARCHIVE_VARIABLES), ("vod_mask", VOD_VARIABLES))
        for name, variables in masks:
            if name in self.fields:
                known = " ".join(f"${variable}" for variable in variables)
                self.fields[name].help_text = _("Variables: %(names)s") % {"names": known}

    def take_own_fields(self) -> None:
        if self.cleaned_data.get("new_secret"):
            self.instance.sealed_secret = sealed(self.cleaned_data["new_secret"])


class StreamingServerSheet(Sheet):
    model = StreamingServer
    columns = (
        "name",
        "data_centre",
        "kind",
        "content",
        "base_url",
        "mask",
        "archive_mask",
        "vod_mask",
        "token_ttl_seconds",
        "bind_token_to_address",
        "timeshift_minutes",
        "recording_days",
        "storage",
        "priority",
        "is_enabled",
        "channels",
        "tariffs",
    )
    keys = (("name",),)
    extra = ("secret",)

    def read_extra(self, obj: Any, row: Any) -> None:
        if row.get("secret"):
            obj.sealed_secret = sealed(str(row["secret"]))


class StreamingServerScreen(Switchable, ExchangeAdmin):
    sheet = StreamingServerSheet
    form = StreamingServerForm
    list_display = ("name", "data_centre", "kind", "gives", "serves", "recording_days", "priority", "state")
    list_filter = (
        ("data_centre", RelatedFilter),
        ("kind", ChoicesDropdownFilter),
        ("content", ChoicesDropdownFilter),
        ("is_enabled", BooleanRadioFilter),
    )
    list_select_related = ("data_centre",)
    search_fields = ("name", "base_url", "mask")
    ordering = ("priority", "name")
    autocomplete_fields = ("data_centre", "channels", "tariffs")
    counts = {
        "channel_total": Counted(_("channels"), "channels"),
        "tariff_total": Counted(_("tariffs"), "tariffs"),
    }
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("name", "is_enabled"),
                    "data_centre",
                    ("kind", "content"),
                    "base_url",
                    "mask",
                    "archive_mask",
                    "vod_mask",
                    ("priority", "storage"),
                    ("recording_days", "timeshift_minutes"),
                )
            },
        ),
        (
            _("Tokens"),
            {"classes": ["tab"], "fields": ("new_secret", ("token_ttl_seconds", "bind_token_to_address"))},
        ),
        (
            _("For which channels"),
            {
                "classes": ["tab"],
                "description": _("Empty: for all of them."),
                "fields": ("channels", "tariffs"),
            },
        ),
    )

    @display(description=_("gives"), label={"live": "success", "archive": "warning", "both": "primary", "vod": "info"})
    def gives(self, obj: StreamingServer) -> tuple[str, Any]:
        return (obj.content, obj.get_content_display())

    @display(description=_("for"))
    def serves(self, obj: StreamingServer) -> SafeString | str:
        channels, tariffs = getattr(obj, "channel_total_count", 0), getattr(obj, "tariff_total_count", 0)
        if not channels and not tariffs:
            return str(_("everything"))
        words = _("%(channels)d channels, %(tariffs)d tariffs") % {"channels": channels, "tariffs": tariffs}
        return format_html("{}", words)

    def counted_columns(self, shown: Any) -> list[str]:
        return list(self.counts)


class WhenFilter(DropdownFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("now")), ("later", _("later")), ("over", _("over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = timezone.now()
        over = queryset.filter(ends_at__lte=now) | queryset.filter(is_finished=True)
        if self.value() == "over":
            return over
        open_ = queryset.filter(is_finished=False).exclude(ends_at__lte=now)
        if self.value() == "now":
            return open_.filter(begins_at__lte=now)
        return open_.filter(begins_at__gt=now) if self.value() == "later" else queryset


class MaintenanceScreen(BulkActions):
    list_display = ("__str__", "begins_at", "ends_at", "channel_total", "server_total", "state")
    list_filter = (WhenFilter, ("begins_at", MomentFilter), ("is_unavailable", BooleanRadioFilter))
    search_fields = ("description",)
    autocomplete_fields = ("channels", "servers")
    counts = {
        "channel_total": Counted(_("channels"), "channels"),
        "server_total": Counted(_("servers"), "servers"),
    }
    actions = ("finish",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    "description",
                    "begins_at",
                    "ends_at",
                    ("is_unavailable", "is_finished"),
                    "channels",
                    "servers",
                )
            },
        ),
    )

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: Maintenance) -> tuple[str, Any]:
        now = timezone.now()
        if obj.is_finished or (obj.ends_at and obj.ends_at <= now):
            return ("on", _("over"))
        return ("info", _("later")) if obj.begins_at > now else ("warn", _("now"))

    @action(description=_("End it now"), permissions=["change"])
    def finish(self, request: HttpRequest, queryset: Any) -> None:
        self.change_all(request, queryset, {"is_finished": True})


SCREENS = {
    DataCentre: DataCentreScreen,
    StreamingServer: StreamingServerScreen,
    Maintenance: MaintenanceScreen,
}
