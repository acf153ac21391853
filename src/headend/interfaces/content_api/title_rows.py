"""Titles as the content API tells them."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from headend.interfaces.content_api.forms import LANGUAGES
from headend.interfaces.wire.callers import Guest, whole
from headend.kernel.formats import Fields, to_json
from headend.vod.models import Asset, Episode, Person, PersonRole, Season, Title, TitleKind
from headend.vod.queries import has_similar, titles_in_4k

TEXTS = ("name", "description", "short_description", "countries", "language")


def brief_rows(titles: Collection[Title]) -> list[Fields]:
    """Titles with their files: three queries, however many titles."""
    numbers = [title.pk for title in titles]
    files: dict[int, list[Fields]] = defaultdict(list)
    assets = Asset.objects.filter(title__in=numbers).order_by("title", "sort", "pk")
    for title, number, name, seconds in assets.values_list("title", "pk", "name", "duration_seconds"):
        files[title].append({"id": number, "name": name, "duration": seconds})
    with_seasons, with_episodes = _having(Season, numbers), _having(Episode, numbers)
    return [
        {
            "id": number,
            "has_seasons": number in with_seasons,
            "has_episodes": number in with_episodes,
            "files": files[number],
        }
        for number in numbers
    ]


def _having(model: type[Season] | type[Episode], titles: list[int]) -> set[int]:
    """Which titles have at least one."""
    return set(model.objects.filter(title__in=titles).order_by().values_list("title", flat=True).distinct())


def title_row(guest: Guest, title: Title) -> Fields:
    """All of a title."""
    seasons = list(Season.objects.filter(title=title).order_by("sort", "number", "pk").values_list("pk", flat=True))
    episodes = Episode.objects.filter(title=title).count()
    files = Asset.objects.filter(title=title).order_by("sort", "pk").values_list("pk", flat=True)
    packaged = list(title.package_titles.order_by("pk").values_list("pk", flat=True))
    actors = Person.objects.filter(titles=title, role=PersonRole.ACTOR).order_by("sort_name", "pk")
    return {
        "id": title.pk,
        "is_season": int(title.kind == TitleKind.SERIES),
        "has_seasons": bool(seasons),
        "has_episodes": bool(episodes),
        "files": list(files),
        "seasons": seasons,
        "video_provider_id": title.provider_id or 0,
        "provider": title.provider.name if title.provider else "",
        "is_announcement": int(title.is_announcement),
        **_texts(title),
        **_pictures(title),
        "name_orig": title.name_original,
        "year": title.year or 0,
        "genres": list(title.genres.order_by("sort", "name", "pk").values_list("pk", flat=True)),
        "genres_kinopoisk": title.source_genres,
        "is_parent_control": int(title.needs_parent_code),
        "is_package": int(title.kind == TitleKind.PACKAGE),
        "package_videos": packaged,
        "rating": title.age,
        "kinopoisk_rating": title.kinopoisk_rating,
        "imdb_rating": title.imdb_rating,
        "average_customers_rating": title.viewer_rating,
        "duration": title.duration_minutes,
        "video_source": title.source,
        "actors": list(actors.values_list("pk", flat=True)),
        "episode_count": episodes,
        "ext_id": title.external_id,
        "is_4k": int(bool(titles_in_4k([title]))),
        "is_similar_exist": int(has_similar(title, guest.now)),
        "meta": to_json(title.meta).decode(),
    }


def _texts(title: Title) -> dict[str, str]:
    return {f"{name}{each}": getattr(title, f"{name}{each}") for name in TEXTS for each in LANGUAGES}


def _pictures(title: Title) -> dict[str, Any]:
    """Pictures of which there is one for all languages are told for the operator's own alone."""
    posters = {f"{name}{each}": "" for name in ("poster_small", "poster_big") for each in LANGUAGES}
    horizontal = {
        f"horizontal_poster{each}": whole(getattr(title, f"horizontal_poster_url{each}")) for each in LANGUAGES
    }
    return posters | {
        "poster_small": whole(title.thumbnail_small_url),
        "poster_big": whole(title.thumbnail_big_url),
        "screenshot_big": whole(title.screenshot_url),
        "screenshot_b_big": whole(title.screenshot_blurred_url),
        "logo": whole(title.logo_url),
        "vertical_poster": whole(title.vertical_poster_url),
        "ad_banner": whole(title.ad_banner_url),
        **horizontal,
    }
