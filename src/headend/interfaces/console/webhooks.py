"""Screens of webhook endpoints and their deliveries."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

from headend.interfaces.console.bulk import STATE_COLOURS, BulkActions, Switchable
from headend.interfaces.console.fields import PairsField, TickedWordsField
from headend.interfaces.console.filters import MomentFilter, RelatedFilter
from headend.interfaces.console.forms import ConsoleForm
from headend.interfaces.console.lists import Counted, record_url
from headend.interfaces.console.reach import may_write, staff_of
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.kernel.errors import Invalid
from headend.kernel.sealing import unseal
from headend.webhooks import actions
from headend.webhooks.models import Delivery, DeliveryState, Endpoint
from headend.webhooks.rules import EVENTS, NOUNS, check_only, check_url

_COLOURS = {
    DeliveryState.WAITING: "info",
    DeliveryState.DELIVERED: "success",
    DeliveryState.GIVEN_UP: "danger",
}
_CHOICES = [
    (name, name) for noun in NOUNS.values() for name in (f"{noun}.*", *(e for e in EVENTS if e.startswith(noun + ".")))
]


class EndpointForm(ConsoleForm):
    def clean_url(self) -> str:
        try:
            return check_url(self.cleaned_data["url"])
        except Invalid as error:
            raise ValidationError(_("An http(s) address without a user is needed.")) from error

    def clean_only(self) -> dict[str, str]:
        try:
            return check_only(self.cleaned_data["only"])
        except Invalid as error:
            raise ValidationError(_("Each field needs values, and there may be ten fields.")) from error


class SpanForm(forms.Form):
    since = forms.SplitDateTimeField(label=_("From"), widget=UnfoldAdminSplitDateTimeWidget)
    until = forms.SplitDateTimeField(label=_("Until"), required=False, widget=UnfoldAdminSplitDateTimeWidget)


class EndpointScreen(Switchable):
    """Addresses of other systems. The secret is shown to whoever may change the endpoint."""

    form = EndpointForm
    list_display = ("name", "url", "state", "delivery_total", "failures", "failing_since")
    list_filter = (("is_enabled", BooleanRadioFilter),)
    search_fields = ("name", "url")
    ordering = ("name", "id")
    counts = {
        "delivery_total": Counted(_("deliveries"), "deliveries", "webhooks.delivery", "endpoint__id__exact"),
    }
    actions = ("switch_on", "switch_off", "send_again")
    actions_detail = ("secret", "test")
    field_types = {"only": PairsField, "events": lambda **o: TickedWordsField(choices=_CHOICES, **o)}
    readonly_fields = ("why_off", "failures", "failing_since", "resumes_at", "created_at")
    fieldsets = (
        (
            None,
            {
                "description": _(
                    "Other systems are told of what is written here, signed as Standard Webhooks says. What is not "
                    "taken is sent again for three days; an endpoint that fails for five days is switched off."
                ),
                "fields": ("operator", ("name", "is_enabled"), "url", "events", "only"),
            },
        ),
        (_("How it goes"), {"fields": (("why_off", "failures"), ("failing_since", "resumes_at"), "created_at")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return super().get_fieldsets(request, obj)[: None if obj else 1]

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        actions.save_endpoint(actor=actor_of(request), endpoint=obj, sealing_key=settings.ENCRYPTION_KEY)

    @display(description=_("state"), label=STATE_COLOURS, ordering="is_enabled")
    def state(self, obj: Endpoint) -> tuple[str, Any]:
        if not obj.is_enabled:
            return ("off", obj.get_off_because_display())
        return ("warn", _("failing")) if obj.failures else ("on", _("enabled"))

    @display(description=_("off because"))
    def why_off(self, obj: Endpoint) -> str:
        return "" if obj.is_enabled else obj.get_off_because_display()

    @action(description=_("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: Any) -> None:
        chosen = [each for each in queryset.filter(is_enabled=False) if may_write(each, staff_of(request))]
        for endpoint in chosen:
            endpoint.is_enabled = True
            actions.save_endpoint(actor=actor_of(request), endpoint=endpoint, sealing_key=settings.ENCRYPTION_KEY)
        self.tell(request, len(chosen))

    @action(description=_("Send the events of a time again…"), permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: Any) -> Any:
        """Replay a time for the chosen endpoints."""
        form = self.ask(request, queryset, _("Send the events of a time again"), SpanForm)
        if not isinstance(form, forms.Form):
            return form
        now, actor = timezone.now(), actor_of(request)
        since, until = form.cleaned_data["since"], form.cleaned_data["until"] or now
        number = sum(
            actions.replay(actor=actor, endpoint=endpoint, since=since, until=until, now=now) for endpoint in queryset
        )
        return _say_sent(request, number)

    @action(
        description=_("Send a test event"),
        permissions=["change"],
        icon="science",
        url_path="test",
        dialog={
            "title": _("Send a test event?"),
            "description": _("It means nothing; its delivery shows whether the other system listens."),
            "form_submit_text": _("Send"),
        },
    )
    def test(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Have the endpoint told of nothing."""
        endpoint = self._mine(request, object_id)
        actions.send_test(actor=actor_of(request), endpoint=endpoint, now=timezone.now())
        messages.success(request, _("It is on its way; look at its deliveries."))
        return self.leave_dialog(request, record_url(endpoint))

    @action(description=_("Secret"), permissions=["change"], icon="key", url_path="secret")
    def secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what bodies are signed with, and make another one of it when asked to."""
        endpoint = self._mine(request, object_id)
        if request.method == "POST":
            actions.renew_secret(actor=actor_of(request), endpoint=endpoint, sealing_key=settings.ENCRYPTION_KEY)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Secret of %(name)s") % {"name": endpoint},
            "opts": self.opts,
            "endpoint": endpoint,
            "back": record_url(endpoint),
            "secret": unseal(endpoint.sealed_secret, settings.ENCRYPTION_KEY),
        }
        response = TemplateResponse(request, "console/webhook_secret.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _mine(self, request: HttpRequest, object_id: str) -> Endpoint:
        endpoint: Endpoint | None = self.get_object(request, object_id)
        if endpoint is None or not self.has_change_permission(request, endpoint):
            raise PermissionDenied
        return endpoint


class DeliveryScreen(BulkActions):
    """How events got to endpoints, with what was sent."""

    is_read_only = True
    list_display = ("event", "endpoint", "state_label", "attempts", "status", "failure", "happened_at", "next_at")
    list_filter = (
        ("endpoint", RelatedFilter),
        ("state", ChoicesDropdownFilter),
        ("event__at", MomentFilter),
        ("last_attempt_at", MomentFilter),
    )
    list_select_related = ("endpoint", "event")
    search_fields = ("event__name", "event__object_id__exact", "event__number__exact")
    search_help_text = _("Event, record number or webhook-id")
    ordering = ("-id",)
    actions = ("send_again",)
    readonly_fields = (
        "event", "endpoint", "state_label", "attempts", "status", "failure", "happened_at", "last_attempt_at",
        "next_at", "number", "body",
    )  # fmt: skip
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("event", "endpoint"),
                    ("state_label", "attempts"),
                    ("status", "failure"),
                    ("happened_at", "last_attempt_at", "next_at"),
                    "number",
                    "body",
                )
            },
        ),
    )

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("webhooks.change_delivery")

    @display(description=_("state"), label=_COLOURS, ordering="state")
    def state_label(self, obj: Delivery) -> tuple[str, Any]:
        return (obj.state, obj.get_state_display())

    @display(description=_("happened"), ordering="event__at")
    def happened_at(self, obj: Delivery) -> Any:
        return obj.event.at

    @display(description=_("next attempt"))
    def next_at(self, obj: Delivery) -> Any:
        return obj.next_attempt_at if obj.state == DeliveryState.WAITING else None

    @display(description="webhook-id")
    def number(self, obj: Delivery) -> str:
        return obj.event.number

    @display(description=_("body"))
    def body(self, obj: Delivery) -> SafeString:
        told = json.dumps(json.loads(obj.event.body), indent=2, ensure_ascii=False)
        return format_html('<pre class="console-panel console-body">{}</pre>', told)

    @action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: Any) -> None:
        """Send the chosen ones again, whatever became of them."""
        chosen = [each for each in queryset.select_related("endpoint") if may_write(each, staff_of(request))]
        number = actions.replay_deliveries(actor=actor_of(request), deliveries=chosen, now=timezone.now())
        _say_sent(request, number)


def _say_sent(request: HttpRequest, number: int) -> None:
    words = ngettext("%(number)d event will be sent again.", "%(number)d events will be sent again.", number)
    messages.success(request, words % {"number": number})


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {Endpoint: EndpointScreen, Delivery: DeliveryScreen}
