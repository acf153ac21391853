"""What streaming servers ask about tokens: the verdict in the HTTP status and in the body."""

from dataclasses import replace
from typing import Any

import pytest
from tests.hotpath.gate.callers import Got, House
from tests.hotpath.gate.snapshots import (
    ANDROID,
    BASIC,
    BASIC_ONLY,
    EXPIRED,
    FOREIGN,
    LINEUP,
    LINEUP_2,
    MAG,
    NEWS,
    NOW,
    account,
    server,
    session,
    token,
)

from headend.delivery.rules import StreamToken, TokenKey, sign_stream_token
from headend.hotpath.gate.token_checks import ASK_AGAIN_AFTER
from headend.playback.ports import Update
from headend.playback.rules import PLAY_LAPSES_AFTER

PATHS = ("/tvmiddleware/api/streamservice/token/check/", "/streaming/api/streamservice/token/check")
SECRET = "a secret that a streaming server has too"


def check(house: House, token_: str, path: str = PATHS[0], **params: Any) -> int:
    got: Got = house.get(path, token=token_, **params)
    number = int(got.json["error"])
    assert got.status == (403 if number else 200)
    return number


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("who", "name", "number"),
    [
        (ANDROID, "news", 0),
        (ANDROID, "/news/", 0),
        (ANDROID, "", 0),
        (ANDROID, "12", 0),  # the prefix may be left out
        (ANDROID, "hd/12", 0),
        (BASIC_ONLY, "hd/12", 2),
        (ANDROID, "21", 2),  # another operator's
        (FOREIGN, "21", 0),
        (ANDROID, "15", 2),  # disabled
        (EXPIRED, "news", 1),
        ("x" * 32, "news", 1),
        ("", "news", 1),
        ("x" * 5000, "news", 1),
    ],
)
def test_sessions_tokens(house: House, path: str, who: str, name: str, number: int) -> None:
    assert check(house, who, path, name=name) == number


def test_it_goes_on_by_post_and_says_when_to_ask_again(house: House) -> None:
    got = house.ask("POST", PATHS[1], body=f"token={ANDROID}&name=news&ip=198.51.100.7".encode())
    assert (got.status, got.headers["x-userid"]) == (200, "10001")
    assert got.headers["x-authduration"] == str(ASK_AGAIN_AFTER)
    assert ASK_AGAIN_AFTER < PLAY_LAPSES_AFTER
    assert "x-userid" not in house.get(PATHS[1], token=EXPIRED).headers


def test_a_session_that_ends_takes_its_token_with_it(house: House) -> None:
    assert check(house, ANDROID, name="news") == 0
    house.call("/logout/", authkey=ANDROID)
    assert check(house, ANDROID, name="news") == 1
    house.gate.apply(Update(101, sessions=(session(MAG, 501, device_is_enabled=False),)))
    assert check(house, MAG, name="news") == 1


def test_another_process_opened_the_session(house: House) -> None:
    new = token("new")
    house.records.sessions = {session(new, 502).token_digest: session(new, 502)}
    assert check(house, new, name="news") == 0


def test_asking_counts_as_watching(house: House) -> None:
    """Players that never send a beat keep their place as long as their server asks."""
    house.gate.apply(Update(101, sessions=(session(token("third"), 501),)))
    for device in (ANDROID, MAG):
        house.call("/channel/url/", authkey=device, cid=NEWS, redirect=0)
    house.clock.now += PLAY_LAPSES_AFTER - 1
    assert [check(house, device, name="news") for device in (ANDROID, MAG)] == [0, 0]
    house.clock.now += PLAY_LAPSES_AFTER - 1
    assert check(house, token("third"), name="news") == 2  # the account watches with all devices that it may


def bound(house: House, **changes: Any) -> None:
    house.gate.apply(Update(101, lineups=(replace(LINEUP, servers=(server(1, **changes),)),)))


def test_addresses_count_only_where_a_server_binds_them(house: House) -> None:
    house.call("/channel/url/", authkey=ANDROID, cid=NEWS, redirect=0)  # from 192.0.2.1
    assert check(house, ANDROID, name="news", ip="192.0.2.9") == 0
    bound(house, bind_token_to_address=True)
    assert check(house, ANDROID, name="news", ip="192.0.2.9") == 3
    assert check(house, ANDROID, name="news", ip="192.0.2.1") == 0
    assert check(house, ANDROID, name="news") == 0
    bound(house, bind_token_to_address=True, channels=frozenset([12]))
    assert check(house, ANDROID, name="news", ip="192.0.2.9") == 0


def signed(
    stream: str = "news", expires: int = NOW + 60, address: str = "", secret: str = SECRET, who: int = 501
) -> str:
    return sign_stream_token(StreamToken(stream, who, "session", expires, address), TokenKey(secret))


@pytest.mark.parametrize(
    ("text", "params", "number"),
    [
        (signed(), {"name": "news"}, 0),
        (signed("12"), {"name": "hd/12"}, 0),
        (signed(), {"name": "12"}, 2),
        (signed("12", who=502), {"name": "12"}, 2),  # not in the account's tariff any more
        (signed(who=503), {"name": "news"}, 1),
        (signed(who=601), {"name": "news"}, 1),  # another operator's account
        (signed(expires=NOW), {"name": "news"}, 1),
        (signed(secret="another secret"), {"name": "news"}, 1),
        (signed(address="192.0.2.1"), {"name": "news", "ip": "192.0.2.1"}, 0),
        (signed(address="192.0.2.1"), {"name": "news", "ip": "192.0.2.2"}, 3),
        (signed()[:-2] + "AA", {"name": "news"}, 1),
    ],
)
def test_tokens_that_a_server_signed(house: House, text: str, params: dict[str, str], number: int) -> None:
    bound(house, token_key=TokenKey(SECRET))
    house.gate.apply(Update(102, lineups=(LINEUP_2,), accounts=(account(502, BASIC),)))
    assert check(house, text, **params) == number
