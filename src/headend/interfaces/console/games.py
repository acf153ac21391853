"""Screens of games and their records."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, RangeNumericFilter

from headend.games.models import Game, GameRecord
from headend.interfaces.console.bulk import Switchable
from headend.interfaces.console.catalog import NAMES
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.filters import MomentFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.forms import EXTRA_NAMES
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.sheets import Sheet


class GameSheet(Sheet):
    model = Game
    columns = ("system_name", "name", *EXTRA_NAMES, "is_enabled", "sort")
    keys = (("system_name",),)


class GameScreen(Switchable, ExchangeAdmin):
    sheet = GameSheet
    list_display = ("name", "system_name", "record_total", "sort", "state")
    list_filter = (("is_enabled", BooleanRadioFilter),)
    search_fields = ("name", *EXTRA_NAMES, "system_name")
    counts = {"record_total": Counted(_("records"), "records", "games.gamerecord", "game__id__exact")}
    fieldsets = ((None, {"fields": ("operator", *NAMES, "system_name", ("is_enabled", "sort"))}),)


class GameRecordSheet(Sheet):
    model = GameRecord
    columns = ("game", "account", "score", "reached_at")


class GameRecordScreen(ExchangeAdmin):
    """Who is best in what. Records come from devices; staff may only take one away."""

    sheet = GameRecordSheet
    may_import = False
    list_display = ("game", "account", "score", "reached_at")
    list_filter = (
        ("game", RelatedFilter),
        ("account", SearchFilter),
        ("score", RangeNumericFilter),
        ("reached_at", MomentFilter),
    )
    list_select_related = ("game", "account")
    search_fields = ("account__number__exact", "game__name")
    search_help_text = _("Number of the account or name of the game")
    ordering = ("-reached_at", "-id")
    fieldsets = ((None, {"fields": ("operator", "game", "account", ("score", "reached_at"))}),)
    readonly_fields = ("operator", "game", "account", "score", "reached_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


SCREENS: dict[Any, Any] = {Game: GameScreen, GameRecord: GameRecordScreen}
