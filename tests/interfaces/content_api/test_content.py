"""The content API as integrators' scripts meet it: byte for byte, in the shapes of shipped clients, under attack."""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import override_settings
from PIL import Image
from tests.contracts.cases.content_stage import pictures_served
from tests.contracts.house import House
from tests.factories.catalog import make_channel, make_guide_channel, make_programme
from tests.factories.operators import make_operator
from tests.factories.portal import make_banner
from tests.factories.vod import make_asset, make_fragment, make_genre, make_person, make_title

from headend.catalog.actions.places import save_in_place
from headend.catalog.models import Channel, GuideSource, Programme
from headend.interfaces.content_api import CONTENT_API
from headend.interfaces.wire.signatures import signature_of
from headend.kernel.actor import system
from headend.operators.models import AuditEntry
from headend.operators.rules import Api
from headend.vod.models import Person, Title
from headend.vod.ports import FoundPerson, FoundTitle

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"
NUMBER = 700_001
"""Numbers of records that no other test's run hands out."""

CALLS: dict[str, dict[str, Any]] = {
    "VideoDetail": {"id": NUMBER},
    "VideoList": {"limit": 5},
    "VideoFileDetail": {"id": NUMBER},
    "VideoModify": {"id": NUMBER, "poster_url": "ftp://pictures.example/a"},
    "VideoCreate": {"name": "", "kinopoisk_rating": 11},
    "ActorDetail": {"id": NUMBER},
    "ActorList": {"order": "name"},
    "ChannelList": {"search": "News"},
    "EPGChannelList": {},
    "TargetBannerList": {},
}


def staged(house: House) -> None:
    """Records with numbers and names that are always the same."""
    person = make_person(operator=house.operator, pk=NUMBER, name="Ada Rossi", translations={"country_lang1": "Италия"})
    genre = make_genre(operator=house.operator, pk=NUMBER, name="Drama")
    title = make_title(
        operator=house.operator, pk=NUMBER, name="The Sea", name_lang1="Море", year=2021, meta={"a": [1]},
        genres=[genre], persons=[person], thumbnail_big_url="/media/a.png",
        published_from=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    asset = make_asset(title=title, pk=NUMBER, name="HD", file_name="sea.mp4", quality=2)
    make_fragment(asset=asset, pk=NUMBER)
    source = GuideSource.objects.create(pk=NUMBER, operator=house.operator, name=f"guide {NUMBER}")
    channel = make_guide_channel(pk=NUMBER, source=source, guide_id="news.example", name="News guide")
    Channel.objects.of(house.operator.pk).delete()
    made = make_channel(operator=house.operator, pk=NUMBER, name="News", guide_channel=channel)
    house.tariff.channels.add(made)
    make_banner(operator=house.operator, pk=NUMBER, name="Sale", cities=["Genova"])


@pytest.mark.parametrize("name", CALLS)
def test_answers_byte_for_byte(name: str) -> None:
    house = House()
    staged(house)
    body = house.ask(f"content.{name}", **CALLS[name]).body
    body = re.sub(rb'"id":%d,"name":"Basic"' % house.tariff.pk, b'"id":1,"name":"Basic"', body)
    file = GOLDEN / f"{name}.json"
    if os.environ.get("HEADEND_WRITE_GOLDEN"):
        file.write_bytes(body)
    assert body == file.read_bytes()


# --- call shapes of shipped clients (lists, flags and the path as their libraries send them) ---


def post(house: House, path: str, pairs: list[tuple[str, str]], *, query: str = "") -> Any:
    """Send pairs as they are, signed as they are."""
    pairs = [("client_id", str(house.operator.pk)), *pairs]
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    signed = [*pairs, ("signature", signature_of(values, house.key_of(Api.CONTENT)))]
    return house.post(path + query, urlencode(signed), "application/x-www-form-urlencoded")


@pytest.mark.parametrize("shape", ["repeated", "python list", "commas", "brackets"])
@pytest.mark.parametrize("path", ["/content/api/video/create", "/api/content/api/video/create/"])
def test_lists_and_flags_in_every_shape(shape: str, path: str) -> None:
    house = House()
    numbers = [make_genre(operator=house.operator).pk for _ in range(3)]
    lists = {
        "repeated": [("genres", str(each)) for each in numbers],
        "python list": [("genres", str(numbers))],
        "commas": [("genres", ",".join(map(str, numbers)))],
        "brackets": [("genres[]", str(each)) for each in numbers],
    }
    answer = post(house, path, [("name", "The Sea"), ("is_announcement", "True"), *lists[shape]])
    assert answer.error == 0, answer.body
    made = Title.objects.get(pk=answer["id"])
    assert made.is_announcement
    assert sorted(made.genres.values_list("pk", flat=True)) == numbers


def test_a_series_as_scripts_make_them() -> None:
    """video_create, season_create, episode_create, video_file_create, then video_list in pages until all are seen."""
    house = House()
    vid = post(house, "/content/api/video/create", [("name", "Harbour"), ("is_season", "1")])["id"]
    for season in ("First", "Second"):
        sid = post(house, "/content/api/season/create", [("vid", str(vid)), ("name", season)])["id"]
        for number in range(3):
            about = [("vid", str(vid)), ("season_id", str(sid)), ("name", f"S{sid}E{number}")]
            eid = post(house, "/content/api/episode/create", about)["id"]
            about = [("vid", str(vid)), ("episode_id", str(eid)), ("name", "HD"), ("duration", "1500")]
            assert post(house, "/content/api/video/file/create", about).error == 0
    for _ in range(4):
        post(house, "/content/api/video/create", [("name", "Film")])
    seen, page = [], 1
    while True:
        answer = post(house, "/content/api/video/list", [("limit", "2"), ("page", str(page))])
        seen += answer["videos"]
        if len(seen) >= answer["count"]:
            break
        page += 1
    assert [each["has_seasons"] for each in seen] == [True, False, False, False, False]
    assert len(seen[0]["files"]) == 6
    told = post(house, "/content/api/video/detail", [("id", str(vid))])
    assert (len(told["seasons"]), told["episode_count"]) == (2, 6)


# --- what only what was sent changes ---


def test_sending_the_same_again_writes_nothing() -> None:
    house = House()
    staged(house)
    sent = {"id": NUMBER, "name": "The Sea", "year": 2021, "genres": [NUMBER], "published_from": "2026-01-01T00:00:00Z"}
    assert house.ask("content.VideoList").error == 0  # makes the key
    written = AuditEntry.objects.count()
    assert house.ask("content.VideoModify", **sent).error == 0
    assert AuditEntry.objects.count() == written


def test_empty_empties_and_directors_stay() -> None:
    house = House()
    staged(house)
    assert (
        house.ask("content.VideoModify", id=NUMBER, director="Bo Berg, Ada Rossi", director_lang1="Бу Берг").error == 0
    )
    directors = Person.objects.of(house.operator.pk).filter(role="director").order_by("pk")
    assert [(each.name, each.name_lang1) for each in directors] == [("Bo Berg", "Бу Берг"), ("Ada Rossi", "")]
    assert house.ask("content.VideoModify", id=NUMBER, actors_set="[]", genres="").error == 0
    title = Title.objects.get(pk=NUMBER)
    assert set(title.persons.all()) == set(directors)
    assert not title.genres.exists()
    assert house.ask("content.VideoModify", id=NUMBER, director="bo berg").error == 0
    assert list(title.persons.all()) == [directors[0]]
    assert len(directors) == directors.count(), "known ones are not made again"


def test_pictures_come_in_their_sizes_and_stay_when_sent_back() -> None:
    house = House()
    staged(house)
    with pictures_served() as url:
        answer = house.ask(
            "content.VideoModify",
            id=NUMBER,
            poster_url=f"{url}/good.png",
            screenshot_url=f"{url}/good.png",
            logo=f"{url}/bad.png",
            vertical_poster="http://169.254.169.254/latest/meta-data",
        )
    wrong = {each["field"]: each["error"] for each in answer["upload_errors"]}
    assert (answer.error, wrong) == (0, {"logo": 2, "vertical_poster": 1})
    told = house.ask("content.VideoDetail", id=NUMBER)
    pictures = [told[name] for name in ("poster_big", "poster_small", "screenshot_big", "screenshot_b_big")]
    assert len(set(pictures)) == 4
    widths = [Image.open(BytesIO(served(house, url))).width for url in pictures]
    assert widths == [800, 300, 1280, 1280]
    again = house.ask("content.VideoModify", id=NUMBER, poster_url=told["poster_big"])
    assert again["upload_errors"] == [], "what is ours is not fetched"


def served(house: House, url: str) -> bytes:
    """What stands at one of our own addresses."""
    return b"".join(house.client.get(url.removeprefix(settings.HEADEND.base_url)).streaming_content)


# --- places ---


class SlowFilmDatabase:
    """While it is asked, somebody else writes; what it says itself is a description."""

    def __init__(self, **_where: str) -> None:
        pass

    def title(self, number: int, *, is_series: bool, language: str) -> FoundTitle:
        Title.objects.filter(movie_db_id=number).update(year=1999, viewer_rating=7.5)
        return FoundTitle("Another", description="What it is about.")

    def person(self, number: int, *, language: str) -> FoundPerson:
        Person.objects.filter(movie_db_id=number).delete()
        return FoundPerson("Another", biography="A life.")


@override_settings(FILM_DATABASE=f"{__name__}.SlowFilmDatabase")
def test_what_is_written_while_a_film_database_is_asked_stays() -> None:
    house = House()
    title = make_title(operator=house.operator, name="The Sea", movie_db_id=5, year=2021)
    assert house.ask("content.VideoModify", id=title.pk, name="The Ocean", load_meta=1).error == 0
    title.refresh_from_db()
    assert (title.name, title.description) == ("The Ocean", "What it is about.")
    assert (title.year, title.viewer_rating) == (1999, 7.5)


@override_settings(FILM_DATABASE=f"{__name__}.SlowFilmDatabase")
def test_who_is_deleted_while_a_film_database_is_asked_is_gone() -> None:
    house = House()
    person = make_person(operator=house.operator, name="Ada", movie_db_id=5)
    assert house.ask("content.ActorModify", id=person.pk, load_meta=1).error == 404
    assert not Person.objects.exists()


def test_places_are_kept_when_room_runs_out() -> None:
    operator, actor = make_operator(), system("tests")
    first, *others = [make_channel(operator=operator, sort=0) for _ in range(3)]
    made: list[Channel] = []
    for number in range(12):
        channel = Channel(operator=operator, name=f"New {number}")
        save_in_place(actor=actor, obj=channel, siblings=Channel.objects.of(operator.pk), after=first)
        made.insert(0, channel)
    expected = [each.pk for each in (first, *made, *others)]
    assert [each.pk for each in Channel.objects.of(operator.pk)] == expected
    last = Channel(operator=operator, name="Last")
    save_in_place(actor=actor, obj=last, siblings=Channel.objects.of(operator.pk))
    assert [each.pk for each in Channel.objects.of(operator.pk)] == [*expected, last.pk]


# --- exact times in XML ---


def programme(house: House) -> Programme:
    """A programme of two hours in a guide of the operator's own, which its first channel shows."""
    source = GuideSource.objects.create(operator=house.operator, name=f"guide of {house.operator.pk}")
    channel = make_guide_channel(source=source)
    Channel.objects.filter(pk=house.channels[0].pk).update(guide_channel=channel)
    return make_programme(guide_channel=channel, start=1_800_000_000, stop=1_800_007_200)


def send_xml(house: House, document: str | bytes) -> Any:
    signature = signature_of({"client_id": [house.operator.pk]}, house.key_of(Api.CONTENT))
    path = f"/content/api/epg/program/time/specify/?client_id={house.operator.pk}&signature={signature}"
    return house.post(path, document, "text/xml")  # type: ignore[arg-type]


def test_exact_times_come_as_a_document() -> None:
    house = House()
    shown = programme(house)
    later = Programme.objects.create(
        guide_channel=shown.guide_channel, start=shown.stop, stop=shown.stop + 600, title="Later"
    )
    begin = datetime.fromtimestamp(shown.start + 90, UTC)
    answer = send_xml(
        house,
        f"""<?xml version="1.0"?><exact-time-event>
        <programme external_id="{shown.pk}" start="{begin:%Y%m%d%H%M%S} +0000" stop="{shown.stop}"/>
        <programme><external_id>{later.pk}</external_id>
        <start>{later.start}</start><stop>{later.stop + 60}</stop></programme>
        </exact-time-event>""",
    )
    assert answer.error == 0, answer.body
    shown.refresh_from_db()
    later.refresh_from_db()
    assert (shown.start, later.stop) == (int(begin.timestamp()), later.start + 660)


@pytest.mark.parametrize(
    "document",
    [
        "<a/>",
        "<a",
        '<!DOCTYPE a [<!ENTITY b "c">]><a><programme external_id="1" start="1" stop="2"/></a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<a><programme external_id="one" start="1" stop="2"/></a>',
        '<a><programme external_id="1" start="99999999999999999999" stop="2"/></a>',
        "<a>" + '<programme external_id="1" start="1" stop="2"/>' * 1001 + "</a>",
        b"\xff\xfe<\x00!\x00D\x00O\x00C\x00T\x00Y\x00P\x00E\x00 \x00a\x00>\x00",
        "<a>" * 100_000,
    ],
)
def test_documents_that_harm_are_refused(document: str | bytes) -> None:
    answer = send_xml(House(), document)
    assert (answer.status, answer.error) == (200, 21), answer.body


def test_a_guide_that_all_share_is_not_one_operators_to_change() -> None:
    house = House()
    shown = programme(house)
    GuideSource.objects.filter(pk=shown.guide_channel.source_id).update(operator=None)
    times = {"external_id": shown.pk, "start": shown.start + 60, "stop": shown.stop}
    assert house.ask("content.EPGProgramTimeSpecify", **times).error == 21
    config = replace(settings.HEADEND, shared_guide_operators=(house.operator.pk,))
    with override_settings(HEADEND=config):
        assert house.ask("content.EPGProgramTimeSpecify", **times).error == 0


def test_all_44_calls_are_there() -> None:
    assert len(CONTENT_API.calls) == 44
