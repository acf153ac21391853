"""What the gate does when the records are away, and what it says about itself."""

import asyncio
import threading
from typing import Any

from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import ANDROID, BASIC, BASIC_ONLY, KEY, MAG, NEWS, NOW, SNAPSHOT, SPORT, account

from headend.hotpath.gate import Gate, GateSettings
from headend.kernel.tokens import digest_of
from headend.playback.ports import Update
from headend.subscribers.rules import Refused, SignInRefusal


def test_everything_but_signing_in_goes_on(house: House) -> None:
    house.records.is_away = True
    house.clock.now += 3600
    for path, params in (
        ("/account/status/", {}),
        ("/channel/list/", {}),
        ("/channel/url/", {"cid": NEWS, "redirect": 0}),
        ("/channel/programs/", {"cid": NEWS}),
        ("/program/list/", {"cid": NEWS}),
        ("/program/url/", {"cid": NEWS, "pid": 1001, "redirect": 0}),
        ("/category/list/", {}),
        ("/health/check/", {}),
    ):
        assert house.call(path, authkey=ANDROID, **params).json["error"] == 0
    assert house.call("/login/", key=KEY, abonement=10_001, password="p").json["error"] == 7
    assert house.call("/channel/list/", authkey="unknown").json["error"] == 403


def test_health_tells_of_a_snapshot_that_may_be_old(house: House) -> None:
    assert house.gate.health() == {
        "ok": True,
        "stale": False,
        "change": 100,
        "age_seconds": 0.0,
        "operators": 2,
        "accounts": 5,
        "sessions": 6,
        "beats_waiting": 0,
    }
    house.clock.now += 31
    assert (house.gate.health()["ok"], house.gate.health()["age_seconds"]) == (False, 31.0)
    answer = house.call("/health/check/", check_db_conn=1).json
    assert (answer["alive"], answer["connection_errors"]) == (0, ["database"])
    assert house.call("/health/check/").json["connection_errors"] == []
    house.gate.apply(Update(100))
    assert house.gate.health()["ok"] is True


def test_health_tells_of_records_that_did_not_answer(house: House) -> None:
    house.records.is_away = True
    house.call("/login/", key=KEY, abonement=1)
    assert house.gate.health()["ok"] is False
    house.records.is_away = False
    house.call("/login/", key=KEY, abonement=1)
    assert house.gate.health()["ok"] is True


def test_before_the_first_snapshot_nobody_is_known() -> None:
    house = House()
    empty = Gate(house.records, house.clock, GateSettings("http://h", "s" * 32), house.gate._next_app)
    assert empty.health()["age_seconds"] is None
    assert empty.health()["ok"] is False
    house.gate = empty
    assert house.call("/channel/list/", authkey=ANDROID).json["error"] == 403
    assert house.call("/login/", key=KEY).json["error"] == 4


def test_beats_are_written_in_batches_and_kept_while_the_records_are_away(house: House) -> None:
    house.call("/account/status/", authkey=ANDROID)
    house.records.is_away = True
    asyncio.run(house.gate.write())
    house.clock.now += 100
    house.call("/account/status/", authkey=MAG)
    assert house.gate.health()["beats_waiting"] == 2
    house.records.is_away = False
    asyncio.run(house.gate.write())
    assert house.records.beats == {
        digest_of(ANDROID): (NOW, "192.0.2.1"),
        digest_of(MAG): (NOW + 100, "192.0.2.1"),
    }
    assert house.gate.health()["beats_waiting"] == 0


def test_asking_for_a_stream_is_a_beat_too(house: House) -> None:
    house.call("/channel/url/", authkey=ANDROID, cid=NEWS)
    asyncio.run(house.gate.write())
    assert list(house.records.beats) == [digest_of(ANDROID)]


def test_beats_are_written_at_the_end_and_regularly() -> None:
    house = House(beat_seconds=0.01)

    async def run() -> None:
        await house.gate.start()
        while not house.records.beats:
            house.gate._accounts.beats.note("a", 1, "")
            await asyncio.sleep(0.01)
        house.gate._accounts.beats.note("b", 2, "")
        await house.gate.stop()

    asyncio.run(run())
    assert house.records.beats == {"a": (1, ""), "b": (2, "")}


def test_updates_come_from_another_thread_and_are_in_force_when_apply_returns() -> None:
    house = House()
    seen: list[Any] = []

    def project() -> None:
        for change in range(101, 111):
            house.gate.apply(Update(change, accounts=(account(501, BASIC, status_reason=f"R{change}"),)))
            current = house.gate.state.accounts[501].account
            seen.append(current and current.status_reason)
        house.gate.apply(SNAPSHOT)
        current = house.gate.state.accounts[501].account
        seen.append(current and current.status_reason)

    async def run() -> None:
        await house.gate.start()
        thread = threading.Thread(target=project)
        thread.start()
        await asyncio.to_thread(thread.join)
        await house.gate.stop()

    asyncio.run(run())
    assert seen == [f"R{change}" for change in range(101, 111)] + ["ACTIVE"]


def test_figures(house: House) -> None:
    house.call("/account/status/", authkey=ANDROID)
    house.call("/channel/list/", authkey="unknown")
    metrics = {metric.name: metric for metric in house.gate.collect()}
    answers = {(s.labels["call"], s.labels["error"]): s.value for s in metrics["headend_gate_answers"].samples}
    assert answers == {("account_status", "0"): 1, ("channel_list", "403"): 1}
    assert metrics["headend_gate_sessions"].samples[0].value == 6
    assert metrics["headend_gate_age_seconds"].samples[0].value == 0


def test_refusals_are_written_and_kept_while_the_records_are_away(house: House) -> None:
    for _ in range(2):
        assert house.call("/channel/url/", authkey=BASIC_ONLY, cid=SPORT).json["error"] == 404
    house.records.is_away = True
    asyncio.run(house.gate.write())
    house.records.is_away = False
    asyncio.run(house.gate.write())
    (refused,) = house.records.refused_plays
    # Each call of the tests is made both ways, by the lane and by ASGI.
    assert (refused.channel_id, refused.reason, refused.times) == (SPORT, "not_in_tariff", 4)


def test_refused_sign_ins_are_written_where_the_account_is_known(house: House) -> None:
    def sign_in(answer: Refused) -> None:
        house.records.answer = answer
        house.call("/login/", key=KEY, abonement=10_001, password="a secret", device_uid="02:00" * 40)

    for answer in (
        Refused(SignInRefusal.NO_ACCOUNT),
        Refused(SignInRefusal.CODE_SENT, account_id=5),
        Refused(SignInRefusal.WRONG_PASSWORD, account_id=5),
    ):
        sign_in(answer)
    asyncio.run(house.gate.write())
    (refused,) = house.records.refused_sign_ins
    assert (refused.account_id, refused.reason, refused.address) == (5, "wrong_password", "192.0.2.1")
    assert len(refused.device_uid) == 200
    assert "a secret" not in str(refused)
