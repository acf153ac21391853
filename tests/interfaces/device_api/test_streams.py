"""ChannelUrl, ProgramUrl and the programme lists: who may watch what from where, and how it is told."""

from dataclasses import replace
from typing import Any

import pytest
from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import (
    ADULT,
    ANDROID,
    BASIC,
    BASIC_ONLY,
    CHANNELS,
    DAY,
    DIRECT,
    DISABLED,
    EXPIRED,
    HOUR,
    LINEUP,
    MAG,
    NEWS,
    NOW,
    SPORT,
    SPORTS,
    account,
    channel,
    operator,
    server,
    session,
    token,
)

from headend.hotpath.gate.streams import REFUSALS
from headend.playback.ports import Update
from headend.playback.rules import PLAY_LAPSES_AFTER, Reason


def url(house: House, authkey: str = ANDROID, cid: int = NEWS, **params: Any) -> Any:
    return house.call("/channel/url/", authkey=authkey, cid=cid, redirect=0, device="android", **params).json


def archive(house: House, authkey: str = ANDROID, cid: int = NEWS, **params: Any) -> Any:
    return house.call("/program/url/", authkey=authkey, cid=cid, redirect=0, device="android", **params).json


def test_every_refusal_has_its_number() -> None:
    assert set(REFUSALS) == set(Reason) - {Reason.ALLOWED}


@pytest.mark.parametrize(
    ("authkey", "cid", "error", "message"),
    [
        (ANDROID, NEWS, 0, ""),
        (ANDROID, ADULT, 0, ""),  # the device asks for the parental code by itself
        (BASIC_ONLY, SPORT, 404, "not_in_tariff"),
        (EXPIRED, NEWS, 403, "account_expired"),
        (ANDROID, 999, 404, "channel_unknown"),
        (ANDROID, DISABLED, 404, "channel_disabled"),
    ],
)
def test_decisions(house: House, authkey: str, cid: int, error: int, message: str) -> None:
    answer = url(house, authkey, cid)
    assert (answer["error"], answer["error_message"]) == (error, message)
    assert ("uri" in answer) == (error == 0)


def test_a_redirect_is_the_default(house: House) -> None:
    got = house.call("/channel/url/", authkey=ANDROID, cid=NEWS)
    assert (got.status, got.body) == (302, b"")
    assert got.headers["location"] == f"http://edge1.example/news/index.m3u8?token={ANDROID}"
    assert got.headers["cache-control"] == "no-store"
    refused = house.call("/channel/url/", authkey=BASIC_ONLY, cid=SPORT)
    assert (refused.status, refused.json["error"]) == (200, 404)


def test_an_address_goes_into_the_header_encoded(house: House) -> None:
    odd = channel(NEWS, "Odd", stream_url="http://h/é è/\r\nX: y?a=1&b=%20#c")
    house.gate.apply(Update(101, lineups=(replace(LINEUP, channels=(odd,)),)))
    got = house.call("/channel/url/", authkey=ANDROID, cid=NEWS)
    assert got.headers["location"] == "http://h/%C3%A9%20%C3%A8/%0D%0AX:%20y?a=1&b=%20#c"


def test_servers_that_failed_are_left_out(house: House) -> None:
    assert url(house)["stream_service_id"] == 1
    assert url(house, exclude_service_id=1)["stream_service_id"] == 2
    answer = url(house, exclude_service_id="1,2")
    assert (answer["error"], answer["error_message"]) == (404, "nothing_to_play")
    query = f"client_id=1&authkey={ANDROID}&cid=11&redirect=0&exclude_service_id=1&exclude_service_id=2"
    assert house.ask("GET", "/tvmiddleware/api/channel/url/", query).json["error"] == 404


def test_a_set_top_box_gets_multicast_when_nothing_else_is_left(house: House) -> None:
    house.gate.apply(Update(101, lineups=(replace(LINEUP, servers=()),)))
    assert url(house, MAG, SPORT)["uri"] == "udp://239.0.0.12:1234"
    assert url(house, ANDROID, SPORT)["error"] == 404


def test_maintenance_country_and_closed_operator(house: House) -> None:
    news = replace(CHANNELS[0], terms=replace(CHANNELS[0].terms, maintenance=((NOW - 1, NOW + 1),)))
    abroad = replace(LINEUP.tariffs[BASIC], countries=frozenset(["DE"]))
    lineup = replace(LINEUP, channels=(news, *CHANNELS[1:]))
    house.gate.apply(Update(101, lineups=(lineup,)))
    assert url(house)["error_message"] == "maintenance"
    lineup = replace(lineup, channels=CHANNELS, tariffs={BASIC: abroad})
    house.gate.apply(Update(102, lineups=(lineup,), accounts=(account(501, BASIC, country="IT"),)))
    assert url(house)["error_message"] == "wrong_country"
    house.gate.apply(Update(103, operators=(replace(operator(), is_active=False),)))
    assert url(house)["error"] == 403


def test_a_disabled_device(house: House) -> None:
    house.gate.apply(Update(101, sessions=(session(ANDROID, 501, device_is_enabled=False),)))
    assert (url(house)["error"], url(house)["error_message"]) == (403, "device_disabled")


def test_protected_channels_have_no_key_to_give(house: House) -> None:
    assert url(house, cid=DIRECT, get_drm_info=1)["error"] == 2
    assert url(house, cid=DIRECT)["error"] == 0
    assert url(house, cid=NEWS, get_drm_info=1)["error"] == 0


# --- how many may watch at once: account 501 may with two devices, one basic and one additional ---


def test_fast_zapping_never_meets_the_limit(house: House) -> None:
    for _ in range(5):
        for cid in (NEWS, SPORT, ADULT, DIRECT):
            assert url(house, ANDROID, cid)["error"] == 0
            assert url(house, MAG, cid)["error"] == 0


def third_device(house: House) -> str:
    third = token("third")
    house.gate.apply(Update(101, sessions=(session(third, 501),)))
    return third


def test_one_device_too_many(house: House) -> None:
    third = third_device(house)
    assert [url(house, each)["error"] for each in (ANDROID, MAG, third)] == [0, 0, 1]
    assert url(house, third)["error_message"] == "too_many_streams"
    assert url(house, ANDROID, SPORT)["error"] == 0


def test_a_device_that_is_silent_makes_room(house: House) -> None:
    third = third_device(house)
    url(house, ANDROID)
    url(house, MAG)
    house.clock.now += PLAY_LAPSES_AFTER - 1
    house.call("/account/status/", authkey=MAG)
    assert url(house, third)["error"] == 1
    house.clock.now += 1
    assert url(house, third)["error"] == 0
    assert url(house, ANDROID)["error"] == 1
    assert url(house, MAG)["error"] == 0


def test_a_device_that_signs_out_makes_room(house: House) -> None:
    third = third_device(house)
    url(house, ANDROID)
    url(house, MAG)
    house.call("/logout/", authkey=MAG)
    assert url(house, third)["error"] == 0


def test_a_refused_device_takes_no_place(house: House) -> None:
    house.gate.apply(Update(101, accounts=(account(502, BASIC, SPORTS),)))
    other = token("other")
    house.gate.apply(Update(102, sessions=(session(other, 502),)))
    assert url(house, other, 999)["error"] == 404
    assert [url(house, each)["error"] for each in (BASIC_ONLY, other)] == [0, 0]


# --- the archive ---


def uri(house: House, **params: Any) -> str:
    answer = archive(house, **params)
    assert answer["error"] == 0, answer
    return str(answer["uri"]).removesuffix(f"?token={ANDROID}")


def test_a_programme_by_its_number_or_a_time(house: House) -> None:
    assert uri(house, pid=1001) == f"http://edge1.example/news/{NOW - DAY}-3600.m3u8"
    assert uri(house, time=NOW - DAY) == f"http://edge1.example/news/{NOW - DAY}-3600.m3u8"
    assert uri(house, time=NOW - DAY + 600) == f"http://edge1.example/news/{NOW - DAY + 600}-3000.m3u8"
    assert uri(house, pid=1001, time=NOW - HOUR) == f"http://edge1.example/news/{NOW - DAY}-3600.m3u8"
    assert uri(house, pid=9999, time=NOW - DAY) == f"http://edge1.example/news/{NOW - DAY}-3600.m3u8"


def test_what_is_still_on_runs_on(house: House) -> None:
    assert uri(house, pid=1003) == f"http://edge1.example/news/{NOW - 600}-now.m3u8"
    assert uri(house, pid=1001, tv_pause=1) == f"http://edge1.example/news/{NOW - DAY}-now.m3u8"


def test_a_time_that_no_programme_is_known_of(house: House) -> None:
    assert uri(house, time=NOW - 5 * HOUR) == f"http://edge1.example/news/{NOW - 5 * HOUR}-now.m3u8"
    assert uri(house, time=NOW - 2 * DAY) == f"http://edge1.example/news/{NOW - 2 * DAY}-10800.m3u8"


def test_a_shifted_guide(house: House) -> None:
    assert uri(house, cid=SPORT, pid=2001) == f"http://edge1.example/hd/12/{NOW - HOUR}-3600.m3u8"
    assert uri(house, cid=SPORT, time=NOW - HOUR) == f"http://edge1.example/hd/12/{NOW - HOUR}-3600.m3u8"


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({}, 1, "bad parameter: pid or time"),
        ({"pid": "x"}, 1, "bad parameter: pid"),
        ({"cid": "", "pid": 1001}, 1, "bad parameter: cid"),
        ({"pid": 9999}, 404, "programme not found"),
        ({"pid": 2001}, 404, "programme not found"),  # of another channel
        ({"pid": 1005}, 404, "not_yet"),
        ({"time": NOW + 1}, 404, "not_yet"),
        ({"time": NOW - 7 * DAY - 1}, 404, "too_old"),
        ({"cid": ADULT, "time": NOW - 60}, 404, "no_archive"),
        ({"cid": 999, "time": NOW - 60}, 404, "channel_unknown"),
    ],
)
def test_what_of_the_archive_is_refused(house: House, params: dict[str, Any], error: int, message: str) -> None:
    answer = archive(house, **({"cid": NEWS} | params))
    assert (answer["error"], answer["error_message"]) == (error, message)


def test_a_server_whose_archive_reaches_far_enough(house: House) -> None:
    servers = (server(1, archive_seconds=DAY), server(2, archive_seconds=2 * DAY))
    house.gate.apply(Update(101, lineups=(replace(LINEUP, servers=servers),)))
    assert archive(house, time=NOW - DAY)["stream_service_id"] == 1
    assert archive(house, time=NOW - DAY - 1)["stream_service_id"] == 2
    assert archive(house, time=NOW - 3 * DAY)["error_message"] == "nothing_to_play"


# --- programme lists ---


def programmes(house: House, cid: int = NEWS, **params: Any) -> list[int]:
    answer = house.call("/program/list/", authkey=ANDROID, cid=cid, **params).json
    assert answer["error"] == 0, answer
    return [each["id"] for each in answer["programs"]]


def test_programmes_of_a_period(house: House) -> None:
    assert programmes(house, time_from=NOW, time_to=NOW + 1200) == [1003]
    assert programmes(house, time_from=NOW, time_to=NOW + 1201) == [1003, 1004]
    assert programmes(house, time_from=NOW + 2 * HOUR) == [1005, 1006]
    assert programmes(house, time_to=NOW - HOUR) == [1001]
    assert programmes(house, time_from=NOW + 10 * DAY) == []


def test_programmes_of_a_day_are_those_that_begin_in_it(house: House) -> None:
    """In the operator's zone, which is an hour ahead of UTC in November."""
    assert programmes(house, date="21.11.2026") == [1002, 1003, 1004, 1005]
    assert programmes(house, date="22.11.2026") == [1006]
    assert programmes(house, cid=SPORT, date="21.11.2026") == [2000, 2001, 2002, 2003, 2004]
    assert programmes(house, cid=SPORT, date="22.11.2026") == [2005]
    assert programmes(house) == [1002, 1003, 1004, 1005]


def test_programmes_from_one_on(house: House) -> None:
    assert programmes(house, pid_from=1004) == [1004, 1005, 1006]
    assert house.call("/program/list/", authkey=ANDROID, cid=NEWS, pid_from=2001).json["error"] == 2


@pytest.mark.parametrize("date", ["2026-11-21", "32.01.2026", "1", "21.11.26", "31.12.9999"])
def test_days_that_are_none(house: House, date: str) -> None:
    assert house.call("/program/list/", authkey=ANDROID, cid=NEWS, date=date).json["error"] == 1


def test_what_has_a_record_changes_with_the_clock(house: House) -> None:
    def records() -> list[int]:
        found = house.call("/program/list/", authkey=ANDROID, cid=NEWS, time_from=0).json["programs"]
        return [each["id"] for each in found if each["has_record"]]

    assert records() == [1001, 1002, 1003]
    house.clock.now = NOW + 1199
    assert records() == [1001, 1002, 1003]
    house.clock.now = NOW + 1200
    assert records() == [1001, 1002, 1003, 1004]
    house.clock.now = NOW + 6 * DAY
    assert records() == [1001, 1002, 1003, 1004, 1005, 1006]
    house.clock.now = NOW + 6 * DAY + 1
    assert records() == [1002, 1003, 1004, 1005, 1006]


def test_without_a_subscription_the_guide_is_there_but_no_record(house: House) -> None:
    found = house.call("/program/list/", authkey=BASIC_ONLY, cid=SPORT, time_from=0).json["programs"]
    assert len(found) == 6
    assert {(each["has_record"], each["has_subscription"]) for each in found} == {(0, 0)}


def test_a_new_guide_is_listed_at_once(house: House) -> None:
    assert programmes(house, time_from=NOW + 2 * HOUR) == [1005, 1006]
    house.gate.apply(Update(101, guides={101: ()}))
    assert programmes(house, time_from=NOW + 2 * HOUR) == []


def following(house: House, **params: Any) -> Any:
    return house.call("/channel/programs/", authkey=ANDROID, **({"cid": NEWS} | params))


def test_what_is_on_next(house: House) -> None:
    def ids(**params: Any) -> list[int]:
        return [each["id"] for each in following(house, **params).json["programs"]]

    assert ids() == [1003, 1004, 1005, 1006]
    assert ids(limit=2) == [1003, 1004]
    assert ids(timeshift_offset=24, limit=1) == [1001]
    assert ids(cid=ADULT) == []
    assert [following(house, limit=limit).json["error"] for limit in (0, 101, -1)] == [1, 1, 1]
    assert following(house, timeshift_offset=25).json["error"] == 1


def test_what_is_on_may_be_kept_until_it_is_over(house: House) -> None:
    assert following(house).headers["cache-control"] == "private, max-age=1200"
    assert following(house, cid=ADULT).headers["cache-control"] == "private, max-age=0"
