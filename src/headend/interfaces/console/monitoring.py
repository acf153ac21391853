"""Screens of what devices tell of themselves, commands to them, and the passwords made for them."""

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from headend.interfaces.console.device_charts import charts_of
from headend.interfaces.console.filters import MomentFilter, SearchFilter
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.kernel.sealing import BadSeal, unseal
from headend.monitoring.actions import save_device_command
from headend.monitoring.models import DeviceCommand, DevicePassword, DeviceReport

_OFFERED_FOR = timedelta(days=1)


class DeviceReportScreen(ConsoleAdmin):
    """Reports, the newest first; a report shows the device's day before it."""

    is_read_only = True
    list_display = ("device", "kind", "received_at", "channel", "cpu_load", "memory_used", "errors", "average", "lost")
    list_filter = (
        ("device", SearchFilter),
        ("kind", ChoicesDropdownFilter),
        ("channel", SearchFilter),
        ("received_at", MomentFilter),
    )
    list_select_related = ("device", "channel")
    search_fields = ("device__uid__exact", "device__account__number__exact")
    search_help_text = _("Device id or account number")
    ordering = ("-id",)
    readonly_fields = ("told",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("device", "kind"),
                    ("received_at", "channel"),
                    ("cpu_load", "cpu_io"),
                    ("memory_used", "memory_total"),
                    ("cc_errors", "rtp_errors", "decoding_errors"),
                    ("average", "lost", "error_code"),
                    "told",
                )
            },
        ),
    )
    change_form_before_template = "console/device_charts.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        report = self.get_object(request, object_id)
        charts = charts_of(report.device, report.received_at) if report else []
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "charts": charts}
        )
        return answer

    @display(description=_("errors"))
    def errors(self, obj: DeviceReport) -> int | None:
        known = [each for each in (obj.cc_errors, obj.rtp_errors, obj.decoding_errors) if each is not None]
        return sum(known) if known else None

    @display(description=_("as it was sent"))
    def told(self, obj: DeviceReport) -> SafeString:
        return format_html('<pre class="console-code">{}</pre>', json.dumps(obj.details, indent=2, ensure_ascii=False))


class DeviceCommandScreen(ConsoleAdmin):
    """Commands that the monitoring of devices fetches."""

    list_display = ("name", "for_whom", "build_display", "created_at", "expires_at", "delivery_total")
    list_filter = (("device", SearchFilter), ("created_at", MomentFilter))
    list_select_related = ("device",)
    search_fields = ("name", "device__uid__exact")
    ordering = ("-id",)
    counts = {"delivery_total": Counted(_("devices told"), "deliveries")}
    autocomplete_fields = ("device",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("name", "expires_at"),
                    "parameters",
                    "device",
                    ("build_display", "build_incremental"),
                )
            },
        ),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"expires_at": timezone.now() + _OFFERED_FOR, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_device_command(actor=actor_of(request), command=obj)

    @display(description=_("for"))
    def for_whom(self, obj: DeviceCommand) -> str:
        return str(obj.device) if obj.device else str(_("all devices"))


class DevicePasswordScreen(ConsoleAdmin):
    """Passwords that devices asked for."""

    is_read_only = True
    list_display = ("device", "created_at")
    list_filter = (("device", SearchFilter), ("created_at", MomentFilter))
    list_select_related = ("device",)
    search_fields = ("device__uid__exact",)
    search_help_text = _("Device id")
    ordering = ("-id",)
    readonly_fields = ("password",)
    fieldsets = ((None, {"fields": ("operator", ("device", "created_at"), "password")}),)

    @display(description=_("password"))
    def password(self, obj: DevicePassword) -> SafeString | str:
        try:
            text = unseal(obj.sealed_password, settings.ENCRYPTION_KEY)
        except BadSeal:
            return str(_("It was sealed with another key."))
        return format_html('<span class="console-key">{}</span>', text)


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {
    DeviceReport: DeviceReportScreen,
    DeviceCommand: DeviceCommandScreen,
    DevicePassword: DevicePasswordScreen,
}
