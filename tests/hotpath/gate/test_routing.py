"""From where a channel is played: the choice of the server, and the addresses."""

from dataclasses import replace
from typing import Any

import pytest
from tests.hotpath.gate.snapshots import (
    BASIC,
    CHANNELS,
    DAY,
    DIRECT,
    LINEUP,
    NEWS,
    NOW,
    SNAPSHOT,
    SPORT,
    SPORTS,
    account,
    channel,
    server,
)

from headend.adapters.streaming_servers import STREAMING_SERVERS
from headend.delivery.ports import Period, ServerConfig
from headend.hotpath.gate.memory import Access
from headend.hotpath.gate.routing import DIRECT as DIRECTLY
from headend.hotpath.gate.routing import Wish, direct_archive, find_address, servers_for
from headend.hotpath.gate.state import State
from headend.playback.errors import NothingToPlay
from headend.playback.ports import ServerView, Update

BY_ID = {each.id: each for each in CHANNELS}


def access_to(*servers: ServerView, **account_changes: Any) -> Access:
    state = State.of(SNAPSHOT)
    changed = account(501, BASIC, **account_changes)
    state.apply(Update(101, lineups=(replace(LINEUP, servers=servers),), accounts=(changed,)))
    access = state.access_of(state.accounts[501], NOW)
    assert access is not None
    return access


def wish(number: int = NEWS, start: int | None = None, **changes: Any) -> Wish:
    period = None if start is None else Period(start, 3600)
    return Wish(BY_ID[number], period, "TOKEN", "SESSION", "192.0.2.1", NOW)._replace(**changes)


def order(access: Access, wanted: Wish) -> list[int]:
    return [each.id for each in servers_for(access, wanted)]


@pytest.mark.parametrize(
    ("changes", "is_chosen"),
    [
        ({}, True),
        ({"is_available": False}, False),
        ({"gives_live": False}, False),
        ({"gives_archive": False}, True),
        ({"channels": frozenset([NEWS])}, True),
        ({"channels": frozenset([SPORT])}, False),
        ({"tariffs": frozenset([BASIC, 77])}, True),
        ({"tariffs": frozenset([SPORTS])}, False),
    ],
)
def test_who_may_serve_live(changes: dict[str, Any], is_chosen: bool) -> None:
    assert order(access_to(server(1, **changes)), wish()) == ([1] if is_chosen else [])


def test_who_may_serve_the_archive() -> None:
    servers = (server(1, gives_archive=False), server(2, archive_seconds=DAY), server(3, archive_seconds=3 * DAY))
    access = access_to(*servers, server(4, archive_seconds=0))
    assert order(access, wish(start=NOW - DAY)) == [2, 3, 4]
    assert order(access, wish(start=NOW - DAY - 1)) == [3, 4]


def test_servers_that_failed_are_left_out() -> None:
    access = access_to(server(1), server(2), server(3))
    assert order(access, wish(excluded=frozenset([1, 3]))) == [2]


def test_time_shift_goes_before_data_centre_and_that_before_priority() -> None:
    servers = (
        server(1),
        server(2, data_centre_id=7),
        server(3, data_centre_id=7, timeshift_minutes=120),
        server(4, timeshift_minutes=60),
    )
    assert order(access_to(*servers), wish()) == [1, 2, 4, 3]
    assert order(access_to(*servers, data_centre_id=7), wish()) == [2, 1, 4, 3]
    assert order(access_to(*servers, data_centre_id=7, timeshift_minutes=120), wish()) == [3, 4, 2, 1]


def test_addresses() -> None:
    access = access_to(server(1))
    assert find_address(access, wish()) == ("http://edge1.example/news/index.m3u8?token=TOKEN", 1)
    archive = "http://edge1.example/news/1795287600-3600.m3u8?token=TOKEN"
    assert find_address(access, wish(start=NOW - 3600)) == (archive, 1)
    assert find_address(access, wish(SPORT)).address == "http://edge1.example/hd/12/index.m3u8?token=TOKEN"


def test_a_server_that_can_make_no_address_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    no_archive = STREAMING_SERVERS["mask"](ServerConfig(mask="http://edge1.example/$cid"))
    bad_value = replace(BY_ID[NEWS], url_prefix="a/../b")
    access = access_to(server(1, server=no_archive), server(2))
    assert find_address(access, wish(start=NOW - 3600)).server_id == 2
    assert "server 1 gives no address of channel 11" in caplog.text
    with pytest.raises(NothingToPlay):
        find_address(access_to(server(2)), wish(channel=bad_value))


def test_a_channel_with_an_address_of_its_own() -> None:
    access = access_to(server(1))
    assert find_address(access, wish(DIRECT)) == ("http://far.example/direct/index.m3u8", DIRECTLY)
    assert find_address(access, wish(DIRECT, excluded=frozenset([DIRECTLY]))).server_id == 1
    only_live = replace(BY_ID[DIRECT], catchup={})
    assert find_address(access, wish(channel=only_live, period=Period(NOW - 60, 60))).server_id == 1


def test_multicast_is_the_last_resort_of_set_top_boxes() -> None:
    with pytest.raises(NothingToPlay):
        find_address(access_to(), wish(SPORT))
    assert find_address(access_to(), wish(SPORT, may_multicast=True)).address == "udp://239.0.0.12:1234"
    assert find_address(access_to(server(1)), wish(SPORT, may_multicast=True)).server_id == 1
    with pytest.raises(NothingToPlay):
        find_address(access_to(), wish(SPORT, start=NOW - 60, may_multicast=True))


@pytest.mark.parametrize(
    ("live", "catchup", "address"),
    [
        ("http://h/1.m3u8", {}, ""),
        ("http://h/1.m3u8", {"mode": "append"}, ""),
        ("http://h/1.m3u8", {"mode": "append", "source": "?utc={utc}&e=${end}"}, "http://h/1.m3u8?utc=1000&e=1600"),
        ("http://h/1.m3u8", {"mode": "default", "source": "http://a/{utc}-{duration}"}, "http://a/1000-600"),
        ("http://h/1.m3u8", {"source": "http://a/{duration:60}/{offset:1}/${now}"}, "http://a/10/4000/5000"),
        ("http://h/1.m3u8", {"source": "http://a/{Y}-{duration:0}-{x:1}"}, "http://a/{Y}-600-{x:1}"),
        ("http://h/1.m3u8", {"mode": "shift"}, "http://h/1.m3u8?utc=1000&lutc=5000"),
        ("http://h/1.m3u8?a=b", {"mode": "shift"}, "http://h/1.m3u8?a=b&utc=1000&lutc=5000"),
        ("http://h/s/index.m3u8?t=1", {"mode": "flussonic"}, "http://h/s/archive-1000-600.m3u8?t=1"),
        ("http://h/s/mpegts", {"mode": "flussonic-ts"}, "http://h/s/archive-1000-600.m3u8"),
        ("http://h/s/other", {"mode": "flussonic"}, ""),
    ],
)
def test_the_archive_as_channel_lists_describe_it(live: str, catchup: dict[str, str], address: str) -> None:
    described = channel(1, "C", stream_url=live, catchup=catchup)
    assert direct_archive(described, Period(1000, 600), 5000) == address


def test_an_archive_without_end() -> None:
    described = channel(1, "C", stream_url="http://h/s/index.m3u8", catchup={"mode": "flussonic"})
    assert direct_archive(described, Period(1000), 5000) == "http://h/s/archive-1000-now.m3u8"
    described = channel(1, "C", stream_url="http://h/1", catchup={"mode": "append", "source": "?d={duration}"})
    assert direct_archive(described, Period(1000), 5000) == "http://h/1?d=4000"
