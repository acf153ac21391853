"""Finding titles among tens of thousands, and what hangs on them in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from headend.kernel.names import fold
from headend.vod.errors import TitleUnknown
from headend.vod.models import (
    FOUR_K,
    Asset,
    Episode,
    Genre,
    Person,
    PersonRole,
    PriceCategory,
    Seance,
    Season,
    Title,
    TitleKind,
    VideoProvider,
)
from headend.vod.rules import Price, TitleTerms

NEW = timedelta(days=30)
PREMIERE = timedelta(days=90)
TITLE_ORDERS = {
    "id": "id",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "premiere_date": "premiere_at",
    "year": "year",
    "name": "sort_name",
    "average_customers_rating": "viewer_rating",
    "kinopoisk_rating": "kinopoisk_rating",
    "imdb_rating": "imdb_rating",
    "number_of_ratings": "viewer_ratings",
}
"""What lists of titles are ordered by, under the wire's names; a leading minus turns them round."""
PERSON_ORDERS = {"name": "sort_name", "birthdate": "birth_date", "film_count": "title_total"}
MOST_WORDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFilter:
    """Which titles are wanted. None and () are no condition; `genres` must all be there, of `any_genres` one."""

    genres: Sequence[int] = ()
    any_genres: Sequence[int] = ()
    category: int | None = None
    person: int | None = None
    is_new: bool = False
    is_premiere: bool = False
    sources: Sequence[int] | None = None
    is_package: bool | None = None
    is_series: bool | None = None
    is_announcement: bool | None = None
    year: int | None = None
    year_from: int | None = None
    year_to: int | None = None
    kinopoisk_from: float | None = None
    kinopoisk_to: float | None = None
    country: str = ""
    tariffs: Sequence[int] = ()
    without_tariffs: Sequence[int] = ()
    provider_name: str = ""
    provider_kind: int | None = None
    provider: int | None = None
    search: str = ""


def shown_titles(operator_id: int, moment: datetime) -> QuerySet[Title]:
    """The titles that an operator shows at a moment."""
    begun = Q(published_from=None) | Q(published_from__lte=moment)
    lasting = Q(published_to=None) | Q(published_to__gt=moment)
    shown: QuerySet[Title] = Title.objects.of(operator_id).filter(begun, lasting, is_enabled=True)
    return shown


def filtered(titles: QuerySet[Title], wanted: TitleFilter, moment: datetime) -> QuerySet[Title]:
    """Keep the titles that are wanted; each once, also where several genres fit."""
    for condition in _conditions(wanted, moment):
        titles = titles.filter(condition)
    return titles


def _conditions(wanted: TitleFilter, moment: datetime) -> Iterable[Q]:
    yield from (_linked("genres", "genre", (number,)) for number in wanted.genres)
    if wanted.any_genres:
        yield _linked("genres", "genre", wanted.any_genres)
    if wanted.category is not None:
        below = Genre.objects.filter(Q(pk=wanted.category) | Q(category=wanted.category))
        yield _linked("genres", "genre", below.values("pk"))
    if wanted.person is not None:
        yield _linked("persons", "person", (wanted.person,))
    if wanted.tariffs:
        yield _linked("tariffs", "tariff", wanted.tariffs)
    if wanted.without_tariffs:
        yield ~_linked("tariffs", "tariff", wanted.without_tariffs)
    yield from _plain_conditions(wanted, moment)


def _linked(relation: str, name: str, numbers: Any) -> Q:
    """Titles with one of these genres, persons or tariffs; they are looked up, not asked one by one."""
    through = getattr(Title, relation).through
    return Q(pk__in=through._default_manager.filter(**{f"{name}__in": numbers}).values("title"))


def _plain_conditions(wanted: TitleFilter, moment: datetime) -> Iterable[Q]:
    simple = {
        "source__in": wanted.sources,
        "is_announcement": wanted.is_announcement,
        "year": wanted.year,
        "year__gte": wanted.year_from,
        "year__lte": wanted.year_to,
        "kinopoisk_rating__gte": wanted.kinopoisk_from,
        "kinopoisk_rating__lte": wanted.kinopoisk_to,
        "provider": wanted.provider,
        "provider__kind": wanted.provider_kind,
        "provider__name__iexact": wanted.provider_name or None,
        "created_at__gt": moment - NEW if wanted.is_new else None,
        "premiere_at__gt": moment - PREMIERE if wanted.is_premiere else None,
        "search_countries__contains": f"|{fold(wanted.country)}|" if wanted.country else None,
    }
    yield Q(**{name: value for name, value in simple.items() if value is not None})
    for kind, is_wanted in ((TitleKind.PACKAGE, wanted.is_package), (TitleKind.SERIES, wanted.is_series)):
        if is_wanted is not None:
            yield Q(kind=kind) if is_wanted else ~Q(kind=kind)
    yield from _found(wanted.search)


def _found(search: str) -> Iterable[Q]:
    """Every word must be in one of the names, in any case, with or without accents."""
    return (Q(search__contains=word) for word in fold(search).split()[:MOST_WORDS])


def ordered(titles: QuerySet[Title], order: str) -> QuerySet[Title]:
    """Put titles in an order of TITLE_ORDERS ("-year": the newest first); the newest record first without one.

    What has no value comes last, and ties by number, so that pages never overlap. Raises KeyError.
    """
    if not order:
        return titles.order_by("-id")
    key = TITLE_ORDERS[order.removeprefix("-")]
    is_descending = order.startswith("-")
    if key in ("year", "premiere_at"):
        first = F(key).desc(nulls_last=True) if is_descending else F(key).asc(nulls_last=True)
        return titles.order_by(first, "-id" if is_descending else "id")
    return titles.order_by(f"-{key}", "-id") if is_descending else titles.order_by(key, "id")


def for_lists(titles: QuerySet[Title]) -> QuerySet[Title]:
    """Read along what lists show of each title: four queries more, however many titles.

    `files` are its own files: neither trailers nor those of episodes, of which there may be thousands.
    """
    own = Asset.objects.filter(is_trailer=False, episode=None).order_by("sort", "pk")
    return titles.select_related("provider", "price_category").prefetch_related(
        "genres",
        Prefetch("persons", Person.objects.order_by("sort_name", "pk")),
        Prefetch("assets", own, to_attr="files"),
        "tariffs",
    )


def _assets() -> "Prefetch[Any]":
    return Prefetch("assets", Asset.objects.order_by("sort", "pk"))


def find_title(operator_id: int, number: int, moment: datetime) -> Title:
    """A title that is shown, with all that its lists and its own page show; raises TitleUnknown."""
    found = for_lists(shown_titles(operator_id, moment)).filter(pk=number).first()
    if found is None:
        raise TitleUnknown("there is no such title")
    return found


def seasons_of(title: Title) -> list[Season]:
    """The seasons of a series in their order."""
    return list(Season.objects.filter(title=title).order_by("sort", "number", "pk"))


def find_season(operator_id: int, number: int, moment: datetime) -> Season:
    """A season of a title that is shown; raises TitleUnknown."""
    shown = shown_titles(operator_id, moment)
    found: Season | None = Season.objects.of(operator_id).filter(pk=number, title__in=shown).first()
    if found is None:
        raise TitleUnknown("there is no such season")
    return found


def episodes_of(season: Season) -> list[Episode]:
    """The episodes of a season with their files."""
    return list(Episode.objects.filter(season=season).prefetch_related(_assets()).order_by("sort", "number", "pk"))


def find_episode(operator_id: int, number: int, moment: datetime) -> Episode:
    """An episode of a title that is shown, with its files; raises TitleUnknown."""
    episodes = Episode.objects.of(operator_id).filter(pk=number, title__in=shown_titles(operator_id, moment))
    found: Episode | None = episodes.prefetch_related(_assets()).first()
    if found is None:
        raise TitleUnknown("there is no such episode")
    return found


def find_asset(operator_id: int, title: int | None, asset: int | None, moment: datetime) -> Asset:
    """The file that a title plays: the one named, else its first that is no trailer, else its trailer.

    Either may be left out, but not both. Raises TitleUnknown.
    """
    assets = Asset.objects.of(operator_id).filter(title__in=shown_titles(operator_id, moment))
    if title is not None:
        assets = assets.filter(title=title)
    if asset is not None:
        assets = assets.filter(pk=asset)
    related = ("title__provider", "title__price_category", "episode")
    found: Asset | None = assets.select_related(*related).order_by("is_trailer", "sort", "pk").first()
    if found is None or (title is None and asset is None):
        raise TitleUnknown("there is no such title or file")
    return found


def terms_of(title: Title) -> TitleTerms:
    """What a title asks for; its tariffs and price category should have been read along."""
    kind = title.price_category.kind if title.price_category else Price.SUBSCRIPTION
    types = title.device_types if isinstance(title.device_types, list) else []
    return TitleTerms(
        is_enabled=title.is_enabled,
        is_announcement=title.is_announcement,
        shown_from=_seconds(title.published_from),
        shown_until=_seconds(title.published_to),
        price=Price(kind),
        tariffs=frozenset(tariff.pk for tariff in title.tariffs.all()),
        device_types=frozenset(str(name) for name in types),
        needs_parent_code=title.needs_parent_code,
    )


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def titles_in_4k(titles: Iterable[Title]) -> frozenset[int]:
    """Which of these titles have a file in 4K, by number."""
    files = Asset.objects.filter(title__in=[title.pk for title in titles], is_trailer=False, quality__in=FOUR_K)
    return frozenset(files.values_list("title", flat=True))


def assets_of(title: Title) -> list[Asset]:
    """All files of a title with their episodes and seasons, in the order in which they are played; trailers last."""
    assets = Asset.objects.filter(title=title).select_related("episode__season")
    return list(
        assets.order_by(
            "is_trailer",
            "episode__season__sort",
            "episode__season__number",
            "episode__sort",
            "episode__number",
            "sort",
            "pk",
        )
    )


def similar_titles(title: Title, moment: datetime) -> QuerySet[Title]:
    """The titles that an editor named as similar; where none is named, those that share a genre, best rated first."""
    shown = shown_titles(title.operator_id, moment)
    named = shown.filter(pk__in=title.similar.values("pk"))
    if named.exists():
        return named.order_by("-id")
    genres = [genre.pk for genre in title.genres.all() if not genre.is_category] or [g.pk for g in title.genres.all()]
    alike = shown.filter(_linked("genres", "genre", genres), kind=title.kind) if genres else shown.none()
    return alike.exclude(pk=title.pk).order_by("-kinopoisk_rating", "-id")


def has_similar(title: Title, moment: datetime) -> bool:
    """Say whether there are titles like this one."""
    return similar_titles(title, moment).exists()


# --- persons, genres, providers, seances ---


def persons_of(operator_id: int, role: str, title: int | None = None, search: str = "") -> QuerySet[Person]:
    """An operator's persons: actors, directors or ("") both; those of a title; those whose name is searched for."""
    persons: QuerySet[Person] = Person.objects.of(operator_id)
    if role:
        persons = persons.filter(role=role)
    if title is not None:
        through = Title.persons.through._default_manager
        persons = persons.filter(pk__in=through.filter(title=title).values("person"))
    return persons.filter(*_found(search)) if search else persons


def order_persons(persons: QuerySet[Person], order: str) -> QuerySet[Person]:
    """Put persons in an order of PERSON_ORDERS ("-name": turned round), or "cyrillic-first"; raises KeyError."""
    if order == "cyrillic-first":
        return persons.order_by("sort_cyrillic", "pk")
    key = PERSON_ORDERS[order.removeprefix("-")]
    if key == "title_total":
        persons = persons.annotate(title_total=_title_total())
    is_descending = order.startswith("-")
    first = F(key).desc(nulls_last=True) if is_descending else F(key).asc(nulls_last=True)
    return persons.order_by(first, "pk")


def _title_total() -> Combinable:
    """In how many titles a person is, counted for each by an index: a join would read all persons again for each."""
    own: Any = Title.persons.through._default_manager.filter(person=OuterRef("pk")).order_by().values("person")
    return Coalesce(Subquery(own.annotate(number=Count("pk")).values("number")), 0)


def directors_among(persons: Iterable[Person]) -> list[Person]:
    return [person for person in persons if person.role == PersonRole.DIRECTOR]


def actors_among(persons: Iterable[Person]) -> list[Person]:
    return [person for person in persons if person.role == PersonRole.ACTOR]


def genres_of_person(person: Person) -> list[Genre]:
    """The genres of the titles that somebody is in."""
    return list(Genre.objects.filter(titles__persons=person).distinct().order_by("sort", "name", "pk"))


@dataclass(frozen=True, slots=True)
class CountedGenre:
    """A genre with how many titles it has, and how many genres stand in it."""

    genre: Genre
    titles: int
    subgenres: int


def counted_genres(
    operator_id: int, moment: datetime, wanted: TitleFilter, *, categories_only: bool, category: int | None
) -> list[CountedGenre]:
    """An operator's genres (only categories, or those in one), with the number of the wanted titles in each."""
    titles = filtered(shown_titles(operator_id, moment), wanted, moment)
    through = Title.genres.through._default_manager
    pairs = through.filter(title__in=titles.order_by().values("pk"))
    counts = dict(pairs.values_list("genre").annotate(number=Count("title")).order_by())
    genres = list(Genre.objects.of(operator_id).order_by("sort", "name", "pk"))
    below: dict[int, int] = {}
    for genre in genres:
        if genre.category_id is not None:
            below[genre.category_id] = below.get(genre.category_id, 0) + 1
    kept = [
        g for g in genres if (not categories_only or g.is_category) and (category is None or g.category_id == category)
    ]
    return [CountedGenre(genre, counts.get(genre.pk, 0), below.get(genre.pk, 0)) for genre in kept]


def providers_of(operator_id: int) -> QuerySet[VideoProvider]:
    """The providers that an operator shows."""
    providers: QuerySet[VideoProvider] = VideoProvider.objects.of(operator_id).filter(is_enabled=True)
    return providers


def seances_of(operator_id: int, moment: datetime, *, with_past: bool) -> list[Seance]:
    """The seances of titles that are not switched off, those to come and running ones first of all; or all."""
    seances = Seance.objects.of(operator_id).filter(title__is_enabled=True).select_related("title", "asset")
    found = seances.order_by("starts_at", "pk")
    return [seance for seance in found if with_past or end_of(seance) > moment]


def find_seance(operator_id: int, number: int) -> Seance | None:
    """The operator's seance with this number."""
    seances = Seance.objects.of(operator_id).filter(pk=number).select_related("title__provider", "asset")
    found: Seance | None = seances.first()
    return found


def asset_of(seance: Seance) -> Asset | None:
    """The file that a seance plays."""
    if seance.asset is not None:
        return seance.asset
    return Asset.objects.filter(title=seance.title_id, is_trailer=False).order_by("sort", "pk").first()


def end_of(seance: Seance) -> datetime:
    """When a seance is over: as it says, else when its file is, else when the film would be."""
    if seance.ends_at is not None:
        return seance.ends_at
    seconds = seance.asset.duration_seconds if seance.asset else 0
    return seance.starts_at + timedelta(seconds=seconds or seance.title.duration_minutes * 60 or 2 * 3600)


def price_of(title: Title) -> PriceCategory | None:
    """The price category of a title that is bought one by one."""
    category = title.price_category
    return category if category is not None and category.kind == Price.PURCHASE else None
