"""Login, Logout and AccountStatus: what is asked of the records, and what the gate makes of the answers."""

import asyncio
from dataclasses import replace

import pytest
from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import (
    ANDROID,
    BASIC,
    BASIC_ONLY,
    EXPIRED,
    KEY,
    LINEUP,
    MAG,
    NOW,
    PERSONAL,
    SPORTS,
    account,
    session,
    token,
)
from tests.interfaces.device_api.conftest import NEW, signed_in

from headend.hotpath.gate.accounts import ADDRESS_ATTEMPTS, NUMBER_ATTEMPTS
from headend.kernel.tokens import digest_of
from headend.playback.ports import HoldingView, Update
from headend.subscribers.rules import BoundDevice, Refused, SessionView, SignInRefusal, SignInRequest


def sign_in(house: House, number: int = 10_001, password: str = "wrong", address: str = "192.0.2.1") -> int:
    query = f"client_id=1&api_key={KEY.replace(' ', '+')}&abonement={number}&password={password}"
    error: int = house.ask("GET", "/tvmiddleware/api/login/", query, address=address).json["error"]
    return error


def test_what_is_asked(house: House) -> None:
    house.call(
        "/login/",
        key=KEY,
        abonement=10_001,
        password="geheim ü",
        device="mag",
        device_uid="02:00",
        device_serial="S1",
        device_model="MAG322",
        brand_name="Infomir",
        app_build_version="1.2",
        reset_block_status_reason=1,
        device_id_for_unbinding=5,
        phone_number="+39 06",
    )
    assert house.records.asked == [
        SignInRequest(
            operator_id=1,
            number=10_001,
            phone="+39 06",
            password="geheim ü",
            device_uid="02:00",
            device_type="mag",
            device_serial="S1",
            device_model="MAG322",
            device_brand="Infomir",
            software="1.2",
            address="192.0.2.1",
            reset_block=True,
            unbind_device_id=5,
        )
    ]


def test_a_phone_is_proved_by_a_code(house: House) -> None:
    house.call(
        "/login/", key=KEY, phone_number="390105550001", try_login_by_phone=1, validation_code="123456", profile_id=-1
    )
    assert house.records.asked == [
        SignInRequest(
            operator_id=1, phone="390105550001", by_code=True, code="123456", profile_id=-1, address="192.0.2.1"
        )
    ]


def test_a_session_is_known_at_once_and_those_that_made_room_are_gone(house: House) -> None:
    house.records.answer = signed_in(closed=(digest_of(ANDROID),))
    got = house.call("/login/", key=KEY, abonement=10_001, password="p")
    assert got.json["authkey"] == NEW
    assert got.cookies == [
        f"authkey={NEW}; HttpOnly; Max-Age=315360000; Path=/; SameSite=Lax",
        "device_uid=02:00:00:00:00:01; HttpOnly; Max-Age=315360000; Path=/; SameSite=Lax",
    ]
    assert house.call("/account/status/", authkey=NEW).json["status"] == 0
    assert house.call("/account/status/", authkey=ANDROID).json["status"] == 1


def test_over_https_a_portal_on_another_host_gets_the_cookie_too() -> None:
    house = House(public_url="https://tv.example.net")
    house.records.answer = signed_in()
    cookies = house.call("/login/", key=KEY).cookies
    assert all(cookie.endswith("SameSite=None; Secure") for cookie in cookies)
    assert len(cookies) == 2


def test_the_device_id_of_the_cookie_is_used_when_none_is_sent(house: House) -> None:
    house.call("/login/", key=KEY, headers={"cookie": 'device_uid="02:00"'})
    assert house.records.asked[0].device_uid == "02:00"


@pytest.mark.parametrize("reason", SignInRefusal)
def test_every_refusal_has_its_number(house: House, reason: SignInRefusal) -> None:
    numbers = {
        "no_account": 1,
        "wrong_password": 1,
        "password_needed": 1,
        "inactive": 2,
        "no_session": 3,
        "wrong_key": 4,
        "basic_limit": 5,
        "device_of_another": 6,
        "no_tariff": 8,
        "wrong_subnet": 9,
        "no_basic_devices": 10,
        "no_additional_devices": 11,
        "ambiguous_address": 12,
        "wrong_device_group": 15,
        "code_not_sent": 7,
        "code_sent": 17,
        "wrong_code": 18,
        "code_awaited": 21,
        "code_sent_too_often": 25,
        "bad_phone": 26,
        "wrong_unbinding": 27,
        "too_often": 28,
    }
    house.records.answer = Refused(reason, (BoundDevice(1, "02:00"),) if reason is SignInRefusal.BASIC_LIMIT else ())
    answer = house.call("/login/", key=KEY, abonement=10_001, password="p").json
    assert answer["error"] == numbers[reason.value]
    assert ("devices" in answer) == (reason is SignInRefusal.BASIC_LIMIT)


def test_devices_do_not_learn_whether_the_number_or_the_password_was_wrong(house: House) -> None:
    said = set()
    for reason in (SignInRefusal.NO_ACCOUNT, SignInRefusal.WRONG_PASSWORD, SignInRefusal.PASSWORD_NEEDED):
        house.records.answer = Refused(reason, account_id=5)
        said.add(house.call("/login/", key=KEY, abonement=10_001, password="p").body)
    assert len(said) == 1


def test_wrong_passwords_are_limited_by_account(house: House) -> None:
    assert [sign_in(house) for _ in range(NUMBER_ATTEMPTS + 2)] == [1] * NUMBER_ATTEMPTS + [28, 28]
    assert sign_in(house, address="198.51.100.7") == 28
    assert sign_in(house, number=10_002) == 1
    house.clock.now += 20
    assert [sign_in(house) for _ in range(2)] == [1, 28]


def test_who_is_shut_out_is_told_with_the_account_of_the_number(house: House) -> None:
    for number in (10_001, 99_999):
        assert [sign_in(house, number=number) for _ in range(NUMBER_ATTEMPTS + 3)][-3:] == [28] * 3
    asyncio.run(house.gate.write())
    (refused,) = house.records.refused_sign_ins
    assert (refused.account_id, refused.reason, refused.times) == (501, "too_often", 3)


def test_wrong_passwords_are_limited_by_address(house: House) -> None:
    for number in range(ADDRESS_ATTEMPTS):
        assert sign_in(house, number=number) == 1
    assert sign_in(house, number=99_999) == 28
    assert sign_in(house, number=99_999, address="198.51.100.7") == 1


def test_right_passwords_are_not_limited(house: House) -> None:
    house.records.answer = signed_in()
    assert {sign_in(house) for _ in range(3 * NUMBER_ATTEMPTS)} == {0}


def test_playlists_and_sign_ins_share_the_limit(house: House) -> None:
    for _ in range(NUMBER_ATTEMPTS):
        assert house.get("/get.php", username=10_002, password="x").status == 403
    assert house.get("/get.php", username=10_002, password="x").status == 429
    assert sign_in(house, number=10_002) == 28


def test_without_the_records_nobody_signs_in_and_no_attempt_counts(house: House) -> None:
    house.records.is_away = True
    assert {sign_in(house) for _ in range(2 * NUMBER_ATTEMPTS)} == {7}
    house.records.is_away = False
    assert sign_in(house) == 1


def test_a_new_account_is_waited_for(house: House) -> None:
    """The records know an account before the gate does; the device's next call must find it."""
    signed = signed_in()
    house.records.answer = replace(signed, session=replace(signed.session, account_id=777))
    scope_key = KEY.replace(" ", "%20")

    async def meanwhile() -> None:
        await house.gate.start()
        asyncio.get_running_loop().call_later(0.1, house.gate.apply, Update(101, accounts=(account(777, BASIC),)))
        sent: list[dict[str, object]] = []

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        async def receive() -> dict[str, object]:
            return {}

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/tvmiddleware/api/login/",
            "query_string": f"client_id=1&api_key={scope_key}&abonement=777&password=p".encode(),
            "headers": [],
            "client": None,
        }
        await house.gate(scope, receive, send)  # type: ignore[arg-type]
        assert b'"error":0' in sent[1]["body"]  # type: ignore[operator]
        assert house.gate.state.accounts[777].account is not None
        await house.gate.stop()

    asyncio.run(meanwhile())


# --- AccountStatus ---


@pytest.mark.parametrize(
    ("authkey", "expected"),
    [
        (ANDROID, {"status": 0, "status_reason": "ACTIVE", "is_active": 1}),
        (EXPIRED, {"status": 2, "status_reason": "INACTIVE", "is_active": 0}),
        ("unknown", {"status": 1, "status_reason": "", "is_active": 0}),
        ("", {"status": 1, "status_reason": "", "is_active": 0}),
    ],
)
def test_status(house: House, authkey: str, expected: dict[str, object]) -> None:
    answer = house.call("/account/status/", authkey=authkey).json
    assert {name: answer[name] for name in expected} == expected
    assert (answer["error"], answer["utc_time"]) == (0, NOW)
    assert "tariff_ids" not in answer


def test_status_of_a_blocked_account_and_of_a_disabled_device(house: House) -> None:
    blocked = account(501, BASIC, is_active=False, status_reason="BLOCK")
    disabled = session(BASIC_ONLY, 502, device_is_enabled=False)
    house.gate.apply(Update(101, accounts=(blocked,), sessions=(disabled,)))
    answer = house.call("/account/status/", authkey=ANDROID).json
    assert (answer["status"], answer["status_reason"]) == (2, "BLOCK")
    assert house.call("/account/status/", authkey=BASIC_ONLY).json["status"] == 1


def test_status_follows_the_tariffs(house: House) -> None:
    assert house.call("/account/status/", authkey=ANDROID, with_tariffs=1).json["tariff_ids"] == [BASIC, SPORTS]
    holdings = (HoldingView(BASIC, 0, NOW + 10),)
    house.gate.apply(Update(101, accounts=(replace(account(501), holdings=holdings),)))
    assert house.call("/account/status/", authkey=ANDROID, with_tariffs=1).json["tariff_ids"] == [BASIC]
    house.clock.now += 10
    assert house.call("/account/status/", authkey=ANDROID, with_tariffs=1).json["tariff_ids"] == []


def list_changed(house: House, authkey: str) -> int:
    changed: int = house.call("/account/status/", authkey=authkey, device="android").json["channel_list_changed"]
    return changed


def test_a_changed_list_is_told_until_it_is_fetched(house: House) -> None:
    house.call("/channel/list/", authkey=ANDROID)
    assert [list_changed(house, each) for each in (ANDROID, MAG, PERSONAL)] == [0, 0, 0]
    channels = (replace(LINEUP.channels[0], names=("Renamed", "")), *LINEUP.channels[1:])
    house.gate.apply(Update(101, lineups=(replace(LINEUP, channels=channels),)))
    assert [list_changed(house, ANDROID) for _ in range(2)] == [1, 1]
    assert house.call("/channel/list/", authkey=ANDROID).json["channels"][0]["name"] == "Renamed"
    assert [list_changed(house, each) for each in (ANDROID, MAG)] == [0, 1]


def test_other_tariffs_and_thoughts_of_the_account_change_its_list_alone(house: House) -> None:
    assert [list_changed(house, each) for each in (ANDROID, BASIC_ONLY, PERSONAL)] == [0, 0, 0]
    house.gate.apply(Update(101, accounts=(account(502, BASIC, SPORTS), account(504, BASIC, SPORTS))))
    assert [list_changed(house, each) for each in (ANDROID, BASIC_ONLY, PERSONAL)] == [0, 1, 1]


def test_streaming_servers_do_not_change_the_list(house: House) -> None:
    assert list_changed(house, ANDROID) == 0
    house.gate.apply(Update(101, lineups=(replace(LINEUP, servers=()),)))
    assert list_changed(house, ANDROID) == 0


# --- Logout ---


def test_signing_out(house: House) -> None:
    assert house.call("/logout/", authkey=ANDROID).json == {"error": 0, "error_message": ""}
    assert house.call("/channel/list/", authkey=ANDROID).json["error"] == 403
    assert house.call("/logout/", authkey=ANDROID).json["error"] == 403
    assert house.records.signed_out == [digest_of(ANDROID)]


def test_signing_out_without_the_records_is_written_later(house: House) -> None:
    house.records.is_away = True
    assert house.call("/logout/", authkey=ANDROID).json["error"] == 0
    assert house.call("/channel/list/", authkey=ANDROID).json["error"] == 403
    house.records.is_away = False
    asyncio.run(house.gate.write())
    assert house.records.signed_out == [digest_of(ANDROID)]


# --- sessions that another process opened ---


def test_a_session_that_only_the_records_know(house: House) -> None:
    other = token("other")
    house.records.sessions = {digest_of(other): session(other, 501)}
    assert house.call("/channel/list/", authkey=other).json["error"] == 0
    assert house.call("/channel/list/", authkey=other).json["error"] == 0
    assert house.records.looked_up == [digest_of(other)]


def test_a_session_that_nobody_knows_is_not_asked_for_again_and_again(house: House) -> None:
    for _ in range(3):
        assert house.call("/channel/list/", authkey="nobody's").json["error"] == 403
    assert len(house.records.looked_up) == 1
    house.clock.now += 10
    house.call("/channel/list/", authkey="nobody's")
    assert len(house.records.looked_up) == 2


def test_a_session_that_was_closed_here_is_not_asked_for(house: House) -> None:
    house.records.sessions = {digest_of(ANDROID): session(ANDROID, 501)}
    house.call("/logout/", authkey=ANDROID)
    assert house.call("/channel/list/", authkey=ANDROID).json["error"] == 403
    assert house.records.looked_up == []


def test_a_session_of_no_account_is_none(house: House) -> None:
    lost = SessionView(digest_of(token("lost")), 4242, None, "", "", False, "", NOW, NOW)
    house.records.sessions = {lost.token_digest: lost}
    assert house.call("/channel/list/", authkey=token("lost")).json["error"] == 403
