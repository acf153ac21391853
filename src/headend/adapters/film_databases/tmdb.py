"""The Movie Database (TMDB), version 3 of its API, or whatever answers as it does.

https://developer.themoviedb.org/reference: /movie/{id}, /tv/{id} and /person/{id} with api_key and language; 401 for a
wrong key, 404 for an unknown number, 429 for too many requests. Pictures are paths below an address of their own.
"""

from datetime import date
from typing import TypeVar

import msgspec

from headend.adapters.fetching import ask
from headend.catalog.errors import FetchFailed
from headend.vod.errors import (
    MetadataAway,
    MetadataBlocked,
    MetadataFailed,
    MetadataLimited,
    MetadataMissing,
    MetadataUnknown,
    MetadataUnreadable,
)
from headend.vod.ports import FoundPerson, FoundTitle

OK = 200
_FAILURES: dict[int, tuple[type[MetadataFailed], str]] = {
    401: (MetadataMissing, "the film database does not take the key"),
    403: (MetadataBlocked, "the film database does not let us in"),
    404: (MetadataUnknown, "the film database has nothing under this number"),
    429: (MetadataLimited, "the film database has been asked too often"),
}
_GENDERS = {1: 2, 2: 1}  # there 1 is female; see vod.models.Gender


class _Named(msgspec.Struct):
    name: str = ""


class _Title(msgspec.Struct):
    """A film, or a series, which has other names for the same."""

    title: str = ""
    name: str = ""
    original_title: str = ""
    original_name: str = ""
    overview: str | None = ""
    release_date: str | None = ""
    first_air_date: str | None = ""
    runtime: int | None = 0
    episode_run_time: list[int] = []
    vote_average: float = 0
    genres: list[_Named] = []
    production_countries: list[_Named] = []
    poster_path: str | None = ""
    backdrop_path: str | None = ""


class _Person(msgspec.Struct):
    name: str = ""
    biography: str | None = ""
    birthday: str | None = ""
    gender: int = 0
    place_of_birth: str | None = ""
    known_for_department: str | None = ""
    profile_path: str | None = ""


Said = TypeVar("Said", _Title, _Person)


class MovieDatabase:
    """See vod.ports.MetadataSource; without a key it is not configured."""

    def __init__(self, url: str, key: str, pictures_url: str) -> None:
        self._url, self._key, self._pictures_url = url, key, pictures_url

    def title(self, number: int, *, is_series: bool, language: str) -> FoundTitle:
        """See MetadataSource."""
        said = self._ask(f"{'tv' if is_series else 'movie'}/{number}", language, _Title)
        premiere = _day(said.release_date or said.first_air_date)
        return FoundTitle(
            name=said.title or said.name,
            name_original=said.original_title or said.original_name,
            description=said.overview or "",
            year=premiere.year if premiere else None,
            countries=", ".join(each.name for each in said.production_countries),
            genres=", ".join(each.name for each in said.genres),
            minutes=said.runtime or next(iter(said.episode_run_time), 0),
            rating=min(max(said.vote_average, 0), 10),
            premiere=premiere,
            poster_url=self._picture(said.poster_path),
            screenshot_url=self._picture(said.backdrop_path),
        )

    def person(self, number: int, *, language: str) -> FoundPerson:
        """See MetadataSource."""
        said = self._ask(f"person/{number}", language, _Person)
        return FoundPerson(
            name=said.name,
            biography=said.biography or "",
            birth_date=_day(said.birthday),
            gender=_GENDERS.get(said.gender, 0),
            country=(said.place_of_birth or "").rpartition(",")[2].strip(),
            profession=said.known_for_department or "",
            photo_url=self._picture(said.profile_path),
        )

    def _ask(self, what: str, language: str, kind: type[Said]) -> Said:
        if not self._key:
            raise MetadataMissing("no key for the film database is configured")
        try:
            answer = ask(f"{self._url}/{what}", {"api_key": self._key, "language": language})
        except FetchFailed as error:
            raise MetadataAway("the film database does not answer") from error
        if answer.status != OK:
            error_of, words = _FAILURES.get(answer.status, (MetadataFailed, f"it answers {answer.status}"))
            raise error_of(words)
        try:
            return msgspec.json.decode(answer.body, type=kind)
        except (msgspec.DecodeError, RecursionError) as error:
            raise MetadataUnreadable("the film database says what nobody can read") from error

    def _picture(self, path: str | None) -> str:
        return f"{self._pictures_url}{path}" if path else ""


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
