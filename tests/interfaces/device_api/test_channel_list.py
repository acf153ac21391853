"""The channel list: codings, entity tags, what is shared and what is personal, and how it follows the clock."""

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
    BASIC_ONLY,
    DIRECT,
    EXPIRED,
    GUIDES,
    LINEUP,
    MAG,
    NEWS,
    NOW,
    PERSONAL,
    SPORT,
    SPORTS,
    account,
    channel,
    programme,
    session,
)

from headend.hotpath.gate.lists import ROWS_IN_A_CHUNK
from headend.playback.ports import PersonalChannel, Update
from headend.playback.rules import TariffTerms
from headend.subscribers.rules import SessionView


def listed(house: House, authkey: str = ANDROID, **params: Any) -> list[int]:
    return [each["id"] for each in house.call("/channel/list/", authkey=authkey, **params).json["channels"]]


def ask(house: House, authkey: str = ANDROID, **headers: str) -> Got:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return house.call("/channel/list/", authkey=authkey, headers=named)


def test_the_channels_of_the_tariffs_in_the_operators_order(house: House) -> None:
    assert listed(house) == [NEWS, SPORT, ADULT, DIRECT]
    assert listed(house, BASIC_ONLY) == [NEWS, ADULT, DIRECT]
    assert listed(house, EXPIRED) == []


def test_named_and_own_orders(house: House) -> None:
    assert listed(house, channel_sort_id=5) == [DIRECT, NEWS, SPORT, ADULT]
    assert listed(house, PERSONAL) == [SPORT, NEWS, ADULT, DIRECT]
    assert listed(house, PERSONAL, account_sort=0) == [NEWS, SPORT, ADULT, DIRECT]
    assert listed(house, PERSONAL, channel_sort_id=5) == [SPORT, NEWS, DIRECT, ADULT]
    assert house.call("/channel/list/", authkey=ANDROID, channel_sort_id=6).json["error"] == 1


def test_pages_and_search(house: House) -> None:
    assert listed(house, limit=3) == [NEWS, SPORT, ADULT]
    assert listed(house, limit=3, page=2) == [DIRECT]
    assert listed(house, limit=3, page=3) == []
    assert listed(house, search="NEW") == [NEWS]
    assert listed(house, search="новос", lang="ru") == [NEWS]
    assert listed(house, search="new", lang="ru") == []
    assert [house.call("/channel/list/", authkey=ANDROID, limit=limit).json["error"] for limit in (0, -1)] == [1, 1]


def test_multicast_is_for_set_top_boxes_that_do_not_reject_it(house: House) -> None:
    def url(**params: Any) -> str:
        item = house.call("/channel/list/", device="mag", **params).xml.findall("channels/item")[1]
        return item.findtext("url") or ""

    assert url(authkey=MAG) == "udp://239.0.0.12:1234"
    assert "/tvmiddleware/api/channel/url/?cid=12" in url(authkey=MAG, reject_multicast=1)
    assert "/tvmiddleware/api/channel/url/?cid=12" in url(authkey=ANDROID)


def test_the_address_in_the_list_plays_as_it_is(house: House) -> None:
    """Clients are known that append nothing but redirect=0."""
    url = house.call("/channel/list/", authkey=ANDROID).json["channels"][0]["url"]
    path, _, query = url.removeprefix("http://tv.example.net").partition("?")
    got = house.ask("GET", path, f"{query}&redirect=0")
    assert got.json["uri"] == f"http://edge1.example/news/index.m3u8?token={ANDROID}"


def test_compressed_plain_and_head_agree(house: House) -> None:
    plain, packed = ask(house), ask(house, accept_encoding="br, gzip;q=0.5")
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.headers["etag"] == packed.headers["etag"]
    head = house.ask("HEAD", "/tvmiddleware/api/channel/list/", f"client_id=1&authkey={ANDROID}")
    assert (head.status, head.headers) == (200, plain.headers)


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*;q=0", False),
        ("gzip;q=x", True),
        ("x-gzip", False),
    ],
)
def test_who_gets_it_compressed(house: House, accepted: str, is_packed: bool) -> None:
    assert ("content-encoding" in ask(house, accept_encoding=accepted).headers) == is_packed


def test_each_device_has_its_own_token_in_the_same_list(house: House) -> None:
    first, second = ask(house), ask(house, BASIC_ONLY)
    house.gate.apply(Update(101, accounts=(account(502, BASIC, SPORTS),)))
    third = ask(house, BASIC_ONLY, accept_encoding="gzip")
    assert gzip.decompress(third.body) == first.body.replace(ANDROID.encode(), BASIC_ONLY.encode())
    assert ANDROID.encode() not in second.body
    assert third.headers["etag"] == first.headers["etag"]


def test_who_has_the_list_already_is_not_sent_it(house: House) -> None:
    tag = ask(house).headers["etag"]
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        got = ask(house, if_none_match=known)
        assert (got.status, got.body, got.headers["etag"]) == (304, b"", tag)
    assert ask(house, if_none_match='"other"').status == 200
    house.gate.apply(Update(101, guides={101: ()}))
    assert ask(house, if_none_match=tag).status == 200


def test_with_a_cookie_nothing_is_kept(house: House) -> None:
    """The address is then the same for the next who signs in, who would get the tokens of the one before."""
    got = house.call("/channel/list/", headers={"cookie": f"authkey={ANDROID}"})
    assert got.headers["cache-control"] == "no-store"
    assert "etag" not in got.headers
    assert got.body == ask(house).body


def test_what_is_on_follows_the_clock(house: House) -> None:
    def on() -> list[tuple[int, int]]:
        found = house.call("/channel/list/", authkey=ANDROID).json["channels"]
        return [(each["program_id"], each["next_program_id"]) for each in found[:2]]

    assert on() == [(1003, 1004), (2002, 2003)]
    house.clock.now = NOW + 1199
    assert on() == [(1003, 1004), (2002, 2003)]
    house.clock.now = NOW + 1200
    assert on() == [(1004, 1005), (2002, 2003)]
    house.clock.now = NOW + 3600
    assert on() == [(1004, 1005), (2003, 2004)]
    house.clock.now = NOW + 5000  # between two programmes
    assert on() == [(0, 1005), (2003, 2004)]
    house.clock.now = NOW + 2 * 86_400
    assert on() == [(0, 0), (0, 0)]


def test_a_new_guide_is_in_the_list_at_once(house: House) -> None:
    ask(house)
    house.gate.apply(Update(101, guides={101: (programme(5, NOW - 60, title="Breaking"),)}))
    assert house.call("/channel/list/", authkey=ANDROID).json["channels"][0]["program_name"] == "Breaking"
    house.gate.apply(Update(102, programme_categories={4: ("Renamed",)}, guides=GUIDES))
    assert house.call("/channel/list/", authkey=ANDROID).json["channels"][0]["program_category"] == "Renamed"


def test_what_an_account_thinks_is_seen_by_it_alone(house: House) -> None:
    def thoughts(authkey: str) -> dict[int, tuple[int, int, int]]:
        found = house.call("/channel/list/", authkey=authkey).json["channels"]
        return {each["id"]: (each["is_hidden"], each["is_favorited"], each["is_parent_control"]) for each in found}

    own = thoughts(PERSONAL)
    assert (own[NEWS], own[SPORT], own[ADULT]) == ((1, 0, 0), (0, 1, 1), (0, 0, 1))
    others = thoughts(ANDROID)
    assert (others[NEWS], others[SPORT], others[ADULT]) == ((0, 0, 0), (0, 0, 0), (0, 0, 1))
    changed = account(504, BASIC, SPORTS, personal={SPORT: PersonalChannel(is_favourite=True)})
    house.gate.apply(Update(101, accounts=(changed,)))
    assert thoughts(PERSONAL)[NEWS] == (0, 0, 0)
    packed = ask(house, PERSONAL, accept_encoding="gzip")
    assert json.loads(gzip.decompress(packed.body))["channels"][1]["is_favorited"] == 1


def test_a_list_of_many_chunks(house: House) -> None:
    """Chunks are shared between lists, remade one by one, and the last has no separator after it."""
    many = tuple(channel(1000 + n, f"C{n}", guide_channel_id=101 if n == 70 else None) for n in range(400))
    tariffs = {BASIC: TariffTerms(BASIC, None), SPORTS: TariffTerms(SPORTS, frozenset([1000, 1399]))}
    personal = account(504, BASIC, personal={1399: PersonalChannel(is_favourite=True)})
    house.gate.apply(Update(101, lineups=(replace(LINEUP, channels=many, tariffs=tariffs),), accounts=(personal,)))
    assert len(many) > 3 * ROWS_IN_A_CHUNK
    for moment in (NOW, NOW + 1200):
        house.clock.now = moment
        for authkey in (ANDROID, PERSONAL):
            plain, packed = ask(house, authkey), ask(house, authkey, accept_encoding="gzip")
            assert gzip.decompress(packed.body) == plain.body
            assert [each["id"] for each in plain.json["channels"]] == list(range(1000, 1400))
            assert plain.json["channels"][70]["program_id"] == (1003 if moment == NOW else 1004)
            assert plain.json["channels"][399]["is_favorited"] == int(authkey == PERSONAL)
    house.gate.apply(Update(102, accounts=(account(502, SPORTS),)))
    assert listed(house, BASIC_ONLY) == [1000, 1399]


def test_a_token_of_another_length(house: House) -> None:
    """Sessions that were taken over from elsewhere have longer tokens: such a list is never compressed."""
    long = "0123456789abcdef" * 8
    taken_over: SessionView = replace(session(long, 501))
    house.gate.apply(Update(101, sessions=(taken_over,)))
    got = ask(house, long, accept_encoding="gzip")
    assert f"authkey={long}" in got.json["channels"][0]["url"]


def test_portals_may_read_it_with_cookies_and_others_without(house: House) -> None:
    portal = ask(house, origin="https://portal.example.net")
    assert portal.headers["access-control-allow-origin"] == "https://portal.example.net"
    assert portal.headers["access-control-allow-credentials"] == "true"
    other = ask(house, origin="https://evil.example")
    assert other.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in other.headers
    preflight = house.ask("OPTIONS", "/tvmiddleware/api/channel/list/", headers={"origin": "https://x.example"})
    assert preflight.status == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
