"""Where an account stopped in programmes, and programmes whose recordings nobody may watch."""

from dataclasses import replace
from typing import Any

import pytest
from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import ANDROID, BASIC_ONLY, KEY, LINEUP, NEWS, NOW

from headend.playback.ports import Update

DAY = 86_400


@pytest.fixture
def house() -> House:
    return House()


def said(house: House, token: str = ANDROID) -> dict[int, tuple[int, int]]:
    """Position and blocking of all programmes, by number."""
    got = house.call("/program/list/", authkey=token, cid=NEWS, time_from=NOW - 2 * DAY, time_to=NOW + 2 * DAY)
    return {each["id"]: (each["position"], each["blocked"]) for each in got.json["programs"]}


def url_of(house: House, call: str, **params: Any) -> tuple[int, int]:
    got = house.call(call, authkey=ANDROID, cid=NEWS, redirect=0, **params)
    return got.status, got.json["error"]


def test_positions_are_of_one_account_and_go_again(house: House) -> None:
    before = said(house)
    assert set(before.values()) == {(0, 0)}
    house.gate.apply(Update(change=101, positions={501: {1002: 77, 9999: 5}, 777: {1002: 1}}))
    assert said(house) == before | {1002: (77, 0)}
    assert said(house, BASIC_ONLY) == before
    detail = house.call("/program/detail/", authkey=ANDROID, pid=1002).json
    assert (detail["position"], detail["blocked"]) == (77, 0)
    house.gate.apply(Update(change=102, positions={501: {}}))
    assert said(house) == before


def test_a_blocked_recording_is_marked_and_not_given(house: House) -> None:
    assert url_of(house, "/program/url/", pid=1002) == (200, 0)
    said(house)  # a list that is kept
    house.gate.apply(Update(change=101, lineups=(replace(LINEUP, blocked={1002: NOW + 60, 1003: NOW - 1}),)))
    assert {number: blocked for number, (_, blocked) in said(house).items() if blocked} == {1002: 1}
    assert house.call("/noauth/program/detail/", key=KEY, pid=1002).json["blocked"] == 1
    assert url_of(house, "/program/url/", pid=1002)[1] == 404
    assert url_of(house, "/program/url/", time=NOW - 1800)[1] == 404
    assert url_of(house, "/program/url/", pid=1003) == (200, 0)
    assert url_of(house, "/channel/url/") == (200, 0)


def test_a_blocking_ends_without_news(house: House) -> None:
    house.gate.apply(Update(change=101, lineups=(replace(LINEUP, blocked={1002: NOW + 60}),)))
    assert said(house)[1002] == (0, 1)
    house.clock.now = NOW + 60
    assert said(house)[1002] == (0, 0)
    assert url_of(house, "/program/url/", pid=1002) == (200, 0)
