"""Fields of titles on the wire, as lists of titles, their own pages and ribbons answer them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields
from headend.viewing.models import AssetPosition
from headend.viewing.queries import Habits, habits_of, video_tariffs
from headend.vod.models import Asset, Person, PersonRole, Title, TitleKind
from headend.vod.queries import actors_among, directors_among, terms_of, titles_in_4k
from headend.vod.rules import Price, TitleTerms, has_subscription

MOST_AT_ONCE = 100
LAST_ROW = 10**9
ROLES = {"actor": PersonRole.ACTOR.value, "director": PersonRole.DIRECTOR.value, "all": ""}
_TYPES = {PersonRole.ACTOR.value: "Actor", PersonRole.DIRECTOR.value: "Director"}


def page_of(limit: int, page: int) -> slice:
    """The rows of a page; raises Refused (1). A page beyond all lists is empty."""
    if limit < 1 or page < 1:
        raise Refused(1, "limit and page begin with 1")
    limit = min(limit, MOST_AT_ONCE)
    start = min((page - 1) * limit, LAST_ROW)
    return slice(start, start + limit)


@dataclass(frozen=True)
class TitleRows:
    """Makes the rows of some titles, read by `vod.queries.for_lists`, for one caller."""

    caller: Guest
    habits: Habits
    tariffs: frozenset[int]
    in_4k: frozenset[int]

    @classmethod
    def of(cls, caller: Guest, titles: Sequence[Title]) -> "TitleRows":
        """With what a signed-in caller thinks of them and holds: a few queries, however many titles."""
        in_4k = titles_in_4k(titles)
        if not isinstance(caller, Viewer):
            return cls(caller, Habits(), frozenset(), in_4k)
        habits = habits_of(caller.account, titles, caller.now)
        return cls(caller, habits, video_tariffs(caller.account, caller.now), in_4k)

    def row(self, title: Title) -> dict[str, Any]:
        """A title as lists have it."""
        stopped, terms = self.habits.position_in(title), terms_of(title)
        thought, is_purchased = self.habits.titles.get(title.pk), title.pk in self.habits.purchased
        return self.plain(title) | {
            "is_favorited": int(thought.is_favourite if thought else False),
            "is_viewed": int(thought.is_viewed if thought else False),
            "has_subscription": int(self._is_included(terms, is_purchased)),
            "is_purchased": int(is_purchased),
            "price_category_type": terms.price.value,
            "position": stopped.seconds if stopped else 0,
            "position_asset_id": stopped.asset_id if stopped else 0,
            "files": [self.file(asset) for asset in own_files(title)],
        }

    def _is_included(self, terms: TitleTerms, is_purchased: bool) -> bool:
        if terms.price is Price.SUBSCRIPTION:
            return is_purchased or has_subscription(terms.tariffs, self.tariffs)
        return is_purchased or terms.price is Price.FREE

    def plain(self, title: Title) -> dict[str, Any]:
        """What a title says of itself, to everybody."""
        persons = list(title.persons.all())
        return {
            "id": title.pk,
            "name": self.caller.name_of(title),
            "name_orig": title.name_original,
            **pictures_of(self.caller, title),
            "description": self.caller.localized(title, "description"),
            "short_description": self.caller.localized(title, "short_description"),
            "year": title.year or 0,
            "video_provider_id": title.provider_id or 0,
            "provider": title.provider.name if title.provider else "",
            "language": self.caller.localized(title, "language"),
            "actors": self._names(actors_among(persons)),
            "director": self._names(directors_among(persons)),
            "genres": self._names(title.genres.all()),
            "countries": self.caller.localized(title, "countries"),
            "genres_kinopoisk": title.source_genres,
            "kinopoisk_id": title.movie_db_id or 0,
            "is_parent_control": int(title.needs_parent_code),
            "is_package": int(title.kind == TitleKind.PACKAGE),
            "is_season": int(title.kind == TitleKind.SERIES),
            "is_announcement": int(title.is_announcement),
            "rating": title.age,
            "kinopoisk_rating": title.kinopoisk_rating,
            "imdb_rating": title.imdb_rating,
            "average_customers_rating": title.viewer_rating,
            "duration": title.duration_minutes,
            "video_source": title.source,
            "is_4k": int(title.pk in self.in_4k),
            "channel_id": title.channel_id or 0,
        }

    def _names(self, records: Iterable[Any]) -> str:
        return ", ".join(self.caller.name_of(record) for record in records)

    def file(self, asset: Asset) -> Fields:
        """A file of a title, with where the caller stopped."""
        return file_row(self.caller, asset, self.habits.positions.get(asset.pk))


def own_files(title: Title) -> list[Asset]:
    """A title's own files, read along by `for_lists`."""
    files: list[Asset] = title.files  # type: ignore[attr-defined]
    return files


def file_row(caller: Guest, asset: Asset, stopped: AssetPosition | None) -> Fields:
    """A file, with where an account stopped in it."""
    return {
        "id": asset.pk,
        "name": caller.name_of(asset),
        "promo_image": whole(asset.promo_image_url),
        "screenshot_big": whole(asset.promo_image_url),
        "screenshot_b_big": "",
        "duration": asset.duration_seconds,
        "ext_id": asset.external_id,
        "position": stopped.seconds if stopped else 0,
        "is_viewed": int(stopped.is_viewed if stopped else False),
        "quality": asset.quality,
    }


def pictures_of(caller: Guest, title: Title) -> dict[str, str]:
    """The pictures of a title by their wire names; posters stand in for each other where one is missing."""
    small = title.thumbnail_small_url or title.vertical_poster_url or title.thumbnail_big_url
    return {
        "thumbnail_small": whole(small),
        "thumbnail_big": whole(title.thumbnail_big_url or small),
        "screenshot_big": whole(title.screenshot_url),
        "screenshot_b_big": whole(title.screenshot_blurred_url),
        "vertical_poster": whole(title.vertical_poster_url or small),
        "horizontal_poster": whole(caller.localized(title, "horizontal_poster_url") or title.screenshot_url),
        "logo": whole(title.logo_url),
        "ad_banner": whole(title.ad_banner_url),
    }


def person_row(caller: Guest, person: Person) -> dict[str, Any]:
    """Somebody who acts or directs."""
    return {
        "id": person.pk,
        "name": caller.name_of(person),
        "photo": whole(person.photo_url),
        "country": person_text(caller, person, "country"),
        "gender": {1: "male", 2: "female"}.get(person.gender, ""),
        "birthdate": person.birth_date.isoformat() if person.birth_date else "",
        "profession": person_text(caller, person, "profession"),
        "biography": person_text(caller, person, "biography"),
        "type": _TYPES[person.role],
    }


def person_text(caller: Guest, person: Person, field: str) -> str:
    """A text of a person in the caller's language, else in the operator's."""
    others = person.translations if isinstance(person.translations, dict) else {}
    own: str = getattr(person, field)
    return str(others.get(f"{field}_lang{caller.language}") or own) if caller.language else own


def video_url(caller: Guest, title: Title, asset: Asset) -> str:
    """Where a device gets the address of a file."""
    numbers: dict[str, Any] = {"vid": title.pk, "vfid": asset.pk, "client_id": caller.operator.pk}
    if isinstance(caller, Viewer):
        token = caller.asked.text("authkey") or caller.asked.cookies.get("authkey", "")
        return f"{_base()}/video/url/?{urlencode({**numbers, 'authkey': token})}"
    return f"{_base()}/noauth/video/url/?{urlencode({**numbers, 'api_key': caller.asked.text('api_key')})}"


def _base() -> str:
    return f"{settings.HEADEND.base_url}{DEVICE_API.base}"
