"""Titles, their files and people for tests."""

from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import Any

from tests.factories.operators import make_operator

from headend.catalog.models import Tariff
from headend.operators.models import Operator
from headend.vod.models import (
    Asset,
    Episode,
    Genre,
    Person,
    PriceCategory,
    Seance,
    Season,
    SkipFragment,
    Title,
    TitleKind,
    VideoProvider,
)

_number = count(1)


def make_genre(*, operator: Operator | None = None, **fields: Any) -> Genre:
    fields.setdefault("name", f"Genre {next(_number)}")
    return Genre.objects.create(operator=operator or make_operator(), **fields)


def make_person(*, operator: Operator | None = None, **fields: Any) -> Person:
    """An actor unless `role` says otherwise."""
    fields.setdefault("name", f"Person {next(_number)}")
    return Person.objects.create(operator=operator or make_operator(), **fields)


def make_provider(*, operator: Operator | None = None, **fields: Any) -> VideoProvider:
    fields.setdefault("name", f"Provider {next(_number)}")
    return VideoProvider.objects.create(operator=operator or make_operator(), **fields)


def make_price_category(*, operator: Operator | None = None, **fields: Any) -> PriceCategory:
    fields.setdefault("name", f"Price {next(_number)}")
    return PriceCategory.objects.create(operator=operator or make_operator(), **fields)


def make_title(
    *,
    operator: Operator | None = None,
    genres: Iterable[Genre] = (),
    persons: Iterable[Person] = (),
    tariffs: Iterable[Tariff] = (),
    **fields: Any,
) -> Title:
    """A film that is shown, without files."""
    fields.setdefault("name", f"Title {next(_number)}")
    title = Title.objects.create(operator=operator or make_operator(), **fields)
    title.genres.set(genres)
    title.persons.set(persons)
    title.tariffs.set(tariffs)
    return title


def make_asset(*, title: Title, **fields: Any) -> Asset:
    """A file of a title, an hour long unless told otherwise."""
    fields.setdefault("name", f"File {next(_number)}")
    fields.setdefault("file_name", f"films/{next(_number)}.mp4")
    fields.setdefault("duration_seconds", 3600)
    return Asset.objects.create(operator_id=title.operator_id, title=title, **fields)


def make_series(*, operator: Operator | None = None, episodes: int = 2, **fields: Any) -> tuple[Title, Season]:
    """A series with one season of episodes that have a file each."""
    title = make_title(operator=operator, kind=TitleKind.SERIES, **fields)
    season = Season.objects.create(operator_id=title.operator_id, title=title, name="Season 1", number=1)
    for number in range(1, episodes + 1):
        episode = make_episode(season=season, number=number)
        make_asset(title=title, episode=episode)
    return title, season


def make_episode(*, season: Season, **fields: Any) -> Episode:
    fields.setdefault("name", f"Episode {next(_number)}")
    return Episode.objects.create(operator_id=season.operator_id, title_id=season.title_id, season=season, **fields)


def make_fragment(*, asset: Asset, **fields: Any) -> SkipFragment:
    """An intro of half a minute."""
    fields = {"begins": 0, "ends": 30, **fields}
    return SkipFragment.objects.create(operator_id=asset.operator_id, asset=asset, **fields)


def make_seance(*, title: Title, starts_at: datetime, **fields: Any) -> Seance:
    return Seance.objects.create(operator_id=title.operator_id, title=title, starts_at=starts_at, **fields)
