"""What a film database says of titles and persons."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Model
from django.utils.module_loading import import_string

from headend.interfaces.content_api.pictures import Columns, UploadErrors, take
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.parameters import Sent
from headend.kernel.errors import HeadendError
from headend.vod.errors import (
    MetadataAway,
    MetadataBlocked,
    MetadataBusy,
    MetadataFailed,
    MetadataLimited,
    MetadataMissing,
    MetadataUnknown,
    MetadataUnreadable,
)
from headend.vod.models import Person, Title, TitleKind
from headend.vod.ports import MetadataSource

LONGEST_LOADING = 120  # seconds; then whoever asks again is let in


@dataclass(frozen=True, slots=True)
class Failures:
    """The numbers of what may go wrong."""

    refusals: Mapping[type[HeadendError], int]

    @property
    def meanings(self) -> dict[int, str]:
        return {number: _WORDS[kind] for kind, number in self.refusals.items()}


_WORDS: dict[type[HeadendError], str] = {
    MetadataAway: "the film database does not answer",
    MetadataBlocked: "the film database does not let us in",
    MetadataUnknown: "the film database has nothing under this number, or no number is known",
    MetadataUnreadable: "the film database's answer cannot be read",
    MetadataMissing: "no film database is configured, or it does not take the key",
    MetadataLimited: "the film database has been asked too often",
    MetadataFailed: "nothing could be loaded; also when no film database is configured",
    MetadataBusy: "it is being loaded at this moment",
}
_COMMON: dict[type[HeadendError], int] = {
    MetadataAway: 1,
    MetadataBlocked: 2,
    MetadataUnknown: 3,
    MetadataUnreadable: 4,
    MetadataLimited: 6,
}
ERRORS_OF_TITLES = Failures({**_COMMON, MetadataFailed: 5, MetadataBusy: 7})
ERRORS_OF_PERSONS = Failures({**_COMMON, MetadataMissing: 5, MetadataFailed: 7})


def source() -> MetadataSource:
    """The film database that is configured."""
    make: Callable[..., MetadataSource] = import_string(settings.FILM_DATABASE)
    config = settings.HEADEND
    return make(url=config.metadata_url, key=config.metadata_key, pictures_url=config.metadata_pictures_url)


@contextmanager
def is_loading(record: Model) -> Iterator[None]:
    """Let one at a time load what is said of a record; raises MetadataBusy for the others."""
    key = f"metadata:{record._meta.label_lower}:{record.pk}"
    if not cache.add(key, True, LONGEST_LOADING):
        raise MetadataBusy("it is being loaded at this moment")
    try:
        yield
    finally:
        cache.delete(key)


def describe_title(guest: Guest, title: Title, sent: Sent, pictures: Mapping[str, Columns]) -> UploadErrors:
    """Put what a film database says of a title into it, save what was sent itself. Raises MetadataFailed."""
    if title.movie_db_id is None:
        raise MetadataUnknown("no kinopoisk_id is known of it")
    is_series = title.kind == TitleKind.SERIES
    found = source().title(title.movie_db_id, is_series=is_series, language=guest.operator.language)
    said: dict[str, tuple[str, Any]] = {
        "name": ("name", found.name[:200]),
        "name_orig": ("name_original", found.name_original[:200]),
        "description": ("description", found.description),
        "year": ("year", found.year),
        "countries": ("countries", found.countries[:200]),
        "genres_kinopoisk": ("source_genres", found.genres[:200]),
        "duration": ("duration_minutes", found.minutes),
        "kinopoisk_rating": ("kinopoisk_rating", found.rating),
        "premiere_date": ("premiere_at", datetime.combine(found.premiere, time(), UTC) if found.premiere else None),
    }
    _put(title, said, sent)
    return take(
        title, pictures, _unsent({"poster_url": found.poster_url, "screenshot_url": found.screenshot_url}, sent)
    )


def describe_person(guest: Guest, person: Person, sent: Sent, pictures: Mapping[str, Columns]) -> UploadErrors:
    """Put what a film database says of somebody into the record, save what was sent itself. Raises MetadataFailed."""
    if person.movie_db_id is None:
        raise MetadataUnknown("no movie_db_id is known")
    found = source().person(person.movie_db_id, language=guest.operator.language)
    said: dict[str, tuple[str, Any]] = {
        "name": ("name", found.name[:200]),
        "biography": ("biography", found.biography),
        "birthdate": ("birth_date", found.birth_date),
        "gender": ("gender", found.gender),
        "country": ("country", found.country[:100]),
        "profession": ("profession", found.profession[:200]),
    }
    _put(person, said, sent)
    return take(person, pictures, _unsent({"photo_url": found.photo_url}, sent))


def _put(record: Model, said: Mapping[str, tuple[str, Any]], sent: Sent) -> None:
    for name, (column, value) in said.items():
        if value and name not in sent:
            setattr(record, column, value)


def _unsent(urls: Mapping[str, str], sent: Sent) -> Sent:
    return Sent({name: url for name, url in urls.items() if url and name not in sent})


def failure(name: str, error: MetadataFailed) -> dict[str, Any]:
    """What went wrong, as `upload_errors` tell it."""
    kinds = ERRORS_OF_TITLES.refusals
    number = next(kinds[kind] for kind in type(error).__mro__ if kind in kinds)
    return {"field": name, "error": number, "error_message": str(error)}
