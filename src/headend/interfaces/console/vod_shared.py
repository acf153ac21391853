"""Screens of what titles have in common: people, genres, providers, prices; and of seances."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from headend.catalog.pictures import PictureKind
from headend.interfaces.console.bulk import STATE_COLOURS, BulkActions, Switchable
from headend.interfaces.console.catalog import logo
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import ObjectField
from headend.interfaces.console.filters import MomentFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.forms import EXTRA_NAMES
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.picture_fields import picture_fields
from headend.interfaces.console.screens import ConsoleAdmin
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.translated import NAMES, Searched, in_languages
from headend.vod.models import Genre, Person, PriceCategory, Seance, VideoProvider
from headend.vod.queries import end_of


class PersonSheet(Sheet):
    model = Person
    columns = (
        *in_languages("name"),
        "name_original",
        "role",
        "gender",
        "birth_date",
        "country",
        "profession",
        "biography",
        "photo_url",
        "movie_db_id",
    )


class PersonScreen(Searched, ExchangeAdmin):
    sheet = PersonSheet
    list_display = ("picture", "name", "role", "country", "birth_date", "title_total")
    list_display_links = ("picture", "name")
    list_filter = (("role", ChoicesDropdownFilter), ("gender", ChoicesDropdownFilter))
    search_fields = ("name",)
    search_help_text = _("Name in any language, original name or number")
    ordering = ("sort_name", "id")
    counts = {"title_total": Counted(_("titles"), "titles", "vod.title", "persons__id__exact")}
    field_types = {
        "translations": ObjectField,
        **picture_fields(photo_url=PictureKind.PERSON, backdrop_url=PictureKind.BANNER),
    }
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    *NAMES,
                    ("name_original", "role"),
                    ("gender", "birth_date"),
                    ("country", "profession"),
                    "biography",
                    "photo_url",
                    "backdrop_url",
                    "movie_db_id",
                    "translations",
                )
            },
        ),
    )

    @display(description="")
    def picture(self, obj: Person) -> SafeString:
        return logo(obj.photo_url, obj.name)


class GenreSheet(Sheet):
    model = Genre
    columns = (
        *in_languages("name"),
        "is_category",
        "category",
        "sort",
        "icon_url",
        "icon_tv_url",
        "icon_dashboard_url",
    )
    keys = (("name",),)


class GenreScreen(ExchangeAdmin):
    sheet = GenreSheet
    list_display = ("name", "is_category", "category", "title_total", "sort")
    list_filter = (("is_category", BooleanRadioFilter), ("category", RelatedFilter))
    list_select_related = ("category",)
    search_fields = ("name", *EXTRA_NAMES)
    ordering = ("sort", "name")
    autocomplete_fields = ("category",)
    offered = {"category": models.Q(is_category=True)}
    counts = {"title_total": Counted(_("titles"), "titles", "vod.title", "genres__id__exact")}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    *NAMES,
                    ("is_category", "sort"),
                    "category",
                    ("icon_url", "icon_tv_url"),
                    "icon_dashboard_url",
                )
            },
        ),
    )


class VideoProviderSheet(Sheet):
    model = VideoProvider
    columns = ("name", "kind", "partner", "icon_url", "label_url", "label_dark_url", "label_mobile_url", "is_enabled")
    keys = (("name",),)


class VideoProviderScreen(Switchable, ExchangeAdmin):
    sheet = VideoProviderSheet
    list_display = ("picture", "name", "kind", "partner", "title_total", "sort", "state")
    list_display_links = ("picture", "name")
    list_filter = (("kind", ChoicesDropdownFilter), ("is_enabled", BooleanRadioFilter))
    search_fields = ("name",)
    ordering = ("sort", "name")
    counts = {"title_total": Counted(_("titles"), "titles", "vod.title", "provider__id__exact")}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("name", "is_enabled"),
                    ("kind", "sort"),
                    "partner",
                    ("icon_url", "label_url"),
                    ("label_dark_url", "label_mobile_url"),
                )
            },
        ),
    )

    @display(description="")
    def picture(self, obj: VideoProvider) -> SafeString:
        return logo(obj.icon_url, obj.name)


class PriceCategorySheet(Sheet):
    model = PriceCategory
    columns = ("name", "kind", "price", "rent_hours", "caption")
    keys = (("name",),)


class PriceCategoryScreen(ExchangeAdmin):
    sheet = PriceCategorySheet
    list_display = ("name", "kind", "price", "rent_hours", "title_total")
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("name",)
    ordering = ("name",)
    counts = {"title_total": Counted(_("titles"), "titles", "vod.title", "price_category__id__exact")}
    fieldsets = ((None, {"fields": ("operator", ("name", "kind"), ("price", "rent_hours"), "caption")}),)


class SeanceScreen(BulkActions):
    list_display = ("title", "starts_at", "ends", "ticket_total", "state")
    list_filter = (("title", SearchFilter), ("starts_at", MomentFilter))
    list_select_related = ("title", "asset")
    search_fields = ("title__search",)
    ordering = ("-starts_at", "-id")
    autocomplete_fields = ("title", "asset")
    counts = {"ticket_total": Counted(_("tickets"), "tickets", "viewing.seanceticket", "seance__id__exact")}
    fieldsets = ((None, {"fields": ("operator", ("title", "asset"), ("starts_at", "ends_at"))}),)

    @display(description=_("ends"))
    def ends(self, obj: Seance) -> Any:
        return end_of(obj)

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: Seance) -> tuple[str, Any]:
        now = timezone.now()
        if end_of(obj) <= now:
            return ("away", _("over"))
        return ("info", _("later")) if obj.starts_at > now else ("on", _("now"))


SHARED: dict[type[models.Model], type[ConsoleAdmin]] = {
    Person: PersonScreen,
    Genre: GenreScreen,
    VideoProvider: VideoProviderScreen,
    PriceCategory: PriceCategoryScreen,
    Seance: SeanceScreen,
}
