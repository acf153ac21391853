"""Devices that sign in at once go in groups, each is answered for itself, and nobody waits for ever."""

import asyncio
import threading
from collections.abc import Sequence

import pytest
from tests.hotpath.gate.callers import FakeRecords

from headend.hotpath.gate import sign_ins
from headend.hotpath.gate.asking import Asking
from headend.hotpath.gate.errors import TooBusy
from headend.hotpath.gate.sign_ins import LARGEST_GROUP, MOST_GROUPS, SignIns
from headend.playback.ports import RecordsUnavailable
from headend.subscribers.rules import Refused, SignedIn, SignInRefusal, SignInRequest

REFUSED = (SignInRefusal.NO_ACCOUNT, SignInRefusal.INACTIVE)


class SlowRecords(FakeRecords):
    """Records that answer when the test lets them; even devices are refused otherwise than odd ones."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[int] = []
        self.goes_on = threading.Event()

    def sign_in_together(self, requests: Sequence[SignInRequest], now: int) -> list[SignedIn | Refused]:
        self.groups.append(len(requests))
        self.goes_on.wait(10)
        self._answer()
        return [Refused(REFUSED[int(request.device_uid) % 2]) for request in requests]


def storm(records: SlowRecords, devices: int) -> list[SignedIn | Refused | BaseException]:
    """So many devices at once; the records answer when all have come."""

    async def run() -> list[SignedIn | Refused | BaseException]:
        asking = Asking()
        door = SignIns(records, asking)
        requests = [SignInRequest(1, device_uid=str(number), address="") for number in range(devices)]
        visits = [asyncio.create_task(door.sign_in(request, 7)) for request in requests]
        await asyncio.sleep(0.05)
        records.goes_on.set()
        answers = await asyncio.gather(*visits, return_exceptions=True)
        asking.close()
        return answers

    return asyncio.run(run())


def test_all_get_their_own_answers_in_few_groups() -> None:
    records, devices = SlowRecords(), 3 * LARGEST_GROUP
    assert storm(records, devices) == [Refused(REFUSED[number % 2]) for number in range(devices)]
    assert (sum(records.groups), max(records.groups)) == (devices, LARGEST_GROUP)
    assert len(records.groups) <= MOST_GROUPS + 3


def test_a_device_that_comes_alone_does_not_wait() -> None:
    records = SlowRecords()
    assert storm(records, 1) == [Refused(SignInRefusal.NO_ACCOUNT)]
    assert records.groups == [1]


def test_all_of_a_group_hear_that_the_records_are_away() -> None:
    records = SlowRecords()
    records.is_away = True
    answers = storm(records, 5)
    assert [type(answer) for answer in answers] == [RecordsUnavailable] * 5


def test_when_too_many_wait_the_next_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_ins, "MOST_WAITING", 4)
    answers = storm(SlowRecords(), 10)
    refused = [isinstance(answer, TooBusy) for answer in answers]
    assert refused == [False] * (MOST_GROUPS + 4) + [True] * (10 - MOST_GROUPS - 4)


def test_who_signs_in_by_code_goes_alone() -> None:
    async def run() -> SignedIn | Refused:
        asking = Asking()
        answer = await SignIns(records, asking).sign_in(SignInRequest(1, phone="39123", by_code=True, address=""), 7)
        asking.close()
        return answer

    records = SlowRecords()
    assert asyncio.run(run()) == records.answer
    assert (records.groups, len(records.asked)) == ([], 1)
