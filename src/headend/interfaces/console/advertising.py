"""Screens of advertising: movies, blocks, providers, how much an operator shows, and what became of it."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from headend.advertising.models import AdBlock, AdMovie, AdProvider, AdSettings, AdShow
from headend.interfaces.console.bulk import Switchable
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import WEEKDAYS, PairsField, TicksField
from headend.interfaces.console.filters import MomentFilter, PresenceFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.sheets import Sheet


class AdSettingsScreen(Switchable):
    list_display = ("operator", "interval_seconds", "most_blocks", "blocks_at_once", "state")
    list_display_links = ("operator",)
    fieldsets = (
        (
            None,
            {
                "description": _("Without an entry of its own an operator shows no advertising."),
                "fields": ("operator", "is_enabled", ("interval_seconds", "most_blocks"), "blocks_at_once"),
            },
        ),
    )


class AdProviderScreen(Switchable):
    list_display = ("name", "number", "url", "block_total", "state")
    list_filter = (("is_enabled", BooleanRadioFilter),)
    search_fields = ("name", "url")
    counts = {"block_total": Counted(_("blocks"), "blocks", "advertising.adblock", "provider__id__exact")}
    field_types = {"options": PairsField}
    fieldsets = ((None, {"fields": ("operator", ("name", "number"), "url", "options", "is_enabled")}),)


class AdMovieSheet(Sheet):
    model = AdMovie
    columns = ("name", "url", "width", "height", "duration_seconds", "sort", "is_enabled")
    keys = (("name",),)


class AdMovieScreen(Switchable, ExchangeAdmin):
    sheet = AdMovieSheet
    list_display = ("name", "size", "duration_seconds", "block_total", "sort", "state")
    list_filter = (("is_enabled", BooleanRadioFilter), ("blocks", RelatedFilter))
    search_fields = ("name", "url")
    counts = {"block_total": Counted(_("blocks"), "blocks", "advertising.adblock", "movies__id__exact")}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    "name",
                    "url",
                    ("width", "height"),
                    ("duration_seconds", "sort"),
                    "is_enabled",
                )
            },
        ),
    )

    @display(description=_("size"), ordering="width")
    def size(self, obj: AdMovie) -> str:
        return f"{obj.width} × {obj.height}" if obj.width else "—"


class AdBlockScreen(Switchable):
    """Blocks, with how often each was given, shown and skipped as far back as shows are kept."""

    list_display = ("name", "when", "before", "movie_total", "priority", "given", "shown", "skipped", "state")
    list_filter = (
        ("is_enabled", BooleanRadioFilter),
        ("on_channels", BooleanRadioFilter),
        ("on_videos", BooleanRadioFilter),
        ("provider", RelatedFilter),
        ("channels", SearchFilter),
        ("tariffs", RelatedFilter),
    )
    list_select_related = ("provider",)
    search_fields = ("name",)
    ordering = ("priority", "name", "id")
    autocomplete_fields = ("movies", "provider", "channels", "tariffs")
    counts = {"movie_total": Counted(_("movies"), "movies", "advertising.admovie", "blocks__id__exact")}
    field_types = {"days": lambda **o: TicksField(choices=list(enumerate(WEEKDAYS, 1)), **o)}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("name", "is_enabled"),
                    "movies",
                    ("order", "skip_after_seconds"),
                    "provider",
                    ("priority", "most_shows"),
                )
            },
        ),
        (
            _("When"),
            {
                "classes": ["tab"],
                "description": _("In the operator's time zone; nothing chosen: always."),
                "fields": ("days", ("begins_at", "ends_at")),
            },
        ),
        (
            _("Before what"),
            {
                "classes": ["tab"],
                "description": _("Without channels and tariffs it is for all of them."),
                "fields": (("on_channels", "on_videos"), "channels", "tariffs"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        shows = {
            "given_number": Count("shows", distinct=True),
            "shown_number": Count("shows", filter=Q(shows__shown_at__isnull=False), distinct=True),
            "skipped_number": Count("shows", filter=Q(shows__skipped_at__isnull=False), distinct=True),
        }
        return super().get_queryset(request).annotate(**shows)

    @display(description=_("given"))
    def given(self, obj: Any) -> int:
        return int(obj.given_number)

    @display(description=_("shown"))
    def shown(self, obj: Any) -> int:
        return int(obj.shown_number)

    @display(description=_("skipped"))
    def skipped(self, obj: Any) -> int:
        return int(obj.skipped_number)

    @display(description=_("when"))
    def when(self, obj: AdBlock) -> str:
        days = obj.days if isinstance(obj.days, list) else []
        names = ", ".join(str(WEEKDAYS[day - 1]) for day in sorted(days) if day in range(1, 8)) or str(_("every day"))
        if obj.begins_at is None and obj.ends_at is None:
            return names
        begin, end = (f"{moment:%H:%M}" if moment else "00:00" for moment in (obj.begins_at, obj.ends_at))
        return f"{names}, {begin}–{end}"

    @display(description=_("before"))
    def before(self, obj: AdBlock) -> str:
        kinds = [_("channels")] * obj.on_channels + [_("videos")] * obj.on_videos
        return ", ".join(map(str, kinds)) or "—"


class WasShown(PresenceFilter):
    title = _("shown")
    parameter_name = "was_shown"
    lookup = {"shown_at__isnull": True}
    having = _("shown")
    missing = _("not shown, or not told")


class WasSkipped(PresenceFilter):
    title = _("skipped")
    parameter_name = "was_skipped"
    lookup = {"skipped_at__isnull": True}
    having = _("skipped")
    missing = _("not skipped")


class AdShowSheet(Sheet):
    model = AdShow
    columns = ("given_at", "block", "account", "channel", "shown_at", "skipped_at")


class AdShowScreen(ExchangeAdmin):
    is_read_only = True
    may_import = False
    sheet = AdShowSheet
    list_display = ("given_at", "block", "account", "channel", "shown_at", "skipped_at")
    list_filter = (
        ("block", RelatedFilter),
        ("given_at", MomentFilter),
        WasShown,
        WasSkipped,
        ("account", SearchFilter),
        ("channel", SearchFilter),
    )
    list_select_related = ("block", "account", "channel")
    search_fields = ("account__number__exact",)
    search_help_text = _("Number of the account")
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {"fields": ("operator", ("block", "account"), ("channel", "given_at"), ("shown_at", "skipped_at"))},
        ),
    )


SCREENS: dict[Any, Any] = {
    AdSettings: AdSettingsScreen,
    AdBlock: AdBlockScreen,
    AdMovie: AdMovieScreen,
    AdProvider: AdProviderScreen,
    AdShow: AdShowScreen,
}
