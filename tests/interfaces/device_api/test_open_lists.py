"""Lists for those who have not signed in: the same bytes for everybody, coded and tagged, and true at their moment."""

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest
from tests.hotpath.gate.callers import Got, House
from tests.hotpath.gate.snapshots import (
    ADULT,
    ANDROID,
    BASIC,
    CHANNELS,
    DIRECT,
    GUIDES,
    KEY,
    LINEUP,
    NEWS,
    NOW,
    SPORT,
    channel,
    operator,
    programme,
)

from headend.playback.ports import Update

INFO = "/v2/noauth/channel/info/"
OPEN = (INFO, "/v2/noauth/channel/list/", "/channel/icon/list/", "/noauth/portal/client/channel/list/")


def ask(house: House, path: str, **headers: str) -> Got:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return house.call(path, key=KEY, headers=named, tariff_id=BASIC)


@pytest.mark.parametrize("path", OPEN)
def test_coded_and_tagged(house: House, path: str) -> None:
    plain = ask(house, path)
    assert plain.json["error"] == 0
    assert gzip.decompress(ask(house, path, accept_encoding="gzip").body) == plain.body
    again = ask(house, path, if_none_match=plain.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    renamed = (replace(CHANNELS[0], names=("Renamed", ""), icon_url="/media/new.png"), *CHANNELS[1:])
    house.gate.apply(Update(101, lineups=(replace(LINEUP, channels=renamed),)))
    assert ask(house, path, if_none_match=plain.headers["etag"]).status == 200
    assert b"authkey" not in plain.body


def info(house: House, number: int = NEWS, **params: Any) -> Any:
    (found,) = house.call(INFO, key=KEY, channel_ids=number, **params).json["programs"]
    return found


def test_what_is_on_follows_the_clock_and_the_guide(house: House) -> None:
    whole = house.call(INFO, key=KEY).json["programs"]
    assert (whole[0]["program_id"], info(house)["program_id"]) == (1003, 1003)
    house.clock.now = NOW + 1200
    whole = house.call(INFO, key=KEY).json["programs"]
    assert (whole[0]["program_id"], info(house)["program_id"]) == (1004, 1004)
    house.gate.apply(Update(101, guides={101: (programme(9, NOW, 60),)}))
    assert info(house)["program_id"] == 9


def test_rows_without_programmes_are_not_made_anew_when_one_ends(house: House) -> None:
    tag = ask(house, "/v2/noauth/channel/list/").headers["etag"]
    house.clock.now = NOW + 3600
    house.gate.apply(Update(101, guides=GUIDES))
    assert ask(house, "/v2/noauth/channel/list/", if_none_match=tag).status == 304


def test_channels_that_are_not_shown_on_the_site(house: House) -> None:
    hidden = (replace(CHANNELS[0], display_on_site=False), *CHANNELS[1:])
    house.gate.apply(Update(101, lineups=(replace(LINEUP, channels=hidden),)))
    listed = house.call("/v2/noauth/channel/list/", key=KEY).json["channels"]
    assert [each["id"] for each in listed] == [SPORT, ADULT, DIRECT]
    assert house.call(INFO, key=KEY, channel_ids=NEWS).json["error"] == 404
    assert house.call("/noauth/program/list/", key=KEY, cid=NEWS).json["error"] == 1
    assert house.call("/noauth/program/detail/", key=KEY, pid=1003).json["error"] == 1
    assert NEWS in [each["id"] for each in house.call("/channel/list/", authkey=ANDROID).json["channels"]]


def test_all_five_extra_languages(house: House) -> None:
    languages = ("en", "ru", "it", "de", "fr", "tr")
    names = ("News", "Новости", "Notizie", "Nachrichten", "", "Haberler")
    details = {"titles": {language: f"Title in {language}" for language in languages[1:]}}
    guide = {101: (replace(GUIDES[101][2], details=json.dumps(details)),)}
    lineup = replace(LINEUP, channels=(replace(CHANNELS[0], names=names),))
    house.gate.apply(
        Update(
            101,
            operators=(replace(operator(), languages=languages),),
            lineups=(lineup,),
            guides=guide,
            programme_categories={4: ("News", "н", "i", "d", "f", "t")},
        )
    )
    for language, name, category in zip(languages, names, ("News", "н", "i", "d", "f", "t"), strict=True):
        found = info(house, lang=language)
        assert (found["name"], found["program_category"]) == (name or "News", category)
        assert found["program_name"] == ("The News" if language == "en" else f"Title in {language}")


def test_a_long_list_in_chunks(house: House) -> None:
    many = tuple(channel(1000 + number, f"C{number}") for number in range(300))
    house.gate.apply(Update(101, lineups=(replace(LINEUP, channels=many),)))
    got = ask(house, "/v2/noauth/channel/list/", accept_encoding="gzip")
    listed = json.loads(gzip.decompress(got.body))["channels"]
    assert listed == []  # none of them is in the tariff
    got = house.call("/v2/noauth/channel/list/", key=KEY, headers={"accept-encoding": "gzip"})
    assert len(json.loads(gzip.decompress(got.body))["channels"]) == 300
