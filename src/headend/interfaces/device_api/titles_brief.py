"""Titles in ribbons and selections: parts of the rows that lists of titles have."""

from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects

from headend.interfaces.device_api.looks import Look
from headend.interfaces.device_api.video_rows import TitleRows, person_row, pictures_of
from headend.interfaces.wire.callers import Guest, Viewer
from headend.vod.models import Title, TitleKind
from headend.vod.queries import for_lists, shown_titles

_BRIEF = (
    "id",
    "name",
    "name_orig",
    "thumbnail_small",
    "thumbnail_big",
    "genres",
    "countries",
    "rating",
    "kinopoisk_rating",
    "imdb_rating",
    "average_customers_rating",
    "description",
    "short_description",
    "is_season",
    "provider",
    "screenshot_big",
    "horizontal_poster",
    "vertical_poster",
    "ad_banner",
    "logo",
    "year",
    "video_provider_id",
)
_PERSONAL = ("is_favorited", "position", "position_asset_id", "duration")
_NOT_IN_SELECTIONS = ("kinopoisk_id", "channel_id")


def ribbon_titles(caller: Guest, titles: Sequence[Title]) -> list[dict[str, Any]]:
    """The rows of a ribbon's titles; with what a signed-in caller thinks of them."""
    maker = TitleRows.of(caller, titles)
    if not isinstance(caller, Viewer):
        return [_part(maker.plain(title), _BRIEF) for title in titles]
    return [
        _part(maker.row(title), _BRIEF + _PERSONAL) | {"preview_url": pictures_of(caller, title)["screenshot_big"]}
        for title in titles
    ]


def _part(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def selection_titles(caller: Guest, look: Look, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The rows of a selection's titles, by number."""
    titles = list(for_lists(shown_titles(caller.operator.pk, caller.now)).filter(pk__in=numbers))
    prefetch_related_objects([title for title in titles if title.kind == TitleKind.PACKAGE], "package_titles")
    maker = TitleRows.of(caller, titles)
    return {title.pk: _in_selection(caller, title, maker.row(title)) for title in titles}


def _in_selection(caller: Guest, title: Title, row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in _NOT_IN_SELECTIONS}
    is_package = title.kind == TitleKind.PACKAGE
    packed = [{"id": each.pk} for each in title.package_titles.all()] if is_package else []
    return kept | {
        "actors_info": [person_row(caller, person) for person in title.persons.all()],
        "package_videos": packed,
    }
