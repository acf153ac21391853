"""Titles on demand: lists, their own pages, addresses, and what an account thinks of them."""

from types import SimpleNamespace
from typing import Any

from django.conf import settings
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.delivery import make_streaming_server
from tests.factories.viewing import make_purchase
from tests.factories.vod import (
    make_asset,
    make_episode,
    make_fragment,
    make_genre,
    make_person,
    make_price_category,
    make_provider,
    make_series,
    make_title,
)

from headend.catalog.models import Tariff
from headend.delivery.models import ContentKind, ServerKind
from headend.kernel.sealing import seal
from headend.vod.models import PersonRole, TitleKind, TitleSource


def shelf(house: House, **fields: Any) -> SimpleNamespace:
    """A film with a file, a trailer, a genre, an actor and a director, on a server that gives files."""
    operator = house.operator
    server = make_streaming_server(
        operator=operator,
        name="Films",
        kind=ServerKind.FLUSSONIC,
        content=ContentKind.VOD,
        base_url="http://films.example/vod",
        mask="",
        archive_mask="",
        sealed_secret=seal("films", settings.ENCRYPTION_KEY),
    )
    persons = [
        make_person(operator=operator, name="Anna Mare", birth_date="1970-02-03", gender=2),
        make_person(operator=operator, name="Paolo Onda", role=PersonRole.DIRECTOR),
    ]
    category = make_genre(operator=operator, name="Films", is_category=True)
    genre = make_genre(operator=operator, name="Drama", name_lang1="Драма", category=category)
    film = make_title(
        operator=operator,
        genres=[genre],
        persons=persons,
        **{
            "name": "The Sea",
            "name_lang1": "Море",
            "year": 2021,
            "countries": "Italy",
            "duration_minutes": 60,
            "provider": make_provider(operator=operator, name="Harbour"),
            **fields,
        },
    )
    other = make_title(operator=operator, genres=[genre], persons=persons, name="The Land", kinopoisk_rating=8.1)
    asset = make_asset(title=film, file_name="sea.mp4", quality=6)
    make_asset(title=other)
    trailer = make_asset(title=film, is_trailer=True, file_name="sea-trailer.mp4", duration_seconds=60)
    return SimpleNamespace(server=server, film=film, other=other, asset=asset, trailer=trailer, genre=genre,
                           category=category, persons=persons)  # fmt: skip


def sold(house: House, price: int = 5, **fields: Any) -> Any:
    """A film that is bought by itself."""
    category = make_price_category(operator=house.operator, kind=1, price=price)
    return shelf(house, price_category=category, **fields)


def series(house: House, **fields: Any) -> Any:
    made = shelf(house)
    title, season = make_series(operator=house.operator, name="The Coast", **fields)
    return SimpleNamespace(title=title, season=season, shelf=made)


# --- lists ---


@good("VideoList")
def _(house: House) -> Answer:
    made = shelf(house)
    answer = house.ask("VideoList", search="море", genre=made.genre.pk, lang="ru")
    if not answer.is_xml:
        assert [video["name"] for video in answer["videos"]] == ["Море"]
        assert answer["videos"][0]["is_4k"] == 1
    return answer


@refused("VideoList", 1)
def _(house: House) -> Answer:
    return house.ask("VideoList", order="loudness")


@refused("VideoList", 2)
def _(house: House) -> Answer:
    return house.ask("VideoList", viewed_only=1, favorited_only=1)


@good("NoAuthVideoList")
def _(house: House) -> Answer:
    made = shelf(house)
    return house.ask("NoAuthVideoList", cgid=made.category.pk)


@refused("NoAuthVideoList", 1)
def _(house: House) -> Answer:
    return house.ask("NoAuthVideoList", page=0)


@good("VideoSimilar")
def _(house: House) -> Answer:
    made = shelf(house)
    answer = house.ask("VideoSimilar", vid=made.film.pk)
    assert answer.is_xml or [video["id"] for video in answer["videos"]] == [made.other.pk]
    return answer


@refused("VideoSimilar", 1)
def _(house: House) -> Answer:
    return house.ask("VideoSimilar", vid=10**9)


# --- a title's own page ---

_PAGE = ("reviews", "package_videos", "seasons")


@good("VideoDetail", may_be_empty=_PAGE)
def _(house: House) -> Answer:
    made = shelf(house)
    package = make_title(operator=house.operator, kind=TitleKind.PACKAGE)
    package.package_titles.set([made.film])
    packed = house.ask("VideoDetail", vid=package.pk)
    assert packed.is_xml or packed["package_videos"] == [{"id": made.film.pk}]
    answer = house.ask("VideoDetail", vid=made.film.pk, type="all", actors_order="-birthdate")
    if not answer.is_xml:
        assert [action["action"] for action in answer["actions"]] == ["get_video_url", "get_trailer_url"]
        assert [person["type"] for person in answer["actors_info"]] == ["Actor", "Director"]
    return answer


@refused("VideoDetail", 1)
def _(house: House) -> Answer:
    return house.ask("VideoDetail", vid=10**9)


@refused("VideoDetail", 2)
def _(house: House) -> Answer:
    nobody = make_provider(operator=house.operator, partner="nobody")
    film = make_title(operator=house.operator, source=TitleSource.PARTNER, provider=nobody, external_id="sea")
    return house.ask("VideoDetail", vid=film.pk)


@good("NoAuthVideoDetail", may_be_empty=_PAGE)
def _(house: House) -> Answer:
    made = shelf(house)
    answer = house.ask("NoAuthVideoDetail", vid=made.film.pk, type="director")
    assert answer.is_xml or [action["action"] for action in answer["actions"]] == ["get_trailer_url"]
    return answer


@refused("NoAuthVideoDetail", 1)
def _(house: House) -> Answer:
    return house.ask("NoAuthVideoDetail", vid=shelf(house).film.pk, type="extra")


@good("VideoAction")
def _(house: House) -> Answer:
    made = sold(house, price=0)
    assert house.ask("VideoUrl", vid=made.film.pk, redirect=0).error == 3
    assert house.ask("VideoAction", vid=made.film.pk, action="buy").error == 0
    assert house.ask("VideoUrl", vid=made.film.pk, redirect=0).error == 0
    return house.ask("VideoAction", vid=made.film.pk, action="get_video_url")


@refused("VideoAction", 1)
def _(house: House) -> Answer:
    return house.ask("VideoAction", vid=shelf(house).film.pk, action="steal")


@refused("VideoAction", 2)
def _(house: House) -> Answer:
    return house.ask("VideoAction", vid=sold(house).film.pk, action="buy")


@refused("VideoAction", 3)
def _(house: House) -> Answer:
    made = sold(house)
    make_purchase(account=house.account, title=made.film)
    return house.ask("VideoAction", vid=made.film.pk, action="buy")


@refused("VideoAction", 4)
def _(house: House) -> Answer:
    return house.ask("VideoAction", vid=shelf(house, device_types=["ios"]).film.pk, action="get_video_url")


@refused("VideoAction", 5)
def _(house: House) -> Answer:
    return house.ask("VideoAction", vid=10**9, action="buy")


# --- episodes ---


@good("VideoEpisodeList")
def _(house: House) -> Answer:
    return house.ask("VideoEpisodeList", season_id=series(house).season.pk)


@refused("VideoEpisodeList", 1)
def _(house: House) -> Answer:
    return house.ask("VideoEpisodeList", season_id=10**9)


@good("NoAuthVideoEpisodeList")
def _(house: House) -> Answer:
    return house.ask("NoAuthVideoEpisodeList", season_id=series(house).season.pk)


@refused("NoAuthVideoEpisodeList", 1)
def _(house: House) -> Answer:
    return house.ask("NoAuthVideoEpisodeList", season_id="first")


@good("VideoEpisodeDetail")
def _(house: House) -> Answer:
    return house.ask("VideoEpisodeDetail", episode_id=series(house).season.episodes.get(number=2).pk)


@refused("VideoEpisodeDetail", 1)
def _(house: House) -> Answer:
    return house.ask("VideoEpisodeDetail", episode_id=0)


# --- addresses ---

_TRACKS = ("audio_tracks", "subtitles", "video_qualities")


@good("VideoUrl", may_be_empty=_TRACKS)
def _(house: House) -> Answer:
    made = shelf(house)
    make_fragment(asset=made.asset, kind=2, begins="3500.125", ends="3600")
    redirected = house.ask("VideoUrl", vfid=made.asset.pk)
    assert redirected.status == 302
    answer = house.ask("VideoUrl", vid=made.film.pk, redirect=0)
    if not answer.is_xml:
        assert answer["uri"] == redirected.headers["Location"]
        assert answer["uri"].startswith("http://films.example/vod/sea.mp4/index.m3u8?token=")
        assert answer["skip_video_fragments"] == [{"type": 2, "begin_time": 3500.125, "end_time": 3600.0}]
    return answer


@refused("VideoUrl", 1)
def _(house: House) -> Answer:
    made = shelf(house)
    return house.ask("VideoUrl", vid=made.other.pk, vfid=made.asset.pk)


@refused("VideoUrl", 2)
def _(house: House) -> Answer:
    recorded = make_provider(operator=house.operator, partner="recorded")
    film = make_title(operator=house.operator, source=TitleSource.PARTNER, provider=recorded, external_id="broken")
    make_asset(title=film, file_name="", external_id="broken")
    return house.ask("VideoUrl", vid=film.pk)


@refused("VideoUrl", 3)
def _(house: House) -> Answer:
    films = Tariff.objects.create(operator=house.operator, name="Films")
    made = shelf(house)
    made.film.tariffs.set([films])
    return house.ask("VideoUrl", vid=made.film.pk)


@refused("VideoUrl", 4)
def _(house: House) -> Answer:
    made = series(house, episodes=0)
    planned = make_episode(season=made.season, number=9, is_planned=True)
    return house.ask("VideoUrl", vfid=make_asset(title=made.title, episode=planned).pk)


@good("NoAuthVideoUrl")
def _(house: House) -> Answer:
    made = shelf(house)
    assert house.ask("NoAuthVideoUrl", vid=made.film.pk, vfid=made.trailer.pk).status == 302
    return house.ask("NoAuthVideoUrl", vid=made.film.pk, vfid=made.trailer.pk, redirect=0)


@refused("NoAuthVideoUrl", 1)
def _(house: House) -> Answer:
    return house.ask("NoAuthVideoUrl", vid=shelf(house).film.pk, vfid=10**9)


@refused("NoAuthVideoUrl", 3)
def _(house: House) -> Answer:
    made = shelf(house)
    return house.ask("NoAuthVideoUrl", vid=made.film.pk, vfid=made.asset.pk)


never("NoAuthVideoUrl", {2: "partners play for accounts only; what is played without one are the operator's trailers"})


# --- what an account thinks of titles ---


@good("AccountVideoUpdate")
def _(house: House) -> Answer:
    made = shelf(house)
    wishes = [{"id": made.film.pk, "is_favorited": 1}]
    answer = house.ask("AccountVideoUpdate", body={"account_video": wishes})
    listed = house.ask("VideoList", favorited_only=1)
    assert listed.is_xml or [video["id"] for video in listed["videos"]] == [made.film.pk]
    return house.ask("AccountVideoUpdate", body={"account_video": wishes}) if answer.error == 0 else answer


@refused("AccountVideoUpdate", 400)
def _(house: House) -> Answer:
    return house.ask("AccountVideoUpdate", body={"account_video": [{"is_favorited": 1}]})


@refused("AccountVideoUpdate", 404)
def _(house: House) -> Answer:
    return house.ask("AccountVideoUpdate", body={"account_video": [{"id": 10**9, "is_favorited": 1}]})


@good("VideoSettingsSet")
def _(house: House) -> Answer:
    return house.ask("VideoSettingsSet", vid=shelf(house).film.pk, is_favorited=1)


@refused("VideoSettingsSet", 1)
def _(house: House) -> Answer:
    return house.ask("VideoSettingsSet", vid=10**9, is_favorited=1)


@refused("VideoSettingsSet", 2)
def _(house: House) -> Answer:
    return house.ask("VideoSettingsSet", vid=shelf(house).film.pk, is_favorited=7)


@good("VideoRatingSet")
def _(house: House) -> Answer:
    film = shelf(house).film
    house.ask("VideoRatingSet", vid=film.pk, rating=3)
    answer = house.ask("VideoRatingSet", vid=film.pk, rating=8)
    assert answer.is_xml or answer["average_rating"] == 8.0
    return answer


@refused("VideoRatingSet", 1)
def _(house: House) -> Answer:
    return house.ask("VideoRatingSet", vid=shelf(house).film.pk, rating=11)


never("VideoRatingSet", {2: "it is documented as obsolete: whoever rates again changes their rating"})


@good("VideoListingDelete")
def _(house: House) -> Answer:
    made = shelf(house)
    seen = {"content_type": "video", "content_id": made.film.pk, "asset_id": made.asset.pk}
    assert house.ask("ContentPositionSet", position=600, **seen).error == 0
    assert b"The Sea" in house.ask("VideoList", is_viewing=1).body
    assert house.ask("VideoListingDelete", vid=made.film.pk, listing="is_viewing").error == 0
    assert b"The Sea" not in house.ask("VideoList", is_viewing=1).body
    return house.ask("VideoListingDelete", vid=made.film.pk, listing="history_only")


@refused("VideoListingDelete", 1)
def _(house: House) -> Answer:
    return house.ask("VideoListingDelete", vid=f"{shelf(house).film.pk},{10**9}", listing="viewed_only")


# --- tariffs that give titles ---


@good("VideoSubscriptionList")
def _(house: House) -> Answer:
    shelf(house).film.tariffs.set([house.tariff])
    answer = house.ask("VideoSubscriptionList", is_purchased=1)
    assert answer.is_xml or [each["name"] for each in answer["subscriptions"]] == ["Basic"]
    return answer


@refused("VideoSubscriptionList", 1)
def _(house: House) -> Answer:
    return house.ask("VideoSubscriptionList", is_purchased="some")


@good("VideoSubscriptionCancel")
def _(house: House) -> Answer:
    films = Tariff.objects.create(operator=house.operator, name="Films")
    made = shelf(house)
    made.film.tariffs.set([films])
    assert house.ask("VideoAction", vid=made.film.pk, action="subscribe").error == 0
    assert house.ask("VideoUrl", vid=made.film.pk, redirect=0).error == 0
    return house.ask("VideoSubscriptionCancel", subscription=films.pk)


@refused("VideoSubscriptionCancel", 1)
def _(house: House) -> Answer:
    return house.ask("VideoSubscriptionCancel", subscription=10**9)
