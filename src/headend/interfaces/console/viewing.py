"""Screens of what households do: what they think of titles, where they stopped, reminders, purchases, tickets."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from headend.interfaces.console.bulk import STATE_COLOURS, Switchable
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.filters import MomentFilter, SearchFilter
from headend.interfaces.console.screens import ConsoleAdmin
from headend.interfaces.console.sheets import Sheet
from headend.viewing.models import (
    AccountTitle,
    AssetPosition,
    ProgrammePosition,
    Recording,
    Reminder,
    SeanceTicket,
    TitlePurchase,
)


class Habit(ConsoleAdmin):
    """What devices write down by themselves: staff look at it, and change nothing."""

    is_read_only = True
    search_fields: tuple[str, ...] = ("account__number__exact",)
    search_help_text = _("Account number")


class AccountTitleScreen(Habit):
    list_display = ("account", "title", "viewed_at", "state", "rating", "is_favourite")
    list_filter = (
        ("account", SearchFilter),
        ("title", SearchFilter),
        ("is_favourite", BooleanRadioFilter),
        ("is_viewed", BooleanRadioFilter),
        ("viewed_at", MomentFilter),
    )
    list_select_related = ("account", "title")
    ordering = ("-viewed_at", "-id")

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: AccountTitle) -> tuple[str, Any] | None:
        if obj.is_viewing:
            return ("info", _("being watched"))
        return ("on", _("viewed")) if obj.is_viewed else None


class AssetPositionScreen(Habit):
    list_display = ("account", "title", "asset", "seconds", "duration", "is_viewed", "updated_at", "expires_at")
    list_filter = (("account", SearchFilter), ("is_viewed", BooleanRadioFilter), ("updated_at", MomentFilter))
    list_select_related = ("account", "asset__title")
    ordering = ("-updated_at", "-id")

    @display(description=_("title"))
    def title(self, obj: AssetPosition) -> str:
        return obj.asset.title.name


class ProgrammePositionScreen(Habit):
    list_display = ("account", "programme", "seconds", "duration", "is_viewed", "updated_at", "expires_at")
    list_filter = (("account", SearchFilter), ("is_viewed", BooleanRadioFilter), ("updated_at", MomentFilter))
    list_select_related = ("account", "programme")
    ordering = ("-updated_at", "-id")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(programme__start__gte=0)  # those that the guide still has


class ReminderScreen(Habit):
    list_display = ("account", "channel", "programme", "starts_at", "shift_hours", "state")
    list_filter = (("account", SearchFilter), ("channel", SearchFilter), ("starts_at", MomentFilter))
    list_select_related = ("account", "channel", "programme")
    ordering = ("-starts_at", "-id")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(programme__start__gte=0)

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: Reminder) -> tuple[str, Any]:
        now = timezone.now()
        if obj.ends_at <= now:
            return ("away", _("over"))
        return ("info", _("later")) if obj.starts_at > now else ("on", _("now"))


class RecordingScreen(Habit):
    list_display = ("account", "channel", "name", "starts_at", "ends_at", "expires_at", "state")
    list_filter = (("account", SearchFilter), ("channel", SearchFilter), ("starts_at", MomentFilter))
    list_select_related = ("account", "channel")
    search_fields = ("account__number__exact", "name")
    search_help_text = _("Account number or programme")
    ordering = ("-starts_at", "-id")

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: Recording) -> tuple[str, Any]:
        now = timezone.now()
        if obj.expires_at <= now:
            return ("away", _("over"))
        return ("info", _("later")) if obj.ends_at > now else ("on", _("can be watched"))


class TitlePurchaseScreen(Habit):
    list_display = ("account", "title", "price", "currency", "bought_at", "ends_at", "state")
    list_filter = (("account", SearchFilter), ("title", SearchFilter), ("bought_at", MomentFilter))
    list_select_related = ("account", "title")
    ordering = ("-bought_at", "-id")

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: TitlePurchase) -> tuple[str, Any]:
        is_over = obj.ends_at is not None and obj.ends_at <= timezone.now()
        return ("away", _("over")) if is_over else ("on", _("now"))


class SeanceTicketSheet(Sheet):
    model = SeanceTicket
    columns = ("seance", "code", "account", "is_active")
    keys = (("code",),)


class SeanceTicketScreen(Switchable, ExchangeAdmin):
    sheet = SeanceTicketSheet
    switch_field = "is_active"
    list_display = ("code", "seance", "account", "used_at", "state")
    list_filter = (("seance", SearchFilter), ("account", SearchFilter), ("is_active", BooleanRadioFilter))
    list_select_related = ("seance__title", "account")
    search_fields = ("code", "account__number__exact")
    ordering = ("-id",)
    autocomplete_fields = ("seance", "account")
    readonly_fields = ("used_at",)
    fieldsets = ((None, {"fields": ("operator", "seance", ("code", "is_active"), "account", "used_at")}),)


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {
    AccountTitle: AccountTitleScreen,
    AssetPosition: AssetPositionScreen,
    ProgrammePosition: ProgrammePositionScreen,
    Reminder: ReminderScreen,
    Recording: RecordingScreen,
    TitlePurchase: TitlePurchaseScreen,
    SeanceTicket: SeanceTicketScreen,
}
