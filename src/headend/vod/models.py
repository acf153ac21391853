"""Titles on demand: films, series and packages, their files, people, genres, providers and seances."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from headend.catalog.models import Channel, CopyrightHolder, Tariff
from headend.delivery.models import StreamingServer
from headend.operators.fields import MadeChar, MadeText
from headend.operators.models import Localized, OperatorOwned
from headend.vod.rules import SORTED_CHARACTERS, Price, Source, cyrillic_first, search_text, sort_text

ADDRESS = 1000
SHORT = 500  # five of them: a row of MariaDB holds 65,535 bytes, four for each character
LANGUAGES = range(1, 6)


def texts_of(record: Any, *fields: str) -> list[str]:
    """Some texts of a record in all its languages."""
    names = [name for field in fields for name in (field, *(f"{field}_lang{number}" for number in LANGUAGES))]
    return [getattr(record, name, "") for name in names]


class Described(models.Model):
    """A description in the operator's language and in up to five extra ones."""

    description = models.TextField(_("description"), blank=True)
    description_lang1 = models.TextField(_("description, language 1"), blank=True)
    description_lang2 = models.TextField(_("description, language 2"), blank=True)
    description_lang3 = models.TextField(_("description, language 3"), blank=True)
    description_lang4 = models.TextField(_("description, language 4"), blank=True)
    description_lang5 = models.TextField(_("description, language 5"), blank=True)

    class Meta:
        abstract = True


class ProviderKind(models.IntegerChoices):
    """The wire's numbers of the online cinemas that applications know by name."""

    OWN = 0, _("none of these")
    MEGOGO = 1, "Megogo"
    START = 3, "START"
    PREMIER = 4, "Premier"
    VIJU = 5, "Viju"


class VideoProvider(OperatorOwned):
    """Whose titles these are, shown as a label on their posters; with a `partner` they are played from there."""

    name = models.CharField(_("name"), max_length=200)
    kind = models.PositiveSmallIntegerField(_("kind"), choices=ProviderKind.choices, default=ProviderKind.OWN)
    partner = models.CharField(
        _("partner"), max_length=40, blank=True, help_text=_("The content partner that plays and sells these titles.")
    )
    icon_url = models.CharField(_("icon"), max_length=ADDRESS, blank=True)
    label_url = models.CharField(_("label on posters"), max_length=ADDRESS, blank=True)
    label_dark_url = models.CharField(_("label on dark ground"), max_length=ADDRESS, blank=True)
    label_mobile_url = models.CharField(_("label for mobiles"), max_length=ADDRESS, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    sort = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("video provider")
        verbose_name_plural = _("video providers")
        ordering = ("sort", "name")
        constraints = (models.UniqueConstraint(fields=("operator", "name"), name="video_provider_name"),)

    def __str__(self) -> str:
        return self.name


class PriceKind(models.IntegerChoices):
    SUBSCRIPTION = Price.SUBSCRIPTION.value, _("subscription")
    PURCHASE = Price.PURCHASE.value, _("purchase")
    FREE = Price.FREE.value, _("free")


class PriceCategory(OperatorOwned):
    """How titles are paid for, and how much they cost."""

    name = models.CharField(_("name"), max_length=100)
    kind = models.PositiveSmallIntegerField(_("paid by"), choices=PriceKind.choices, default=PriceKind.SUBSCRIPTION)
    price = models.DecimalField(
        _("price"), max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    rent_hours = models.PositiveIntegerField(_("for how many hours"), default=0, help_text=_("0: for good."))
    caption = models.CharField(_("caption of the button"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("price category")
        verbose_name_plural = _("price categories")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("operator", "name"), name="price_category_name"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="price_category_costs"),
        )

    def __str__(self) -> str:
        return self.name


class Genre(OperatorOwned, Localized):
    """A genre of titles. Some are categories (Films, Series, For children), which genres may stand in."""

    is_category = models.BooleanField(_("category"), default=False)
    category = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="subgenres",
        limit_choices_to={"is_category": True},
        verbose_name=_("in category"),
    )
    sort = models.PositiveIntegerField(_("position"), default=0)
    icon_url = models.CharField(_("icon"), max_length=ADDRESS, blank=True)
    icon_tv_url = models.CharField(_("icon for television"), max_length=ADDRESS, blank=True)
    icon_dashboard_url = models.CharField(_("icon for dashboards"), max_length=ADDRESS, blank=True)

    class Meta:
        verbose_name = _("genre")
        verbose_name_plural = _("genres")
        ordering = ("sort", "name")
        constraints = (models.UniqueConstraint(fields=("operator", "name"), name="genre_name"),)


class PersonRole(models.TextChoices):
    ACTOR = "actor", _("actor")
    DIRECTOR = "director", _("director")


class Gender(models.IntegerChoices):
    UNKNOWN = 0, _("not said")
    MALE = 1, _("male")
    FEMALE = 2, _("female")


def _person_search(person: Any) -> str:
    return search_text([*texts_of(person, "name"), person.name_original])


class Person(OperatorOwned, Localized):
    """Somebody who acts in titles or directs them."""

    name_original = models.CharField(_("original name"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=PersonRole.choices, default=PersonRole.ACTOR)
    gender = models.PositiveSmallIntegerField(_("gender"), choices=Gender.choices, default=Gender.UNKNOWN)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    profession = models.CharField(_("profession"), max_length=200, blank=True)
    biography = models.TextField(_("biography"), blank=True)
    translations = models.JSONField(_("texts in other languages"), default=dict, blank=True)
    photo_url = models.CharField(_("photo"), max_length=ADDRESS, blank=True)
    backdrop_url = models.CharField(_("large picture"), max_length=ADDRESS, blank=True)
    movie_db_id = models.PositiveBigIntegerField(_("id in the film database"), null=True, blank=True)
    search = MadeText(_("search text"), make=_person_search)
    sort_name = MadeChar(_("sort key"), max_length=SORTED_CHARACTERS, make=lambda person: sort_text(person.name))
    sort_cyrillic = MadeChar(
        _("sort key, Cyrillic first"), max_length=SORTED_CHARACTERS + 1, make=lambda person: cyrillic_first(person.name)
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        ordering = ("sort_name", "id")
        indexes = (
            models.Index(fields=("operator", "role", "sort_name"), name="person_name"),
            models.Index(fields=("operator", "role", "sort_cyrillic"), name="person_cyrillic"),
        )


class TitleKind(models.TextChoices):
    FILM = "film", _("film")
    SERIES = "series", _("series")
    PACKAGE = "package", _("package")


class TitleSource(models.IntegerChoices):
    OWN = Source.OWN.value, _("own files")
    PARTNER = Source.PARTNER.value, _("content partner")
    ARCHIVE = Source.ARCHIVE.value, _("recorded television")


def _title_search(title: Any) -> str:
    return search_text([*texts_of(title, "name"), title.name_original])


def _country_search(title: Any) -> str:
    """Countries in all languages, each between bars, so that "|italy|" is found and "Taly" is not."""
    names = [name for text in texts_of(title, "countries") for name in text.split(",")]
    return "|" + "|".join(search_text(names).split("\n")) + "|"


RATING = [MinValueValidator(0), MaxValueValidator(10)]


class Title(OperatorOwned, Localized, Described):
    """A film, a series or a package of titles, as the operator shows and sells it."""

    kind = models.CharField(_("kind"), max_length=10, choices=TitleKind.choices, default=TitleKind.FILM)
    source = models.PositiveSmallIntegerField(_("source"), choices=TitleSource.choices, default=TitleSource.OWN)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    name_original = models.CharField(_("original name"), max_length=200, blank=True)
    short_description = models.TextField(_("short description"), blank=True)
    short_description_lang1 = models.TextField(_("short description, language 1"), blank=True)
    short_description_lang2 = models.TextField(_("short description, language 2"), blank=True)
    short_description_lang3 = models.TextField(_("short description, language 3"), blank=True)
    short_description_lang4 = models.TextField(_("short description, language 4"), blank=True)
    short_description_lang5 = models.TextField(_("short description, language 5"), blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    countries = models.CharField(_("countries"), max_length=200, blank=True, help_text=_("Separated by commas."))
    countries_lang1 = models.CharField(_("countries, language 1"), max_length=200, blank=True)
    countries_lang2 = models.CharField(_("countries, language 2"), max_length=200, blank=True)
    countries_lang3 = models.CharField(_("countries, language 3"), max_length=200, blank=True)
    countries_lang4 = models.CharField(_("countries, language 4"), max_length=200, blank=True)
    countries_lang5 = models.CharField(_("countries, language 5"), max_length=200, blank=True)
    language = models.CharField(_("spoken language"), max_length=100, blank=True)
    language_lang1 = models.CharField(_("spoken language, language 1"), max_length=100, blank=True)
    language_lang2 = models.CharField(_("spoken language, language 2"), max_length=100, blank=True)
    language_lang3 = models.CharField(_("spoken language, language 3"), max_length=100, blank=True)
    language_lang4 = models.CharField(_("spoken language, language 4"), max_length=100, blank=True)
    language_lang5 = models.CharField(_("spoken language, language 5"), max_length=100, blank=True)
    genres = models.ManyToManyField(Genre, blank=True, related_name="titles", verbose_name=_("genres"))
    persons = models.ManyToManyField(Person, blank=True, related_name="titles", verbose_name=_("persons"))
    source_genres = models.CharField(_("genres in the film database"), max_length=200, blank=True)
    movie_db_id = models.PositiveBigIntegerField(_("id in the film database"), null=True, blank=True)
    kinopoisk_rating = models.FloatField(_("rating, Kinopoisk"), default=0, validators=RATING)
    imdb_rating = models.FloatField(_("rating, IMDb"), default=0, validators=RATING)
    viewer_rating = models.FloatField(_("rating of viewers"), default=0, validators=RATING)
    viewer_ratings = models.PositiveIntegerField(_("ratings of viewers"), default=0, editable=False)
    age = models.PositiveSmallIntegerField(_("age rating"), default=0)
    needs_parent_code = models.BooleanField(_("asks for the parental code"), default=False)
    duration_minutes = models.PositiveIntegerField(_("duration, minutes"), default=0)
    is_announcement = models.BooleanField(_("announcement"), default=False)
    premiere_at = models.DateTimeField(_("premiere"), null=True, blank=True)
    published_from = models.DateTimeField(_("shown from"), null=True, blank=True)
    published_to = models.DateTimeField(_("shown until"), null=True, blank=True)

    thumbnail_small_url = models.CharField(_("small poster"), max_length=ADDRESS, blank=True)
    thumbnail_big_url = models.CharField(_("large poster"), max_length=ADDRESS, blank=True)
    vertical_poster_url = models.CharField(_("vertical poster"), max_length=ADDRESS, blank=True)
    horizontal_poster_url = models.CharField(_("horizontal poster"), max_length=ADDRESS, blank=True)
    horizontal_poster_url_lang1 = models.CharField(_("horizontal poster, language 1"), max_length=SHORT, blank=True)
    horizontal_poster_url_lang2 = models.CharField(_("horizontal poster, language 2"), max_length=SHORT, blank=True)
    horizontal_poster_url_lang3 = models.CharField(_("horizontal poster, language 3"), max_length=SHORT, blank=True)
    horizontal_poster_url_lang4 = models.CharField(_("horizontal poster, language 4"), max_length=SHORT, blank=True)
    horizontal_poster_url_lang5 = models.CharField(_("horizontal poster, language 5"), max_length=SHORT, blank=True)
    screenshot_url = models.CharField(_("screenshot"), max_length=ADDRESS, blank=True)
    screenshot_blurred_url = models.CharField(_("blurred screenshot"), max_length=ADDRESS, blank=True)
    logo_url = models.CharField(_("logo"), max_length=ADDRESS, blank=True)
    ad_banner_url = models.CharField(_("banner"), max_length=ADDRESS, blank=True)

    provider = models.ForeignKey(
        VideoProvider, models.SET_NULL, null=True, blank=True, related_name="titles", verbose_name=_("provider")
    )
    price_category = models.ForeignKey(
        PriceCategory,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="titles",
        verbose_name=_("price category"),
        help_text=_("Empty: in the subscription."),
    )
    tariffs = models.ManyToManyField(
        Tariff,
        blank=True,
        related_name="titles",
        verbose_name=_("tariffs"),
        help_text=_("Empty: every tariff that gives videos."),
    )
    device_types = models.JSONField(
        _("device types"), default=list, blank=True, help_text=_("System names of device types; empty: all.")
    )
    servers = models.ManyToManyField(
        StreamingServer,
        blank=True,
        related_name="titles",
        verbose_name=_("streaming servers"),
        help_text=_("Empty: every server that gives titles on demand."),
    )
    similar = models.ManyToManyField("self", blank=True, symmetrical=False, related_name="+", verbose_name=_("similar"))
    package_titles = models.ManyToManyField(
        "self", blank=True, symmetrical=False, related_name="packages", verbose_name=_("titles of the package")
    )
    copyright_holder = models.ForeignKey(
        CopyrightHolder, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("copyright holder")
    )
    channel = models.ForeignKey(
        Channel, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("channel")
    )
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    meta = models.JSONField(_("extra data"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    search = MadeText(_("search text"), make=_title_search)
    search_countries = MadeText(_("search text of countries"), make=_country_search)
    sort_name = MadeChar(_("sort key"), max_length=SORTED_CHARACTERS, make=lambda title: sort_text(title.name))

    class Meta:
        verbose_name = pgettext_lazy("film or series", "title")
        verbose_name_plural = _("titles")
        ordering = ("-id",)
        indexes = (
            # All that most lists choose by: how many there are is counted without reading the titles themselves.
            models.Index(
                fields=(
                    "operator",
                    "is_enabled",
                    "is_announcement",
                    "published_from",
                    "published_to",
                    "kind",
                    "source",
                    "provider",
                ),
                name="title_shown",
            ),
            models.Index(fields=("operator", "sort_name"), name="title_name"),
            models.Index(fields=("operator", "year"), name="title_year"),
            models.Index(fields=("operator", "created_at"), name="title_created"),
            models.Index(fields=("operator", "updated_at"), name="title_updated"),
            models.Index(fields=("operator", "premiere_at"), name="title_premiere"),
            models.Index(fields=("operator", "kinopoisk_rating"), name="title_kinopoisk"),
            models.Index(fields=("operator", "imdb_rating"), name="title_imdb"),
            models.Index(fields=("operator", "viewer_rating"), name="title_viewer_rating"),
            models.Index(fields=("operator", "viewer_ratings"), name="title_viewer_ratings"),
            models.Index(fields=("operator", "external_id"), name="title_external_id"),
        )


class Season(OperatorOwned, Localized):
    """A season of a series."""

    title = models.ForeignKey(
        Title, models.CASCADE, related_name="seasons", verbose_name=pgettext_lazy("film or series", "title")
    )
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    sort = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("season")
        verbose_name_plural = _("seasons")
        ordering = ("title", "sort", "number", "id")
        constraints = (models.UniqueConstraint(fields=("title", "number"), name="season_number"),)


class Episode(OperatorOwned, Localized, Described):
    """An episode of a series. `is_planned`: it is announced and has nothing to play yet."""

    title = models.ForeignKey(
        Title, models.CASCADE, related_name="episodes", verbose_name=pgettext_lazy("film or series", "title")
    )
    season = models.ForeignKey(
        Season, models.CASCADE, null=True, blank=True, related_name="episodes", verbose_name=_("season")
    )
    number = models.PositiveIntegerField(_("number"), default=1)
    duration_seconds = models.PositiveIntegerField(_("duration, seconds"), default=0)
    preview_url = models.CharField(_("preview"), max_length=ADDRESS, blank=True)
    is_free = models.BooleanField(_("free"), default=False)
    is_planned = models.BooleanField(_("planned"), default=False)
    sort = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("episode")
        verbose_name_plural = _("episodes")
        ordering = ("title", "season", "sort", "number", "id")
        constraints = (models.UniqueConstraint(fields=("title", "season", "number"), name="episode_number"),)


class Quality(models.IntegerChoices):
    """The wire's numbers."""

    NONE = 0, _("not said")
    SD = 1, "SD"
    HD = 2, "HD"
    FHD = 3, "FHD"
    UHD = 4, "UHD"
    K2 = 5, "2K"
    K4 = 6, "4K"
    K8 = 7, "8K"
    P240 = 10, "240p"
    P320 = 11, "320p"
    P480 = 12, "480p"
    P576 = 13, "576p"
    P720 = 14, "720p"
    P1080 = 15, "1080p"


FOUR_K = frozenset({Quality.UHD.value, Quality.K4.value, Quality.K8.value})


class Asset(OperatorOwned, Localized):
    """A file of a title, or of one of its episodes; `file_name` is its path on the streaming servers.

    With `recorded_at` it is no file but what the title's channel recorded from then on, played from its archive.
    """

    title = models.ForeignKey(
        Title, models.CASCADE, related_name="assets", verbose_name=pgettext_lazy("film or series", "title")
    )
    episode = models.ForeignKey(
        Episode, models.CASCADE, null=True, blank=True, related_name="assets", verbose_name=_("episode")
    )
    file_name = models.CharField(_("file"), max_length=500, blank=True)
    duration_seconds = models.PositiveIntegerField(_("duration, seconds"), default=0)
    quality = models.PositiveSmallIntegerField(_("quality"), choices=Quality.choices, default=Quality.NONE)
    is_trailer = models.BooleanField(_("trailer"), default=False)
    recorded_at = models.DateTimeField(_("recorded"), null=True, blank=True, editable=False)
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    promo_image_url = models.CharField(_("picture"), max_length=ADDRESS, blank=True)
    sort = models.PositiveIntegerField(_("position"), default=0)
    prefers_own_fragments = models.BooleanField(
        _("its own parts to skip come first"), default=False, help_text=_("Before those that the partner names.")
    )

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ("title", "sort", "id")
        indexes = (models.Index(fields=("operator", "external_id"), name="asset_external_id"),)


class FragmentKind(models.IntegerChoices):
    """The wire's numbers."""

    INTRO = 0, _("intro")
    RECAP = 1, _("recap")
    CREDITS = 2, _("credits")
    ADVERTISING = 3, _("advertising")


class SkipFragment(OperatorOwned):
    """A part of a file that players offer to skip; in seconds from its beginning."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="skip_fragments", verbose_name=_("file"))
    kind = models.PositiveSmallIntegerField(_("kind"), choices=FragmentKind.choices, default=FragmentKind.INTRO)
    begins = models.DecimalField(_("begins, seconds"), max_digits=9, decimal_places=3)
    ends = models.DecimalField(_("ends, seconds"), max_digits=9, decimal_places=3)

    class Meta:
        verbose_name = _("part to skip")
        verbose_name_plural = _("parts to skip")
        ordering = ("asset", "begins")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.begins}"


class Seance(OperatorOwned):
    """A showing in the virtual cinema: everybody with a ticket watches the same at the same time."""

    title = models.ForeignKey(
        Title, models.CASCADE, related_name="seances", verbose_name=pgettext_lazy("film or series", "title")
    )
    asset = models.ForeignKey(
        Asset,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("file"),
        help_text=_("Empty: the title's first."),
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True, help_text=_("Empty: when the file is over."))

    class Meta:
        verbose_name = _("seance")
        verbose_name_plural = _("seances")
        ordering = ("-starts_at", "-id")
        indexes = (models.Index(fields=("operator", "starts_at"), name="seance_start"),)

    def __str__(self) -> str:
        return f"{self.title} {self.starts_at:%Y-%m-%d %H:%M}"
