"""Scenarios of the calls for reports of watching."""

from datetime import UTC, datetime, timedelta

import time_machine
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused

from headend.audience.models import View
from headend.subscribers.models import OperatorDeviceType

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def push(house: House, **params: object) -> Answer:
    return house.ask("StatPush", **{"channel_id": house.channels[0].pk, "channel_session": 7} | params)


@good("StatPush")
def _(house: House) -> Answer:
    with time_machine.travel(NOON, tick=False) as clock:
        first = push(house, program_id=5, type="pvr", timeshift_offset=2)
        clock.shift(timedelta(minutes=5))
        answer = push(house, type="pvr", timeshift_offset=2)
        assert push(house, channel_session=8, channel_id=house.channels[1].pk).error == first.error == 0
    newer, older = View.objects.all()
    assert (newer.channel, older.channel) == (house.channels[1], house.channels[0])
    assert (older.began_at, older.last_report_at, older.programme) == (NOON, NOON + timedelta(minutes=5), 5)
    return answer


@refused("StatPush", 1)
def _(house: House) -> Answer:
    assert push(house, channel_id=10**9).error == push(house, type="radio").error == 1
    assert not View.objects.exists()
    return push(house, channel_session=None)


@refused("StatPush", 3)
def _(house: House) -> Answer:
    OperatorDeviceType.objects.update(reports_enabled=False)
    return push(house)


@refused("StatPush", 4)
def _(house: House) -> Answer:
    with time_machine.travel(NOON, tick=False):
        assert push(house).error == 0
        return push(house)


never("StatPush", {2: "views are kept in the records; while these are away every call answers HTTP 503"})


@good("CustomerStatsInfo")
def _(house: House) -> Answer:
    return house.ask("CustomerStatsInfo")


@refused("CustomerStatsInfo", 3)
def _(house: House) -> Answer:
    OperatorDeviceType.objects.update(reports_enabled=False)
    return house.ask("CustomerStatsInfo")
