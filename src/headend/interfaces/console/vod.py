"""Screens of titles, their seasons, episodes and files."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeNumericFilter,
)
from unfold.decorators import action, display

from headend.catalog.pictures import PictureKind
from headend.interfaces.console.bulk import STATE_COLOURS, Switchable
from headend.interfaces.console.catalog import logo
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import ObjectField, WordsField
from headend.interfaces.console.filters import RelatedFilter, SearchFilter
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.picture_fields import picture_fields
from headend.interfaces.console.screens import ConsoleAdmin
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.translated import NAMES, Searched, Translated, in_languages
from headend.interfaces.console.vod_shared import SHARED
from headend.vod.models import (
    Asset,
    Episode,
    Season,
    SkipFragment,
    Title,
)

# --- titles ----------------------------------------------------------------------------------------------------------


class TitleSheet(Sheet):
    model = Title
    columns = (
        *in_languages("name"),
        "name_original",
        "kind",
        "source",
        "is_enabled",
        "year",
        "countries",
        "language",
        "genres",
        "persons",
        "kinopoisk_rating",
        "imdb_rating",
        "age",
        "needs_parent_code",
        "duration_minutes",
        "is_announcement",
        "premiere_at",
        "published_from",
        "published_to",
        "description",
        "short_description",
        "provider",
        "price_category",
        "tariffs",
        "thumbnail_small_url",
        "thumbnail_big_url",
        "vertical_poster_url",
        "horizontal_poster_url",
        "screenshot_url",
        "copyright_holder",
        "external_id",
        "meta",
    )
    keys = (("external_id",),)


class ShownFilter(DropdownFilter):
    title = _("shown")
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("now")), ("later", _("later")), ("over", _("over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = timezone.now()
        if self.value() == "over":
            return queryset.filter(published_to__lte=now)
        if self.value() == "later":
            return queryset.filter(published_from__gt=now)
        shown = queryset.filter(is_enabled=True).exclude(published_from__gt=now).exclude(published_to__lte=now)
        return shown if self.value() == "now" else queryset


class TitleScreen(Translated, Searched, Switchable, ExchangeAdmin):
    sheet = TitleSheet
    translated = ("description", "short_description", "countries", "language", "horizontal_poster_url")
    list_display = ("picture", "name", "year", "kind", "provider", "season_total", "file_total", "state")
    list_display_links = ("picture", "name")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ShownFilter,
        ("genres", RelatedFilter),
        ("provider", RelatedFilter),
        ("price_category", RelatedFilter),
        ("tariffs", RelatedFilter),
        ("source", ChoicesDropdownFilter),
        ("is_enabled", BooleanRadioFilter),
        ("is_announcement", BooleanRadioFilter),
        ("persons", SearchFilter),
        ("year", RangeNumericFilter),
    )
    list_select_related = ("provider",)
    search_fields = ("name",)
    search_help_text = _("Name in any language, original name or number")
    ordering = ("-id",)
    autocomplete_fields = (
        "genres",
        "persons",
        "provider",
        "price_category",
        "tariffs",
        "servers",
        "similar",
        "package_titles",
        "copyright_holder",
        "channel",
    )
    counts = {
        "season_total": Counted(_("seasons"), "seasons", "vod.season", "title__id__exact"),
        "file_total": Counted(_("files"), "assets", "vod.asset", "title__id__exact"),
    }
    field_types = {
        "device_types": lambda **o: WordsField(**o),
        "meta": ObjectField,
        **picture_fields(
            thumbnail_small_url=PictureKind.SMALL_POSTER,
            thumbnail_big_url=PictureKind.POSTER,
            vertical_poster_url=PictureKind.POSTER,
            horizontal_poster_url=PictureKind.BANNER,
            screenshot_url=PictureKind.SCREENSHOT,
            screenshot_blurred_url=PictureKind.SCREENSHOT,
            logo_url=PictureKind.LOGO,
            ad_banner_url=PictureKind.BANNER,
        ),
    }
    actions = ("switch_on", "switch_off", "announce", "release")
    readonly_fields = ("viewer_ratings", "created_at", "updated_at")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    *NAMES,
                    "name_original",
                    ("kind", "source"),
                    ("is_enabled", "is_announcement"),
                    ("year", "duration_minutes"),
                    ("age", "needs_parent_code"),
                    "genres",
                    "persons",
                    "short_description",
                    "description",
                )
            },
        ),
        (
            _("Other languages"),
            {
                "classes": ["tab"],
                "fields": (
                    *in_languages("short_description")[1:],
                    *in_languages("description")[1:],
                    *in_languages("countries")[1:],
                    *in_languages("language")[1:],
                    *in_languages("horizontal_poster_url")[1:],
                ),
            },
        ),
        (
            _("Sold as"),
            {
                "classes": ["tab"],
                "fields": (
                    "price_category",
                    "tariffs",
                    "published_from",
                    "published_to",
                    "premiere_at",
                    "device_types",
                    "package_titles",
                    "similar",
                ),
            },
        ),
        (
            _("Pictures"),
            {
                "classes": ["tab"],
                "fields": (
                    "thumbnail_big_url",
                    "thumbnail_small_url",
                    "vertical_poster_url",
                    "horizontal_poster_url",
                    "screenshot_url",
                    "screenshot_blurred_url",
                    "logo_url",
                    "ad_banner_url",
                ),
            },
        ),
        (
            _("More"),
            {
                "classes": ["tab"],
                "fields": (
                    ("countries", "language"),
                    ("provider", "external_id"),
                    ("copyright_holder", "channel"),
                    "servers",
                    ("kinopoisk_rating", "imdb_rating"),
                    ("viewer_rating", "viewer_ratings"),
                    ("source_genres", "movie_db_id"),
                    "meta",
                    ("created_at", "updated_at"),
                ),
            },
        ),
    )

    @display(description="")
    def picture(self, obj: Title) -> SafeString:
        return logo(obj.thumbnail_small_url or obj.vertical_poster_url, obj.name)

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: Title) -> tuple[str, Any]:
        now = timezone.now()
        if not obj.is_enabled:
            return ("off", _("disabled"))
        if obj.published_to and obj.published_to <= now:
            return ("away", _("over"))
        if obj.published_from and obj.published_from > now:
            return ("info", _("later"))
        return ("warn", _("announced")) if obj.is_announcement else ("on", _("shown"))

    @action(description=_("Mark as announcement"), permissions=["change"])
    def announce(self, request: HttpRequest, queryset: Any) -> None:
        self.change_all(request, queryset, {"is_announcement": True})

    @action(description=_("Mark as no announcement"), permissions=["change"])
    def release(self, request: HttpRequest, queryset: Any) -> None:
        self.change_all(request, queryset, {"is_announcement": False})


class SeasonSheet(Sheet):
    model = Season
    columns = ("title", "number", *in_languages("name"), "sort")
    keys = (("title", "number"),)


class SeasonScreen(ExchangeAdmin):
    sheet = SeasonSheet
    list_display = ("title", "number", "name", "episode_total")
    list_display_links = ("title", "number")
    list_filter = (("title", SearchFilter),)
    list_select_related = ("title",)
    search_fields = ("title__search", "name")
    ordering = ("-title", "sort", "number")
    autocomplete_fields = ("title",)
    counts = {"episode_total": Counted(_("episodes"), "episodes", "vod.episode", "season__id__exact")}
    fieldsets = ((None, {"fields": ("operator", "title", *NAMES, ("number", "sort"))}),)


class EpisodeSheet(Sheet):
    model = Episode
    columns = (
        "title",
        "season",
        "number",
        *in_languages("name"),
        "description",
        "duration_seconds",
        "preview_url",
        "is_free",
        "is_planned",
        "sort",
    )


class EpisodeScreen(Translated, ExchangeAdmin):
    sheet = EpisodeSheet
    translated = ("description",)
    list_display = ("title", "season", "number", "name", "duration_seconds", "file_total", "state")
    list_display_links = ("number", "name")
    list_filter = (
        ("title", SearchFilter),
        ("season", SearchFilter),
        ("is_planned", BooleanRadioFilter),
        ("is_free", BooleanRadioFilter),
    )
    list_select_related = ("title", "season")
    search_fields = ("name", "title__search")
    ordering = ("-title", "season", "sort", "number")
    autocomplete_fields = ("title", "season")
    field_types = picture_fields(preview_url=PictureKind.SCREENSHOT)
    counts = {"file_total": Counted(_("files"), "assets", "vod.asset", "episode__id__exact")}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("title", "season"),
                    ("number", "sort"),
                    "duration_seconds",
                    *NAMES,
                    *in_languages("description"),
                    "preview_url",
                    ("is_free", "is_planned"),
                )
            },
        ),
    )

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: Episode) -> tuple[str, Any]:
        if obj.is_planned:
            return ("info", _("planned"))
        return ("warn", _("free")) if obj.is_free else ("on", _("as the title"))


class AssetSheet(Sheet):
    model = Asset
    columns = (
        "title",
        "episode",
        *in_languages("name"),
        "file_name",
        "duration_seconds",
        "quality",
        "is_trailer",
        "external_id",
        "promo_image_url",
        "sort",
    )
    keys = (("external_id",),)


class AssetScreen(ExchangeAdmin):
    sheet = AssetSheet
    list_display = ("__str__", "title", "episode", "file_name", "duration_seconds", "quality", "is_trailer")
    list_filter = (
        ("title", SearchFilter),
        ("episode", SearchFilter),
        ("quality", ChoicesDropdownFilter),
        ("is_trailer", BooleanRadioFilter),
    )
    list_select_related = ("title", "episode")
    search_fields = ("name", "file_name", "external_id", "title__search")
    ordering = ("-id",)
    autocomplete_fields = ("title", "episode")
    counts = {"fragment_total": Counted(_("parts to skip"), "skip_fragments", "vod.skipfragment", "asset__id__exact")}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("title", "episode"),
                    *NAMES,
                    "file_name",
                    ("duration_seconds", "quality"),
                    ("is_trailer", "sort"),
                    ("external_id", "prefers_own_fragments"),
                    "promo_image_url",
                )
            },
        ),
    )


class SkipFragmentSheet(Sheet):
    model = SkipFragment
    columns = ("asset", "kind", "begins", "ends")


class SkipFragmentScreen(ExchangeAdmin):
    sheet = SkipFragmentSheet
    list_display = ("asset", "kind", "begins", "ends")
    list_filter = (("asset", SearchFilter), ("kind", ChoicesDropdownFilter))
    list_select_related = ("asset",)
    search_fields = ("asset__name", "asset__file_name")
    ordering = ("asset", "begins")
    autocomplete_fields = ("asset",)
    fieldsets = ((None, {"fields": ("operator", ("asset", "kind"), ("begins", "ends"))}),)


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {
    Title: TitleScreen,
    Season: SeasonScreen,
    Episode: EpisodeScreen,
    Asset: AssetScreen,
    SkipFragment: SkipFragmentScreen,
    **SHARED,
}
