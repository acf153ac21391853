"""Screens of mailings, messages, texts on their way and commands to devices."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from headend.interfaces.console.filters import MomentFilter, SearchFilter
from headend.interfaces.console.lists import Counted, record_url
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.interfaces.console.words import explain
from headend.interfaces.jobs.messaging import deliver_mailing
from headend.kernel.errors import HeadendError
from headend.messaging import actions
from headend.messaging.models import Audience, Command, Mailing, MailingState, Message, OutgoingText, TextState
from headend.messaging.queries import reach_of

_COLOURS = {
    MailingState.DRAFT: "default",
    MailingState.WAITING: "info",
    MailingState.RUNNING: "info",
    MailingState.DONE: "success",
    MailingState.STOPPED: "warning",
}
_TEXT_COLOURS = {TextState.WAITING: "info", TextState.SENT: "success", TextState.FAILED: "danger"}
_SAID = (
    "audience", "account", "tariff", "dealer", "subject", "text", "is_urgent", "no_confirmation",
    "delete_after_reading", "by_screen", "by_sms", "by_email",
)  # fmt: skip
_OFFERED_FOR = timedelta(hours=1)


class MailingScreen(ConsoleAdmin):
    """Written first, looked at, then sent: from then on nothing of it is changed."""

    list_display = (
        "subject",
        "to_whom",
        "ways",
        "message_total",
        "text_total",
        "progress",
        "state_label",
        "created_at",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("audience", ChoicesDropdownFilter),
        ("created_at", MomentFilter),
    )
    list_select_related = ("account", "tariff", "dealer")
    search_fields = ("subject", "account__number__exact")
    search_help_text = _("Subject or account number")
    ordering = ("-id",)
    counts = {
        "message_total": Counted(_("messages"), "messages", "messaging.message", "mailing__id__exact"),
        "text_total": Counted(_("texts"), "texts", "messaging.outgoingtext", "mailing__id__exact"),
    }
    autocomplete_fields = ("account", "tariff", "dealer")
    readonly_fields = ("reaches", "progress", "state", "preview")
    conditional_fields = {
        "account": "audience == 'account'",
        "tariff": "audience == 'tariff'",
        "dealer": "audience == 'dealer'",
    }
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    "audience",
                    "account",
                    "tariff",
                    "dealer",
                    "subject",
                    "text",
                    ("by_screen", "by_sms", "by_email"),
                    ("is_urgent", "no_confirmation", "delete_after_reading"),
                )
            },
        ),
        (_("Sending"), {"fields": ("reaches", ("state", "progress"), "preview")}),
    )
    delete_action = staticmethod(lambda actor, obj: actions.delete_mailing(actor=actor, mailing=obj))
    actions_detail = ("send", "stop")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return super().get_fieldsets(request, obj)[: None if obj else 1]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        is_fixed = obj is not None and obj.state != MailingState.DRAFT
        return [*super().get_readonly_fields(request, obj), *(_SAID if is_fixed else ())]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if obj.state == MailingState.DRAFT:
            actions.save_mailing(actor=actor_of(request), mailing=obj)
            messages.info(request, _("It is a draft: look at whom it reaches, then send it."))

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """To the draft, where it is sent from."""
        return HttpResponse(status=302, headers={"Location": record_url(obj)})

    @action(
        description=_("Send"),
        permissions=["change"],
        icon="send",
        url_path="send",
        dialog={
            "title": _("Send this now?"),
            "description": _("It goes to everybody it reaches; nothing of it can be changed after that."),
            "form_submit_text": _("Send"),
        },
    )
    def send(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Release a draft; the worker delivers it."""
        mailing = self._mine(request, object_id)
        try:
            released = actions.release_mailing(actor=actor_of(request), mailing=mailing, now=timezone.now())
        except HeadendError as error:
            messages.error(request, explain(error))
        else:
            deliver_mailing(released.pk)
            messages.success(request, _("It is being sent."))
        return self.leave_dialog(request, record_url(mailing))

    @action(
        description=_("Stop"),
        permissions=["change"],
        icon="cancel_schedule_send",
        url_path="stop",
        dialog={
            "title": _("Send no more of it?"),
            "description": _("What has arrived stays; texts that wait are not sent."),
            "form_submit_text": _("Stop"),
        },
    )
    def stop(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Send no more of it."""
        mailing = actions.stop_mailing(actor=actor_of(request), mailing=self._mine(request, object_id))
        return self.leave_dialog(request, record_url(mailing))

    def _mine(self, request: HttpRequest, object_id: str) -> Mailing:
        mailing: Mailing | None = self.get_object(request, object_id)
        if mailing is None or not self.has_change_permission(request, mailing):
            raise PermissionDenied
        return mailing

    @display(description=_("to"))
    def to_whom(self, obj: Mailing) -> str:
        named = obj.account or obj.tariff or obj.dealer
        return str(named) if named and obj.audience != Audience.EVERYONE else obj.get_audience_display()

    @display(description=_("by"))
    def ways(self, obj: Mailing) -> str:
        ways = ((obj.by_screen, _("screen")), (obj.by_sms, "SMS"), (obj.by_email, _("email")))
        return ", ".join(str(word) for is_taken, word in ways if is_taken)

    @display(description=_("reached"))
    def progress(self, obj: Mailing) -> str:
        if obj.state == MailingState.DRAFT:
            return "—"
        return f"{number_format(obj.reached)} / {number_format(obj.total)}"

    @display(description=_("state"), label=_COLOURS)
    def state_label(self, obj: Mailing) -> tuple[str, Any]:
        return (obj.state, obj.get_state_display())

    @display(description=_("reaches"))
    def reaches(self, obj: Mailing) -> str:
        words = _("%(accounts)s accounts on their screens, %(phones)s phones, %(boxes)s mail boxes")
        found = reach_of(obj, timezone.now())
        numbers = zip(("accounts", "phones", "boxes"), found, strict=True)
        return str(words) % {name: number_format(number) for name, number in numbers}

    @display(description=_("as it appears"))
    def preview(self, obj: Mailing) -> SafeString:
        return mark_safe(f'<div class="console-panel">{obj.text}</div>')  # noqa: S308 - cleaned when it was saved


class MessageScreen(ConsoleAdmin):
    """What accounts have on their screens, and what they read of it."""

    is_read_only = True
    list_display = ("account", "mailing", "created_at", "told_at", "read_at")
    list_filter = (("account", SearchFilter), ("mailing", SearchFilter), ("created_at", MomentFilter))
    list_select_related = ("account", "mailing")
    search_fields = ("account__number__exact",)
    search_help_text = _("Account number")
    ordering = ("-created_at", "-id")


class OutgoingTextScreen(ConsoleAdmin):
    """SMS and mail on their way."""

    is_read_only = True
    list_display = (
        "recipient",
        "medium",
        "mailing",
        "state_label",
        "attempts",
        "next_attempt_at",
        "sent_at",
        "failure",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("medium", ChoicesDropdownFilter),
        ("mailing", SearchFilter),
        ("sent_at", MomentFilter),
    )
    list_select_related = ("mailing",)
    search_fields = ("recipient",)
    ordering = ("-id",)

    @display(description=_("state"), label=_TEXT_COLOURS)
    def state_label(self, obj: OutgoingText) -> tuple[str, Any]:
        return (obj.state, obj.get_state_display())


class CommandScreen(ConsoleAdmin):
    """Commands that the devices of an account get with their next status."""

    list_display = ("account", "device", "kind", "created_at", "expires_at", "delivery_total")
    list_filter = (("account", SearchFilter), ("kind", ChoicesDropdownFilter), ("created_at", MomentFilter))
    list_select_related = ("account", "device")
    search_fields = ("account__number__exact", "device__uid")
    search_help_text = _("Account number or device id")
    ordering = ("-id",)
    counts = {"delivery_total": Counted(_("devices told"), "deliveries")}
    autocomplete_fields = ("account", "device")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("account", "device"),
                    ("kind", "expires_at"),
                    "text",
                    ("deep_link", "image_url"),
                    "needs_confirmation",
                )
            },
        ),
    )
    delete_action = staticmethod(lambda actor, obj: actions.withdraw_command(actor=actor, command=obj))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"expires_at": timezone.now() + _OFFERED_FOR, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actions.give_command(actor=actor_of(request), command=obj)


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {
    Mailing: MailingScreen,
    Message: MessageScreen,
    OutgoingText: OutgoingTextScreen,
    Command: CommandScreen,
}
