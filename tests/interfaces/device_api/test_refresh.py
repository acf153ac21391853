"""A change of an operator's channels reaches every list at once, but not every device comes for it at once."""

from dataclasses import replace
from typing import Any

from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import BASIC, CHANNELS, LINEUP, NEWS, NOW, SNAPSHOT, SPORTS, account, session, token

from headend.playback.ports import Update

WINDOW = 100
DEVICES = [token(f"d{number}") for number in range(400)]


def crowd() -> House:
    """A gate with 400 accounts, each with one device that has its channel list."""
    house = House(list_refresh_seconds=WINDOW)
    accounts = tuple(account(1000 + number, BASIC) for number in range(len(DEVICES)))
    sessions = tuple(session(each, 1000 + number) for number, each in enumerate(DEVICES))
    house.gate.apply(Update(101, accounts=accounts, sessions=sessions))
    assert not any(told(house, each) for each in DEVICES)
    return house


def told(house: House, device: str) -> int:
    answer: Any = house.call("/account/status/", authkey=device).json
    return int(answer["channel_list_changed"])


def rename(house: House, change: int, name: str) -> None:
    channels = (replace(CHANNELS[0], names=(name, "")), *CHANNELS[1:])
    house.gate.apply(Update(change, lineups=(replace(LINEUP, channels=channels),)))


def test_devices_are_told_one_after_the_other() -> None:
    house = crowd()
    rename(house, 102, "Renamed")
    assert house.call("/channel/list/", authkey=DEVICES[0]).json["channels"][0]["name"] == "Renamed"
    so_far = 0
    for tenth in range(1, 11):
        house.clock.now = NOW + tenth * WINDOW / 10
        now_told = sum(told(house, each) for each in DEVICES[1:])
        assert 25 <= now_told - so_far <= 55  # of 400, a tenth in each tenth
        so_far = now_told
    assert so_far == len(DEVICES) - 1


def test_further_changes_put_nobody_off() -> None:
    """Somebody edits all day long: who does not have the first of the changes is told of it in its time."""
    house = crowd()
    for second in range(0, WINDOW + 1, 10):
        house.clock.now = NOW + second
        rename(house, 102 + second, f"Renamed {second}")
    assert all(told(house, each) for each in DEVICES)


def test_a_snapshot_is_no_change() -> None:
    house = crowd()
    house.clock.now += WINDOW
    house.gate.apply(SNAPSHOT)
    accounts = tuple(account(1000 + number, BASIC) for number in range(3))
    house.gate.apply(Update(102, accounts=accounts, sessions=(session(DEVICES[0], 1000), session(DEVICES[1], 1001))))
    assert told(house, DEVICES[0]) == 0


def test_what_is_an_accounts_own_is_told_at_once() -> None:
    house = crowd()
    house.gate.apply(Update(102, accounts=(account(1007, BASIC, SPORTS),)))
    assert [told(house, each) for each in DEVICES[6:9]] == [0, 1, 0]
    assert house.call("/channel/url/", authkey=DEVICES[7], cid=NEWS, redirect=0).json["error"] == 0
