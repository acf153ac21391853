"""Screens of devices, sessions and device types."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RangeNumericFilter,
)
from unfold.decorators import action, display

from headend.interfaces.console.bulk import STATE_COLOURS, BulkActions, Switchable
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import ObjectField, WordsField
from headend.interfaces.console.filters import MomentFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.subscribers import OnlineFilter
from headend.subscribers.actions import close_sessions, unbind_device
from headend.subscribers.models import (
    Device,
    DeviceType,
    OperatorDeviceType,
    Session,
)
from headend.subscribers.queries import online_since


class DeviceSheet(Sheet):
    model = Device
    columns = (
        "uid",
        "account",
        "device_type",
        "serial_number",
        "brand",
        "model",
        "software",
        "is_enabled",
        "is_basic",
    )
    keys = (("uid",),)


class DeviceScreen(Switchable, ExchangeAdmin):
    sheet = DeviceSheet
    delete_action = staticmethod(lambda actor, obj: unbind_device(actor=actor, device=obj))
    list_display = ("uid", "account", "device_type", "make", "kind", "session_total", "state", "created_at")
    list_filter = (
        ("device_type", RelatedFilter),
        ("is_basic", BooleanRadioFilter),
        ("is_enabled", BooleanRadioFilter),
        ("account", SearchFilter),
        ("created_at", MomentFilter),
    )
    list_select_related = ("account", "device_type")
    search_fields = ("uid", "serial_number", "account__number__exact", "brand", "model")
    search_help_text = _("Device id, serial number, account number, brand or model")
    ordering = ("-id",)
    autocomplete_fields = ("account",)
    counts = {"session_total": Counted(_("sessions"), "sessions", "subscribers.session", "device__id__exact")}
    readonly_fields = ("created_at",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("uid", "account"),
                    "device_type",
                    ("is_enabled", "is_basic"),
                    ("brand", "model"),
                    ("serial_number", "software"),
                    "diagonal",
                    "created_at",
                )
            },
        ),
    )

    @display(description=_("make"))
    def make(self, obj: Device) -> str:
        return " ".join(filter(None, (obj.brand, obj.model))) or "—"

    @display(description=_("kind"), ordering="is_basic", label={"basic": "primary", "additional": "default"})
    def kind(self, obj: Device) -> tuple[str, Any]:
        return ("basic", _("basic")) if obj.is_basic else ("additional", _("additional"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fixed = super().get_readonly_fields(request, obj)
        # A device changes hands by being unbound: its sessions end with that.
        return [*fixed, "account", "uid"] if obj else fixed


class SessionScreen(BulkActions):
    delete_action = staticmethod(
        lambda actor, obj: close_sessions(actor=actor, sessions=Session.objects.filter(pk=obj.pk))
    )
    list_display = ("account", "device_uid", "device_type", "kind", "address", "created_at", "last_seen_at", "state")
    list_filter = (
        OnlineFilter,
        ("device_type", RelatedFilter),
        ("is_basic", BooleanRadioFilter),
        ("account", SearchFilter),
        ("device", SearchFilter),
    )
    list_select_related = ("account", "device_type")
    search_fields = ("account__number__exact", "device_uid", "address")
    search_help_text = _("Account number, device id or address")
    readonly_fields = (
        "account",
        "device",
        "device_type",
        "device_uid",
        "is_basic",
        "profile",
        "address",
        "created_at",
        "last_seen_at",
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("account", "device"),
                    ("device_uid", "device_type"),
                    ("address", "is_basic"),
                    "profile",
                    ("created_at", "last_seen_at"),
                )
            },
        ),
    )
    actions = ("close",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("kind"), ordering="is_basic", label={"basic": "primary", "additional": "default"})
    def kind(self, obj: Session) -> tuple[str, Any]:
        return ("basic", _("basic")) if obj.is_basic else ("additional", _("additional"))

    @display(description=_("state"), label=STATE_COLOURS, ordering="last_seen_at")
    def state(self, obj: Session) -> tuple[str, Any]:
        return ("on", _("online")) if obj.last_seen_at > online_since(timezone.now()) else ("away", _("away"))

    @action(description=_("Close these sessions"), permissions=["delete"])
    def close(self, request: HttpRequest, queryset: Any) -> None:
        self.tell(request, close_sessions(actor=actor_of(request), sessions=queryset))


# --- device types ----------------------------------------------------------------------------------------------------


class DeviceTypeSheet(Sheet):
    model = DeviceType
    columns = ("system_name", "name", "group", "wire_format")
    keys = (("system_name",),)


class DeviceTypeScreen(ExchangeAdmin):
    sheet = DeviceTypeSheet
    list_display = ("name", "system_name", "group", "wire_format")
    list_filter = (("group", ChoicesDropdownFilter), ("wire_format", ChoicesDropdownFilter))
    search_fields = ("name", "system_name")
    fieldsets = ((None, {"fields": (("name", "system_name"), ("group", "wire_format"))}),)


class OperatorDeviceTypeSheet(Sheet):
    model = OperatorDeviceType
    columns = (
        "device_type",
        "is_enabled",
        "is_basic",
        "wire_format",
        "auth_mode",
        "priority",
        "template",
        "logo_url",
        "logo_login_url",
        "logo_loading_url",
        "css_url",
        "custom_api_url",
        "login_text",
        "standby_minutes",
        "archive_standby_minutes",
        "menu",
        "reports_enabled",
        "autorefresh_enabled",
        "portal_config",
    )
    keys = (("device_type",),)


class OperatorDeviceTypeScreen(Switchable, ExchangeAdmin):
    sheet = OperatorDeviceTypeSheet
    list_display = ("device_type", "kind", "auth_mode", "answers_in", "template", "priority", "state")
    list_filter = (
        ("device_type", RelatedFilter),
        ("is_basic", BooleanRadioFilter),
        ("is_enabled", BooleanRadioFilter),
        ("priority", RangeNumericFilter),
    )
    list_select_related = ("device_type",)
    search_fields = ("device_type__name", "device_type__system_name", "template")
    ordering = ("operator_id", "device_type__name")
    autocomplete_fields = ("device_type",)
    field_types = {"menu": WordsField, "portal_config": ObjectField}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    "device_type",
                    ("is_enabled", "is_basic"),
                    ("auth_mode", "wire_format"),
                    ("priority", "custom_api_url"),
                    ("reports_enabled", "autorefresh_enabled"),
                    ("standby_minutes", "archive_standby_minutes"),
                )
            },
        ),
        (
            _("Appearance"),
            {
                "classes": ["tab"],
                "fields": (
                    "template",
                    "logo_url",
                    "logo_login_url",
                    "logo_loading_url",
                    "css_url",
                    "login_text",
                    "menu",
                    "portal_config",
                ),
            },
        ),
    )

    @display(description=_("kind"), ordering="is_basic", label={"basic": "primary", "additional": "default"})
    def kind(self, obj: OperatorDeviceType) -> tuple[str, Any]:
        return ("basic", _("basic")) if obj.is_basic else ("additional", _("additional"))

    @display(description=_("answers in"))
    def answers_in(self, obj: OperatorDeviceType) -> str:
        return (obj.wire_format or obj.device_type.wire_format).upper()


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {
    Device: DeviceScreen,
    Session: SessionScreen,
    DeviceType: DeviceTypeScreen,
    OperatorDeviceType: OperatorDeviceTypeScreen,
}
