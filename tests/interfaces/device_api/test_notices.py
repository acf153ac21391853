"""What waits for an account: asked for once, told once, and nobody else is slower for it."""

from dataclasses import replace
from typing import Any

from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import ANDROID, BASIC_ONLY, MAG, NOW, SNAPSHOT

from headend.messaging.rules import FOREVER, Mail, Notices, ToldCommand, ToldMessage
from headend.playback.ports import Update

TOLD = Notices(
    ToldMessage("Works", "<p>Tonight & tomorrow</p>", no_confirmation=True),
    ToldCommand(3, needs_confirmation=True, deep_link="app://tv", text="Restart", image_url="/media/a.png"),
)


def put(house: House, mail: Mail | None) -> None:
    (account,) = (each for each in SNAPSHOT.accounts if each.id == 501)
    house.gate.apply(Update(change=house.gate.state.change + 1, accounts=(replace(account, mail=mail),)))


def status(house: House, token: str = ANDROID) -> Any:
    return house.call("/account/status/", authkey=token).json


def test_what_waits_is_told_once(house: House) -> None:
    put(house, Mail(True, FOREVER))
    house.records.notices = [TOLD]
    first, second = status(house), status(house)
    assert first["message"] == {"subject": "Works", "text": "<p>Tonight & tomorrow</p>", "no_confirmation": 1}
    assert first["command"] == {
        "type": 3,
        "user_confirmation": 1,
        "deep_link": "app://tv",
        "accompanying_text_to_command": "Restart",
        "image_for_command": "/media/a.png",
    }
    assert (second["message"], second["command"]["type"], second["has_new_messages"]) == ({}, 0, 1)
    assert len(house.records.noticed) == 1


def test_each_device_of_the_account_asks_and_others_do_not(house: House) -> None:
    put(house, Mail(False, NOW + 60))
    house.records.notices = [TOLD, TOLD]
    assert status(house)["command"]["type"] == 3
    got = house.call("/account/status/", authkey=MAG, device="mag").xml
    assert (got.findtext("command/type"), got.findtext("message/subject")) == ("3", "Works")
    assert status(house, BASIC_ONLY)["command"]["type"] == 0
    assert len(house.records.noticed) == 2


def test_news_of_the_account_is_asked_for_again(house: House) -> None:
    put(house, Mail(True, FOREVER))
    assert status(house)["message"] == {}
    put(house, Mail(True, FOREVER))
    house.records.notices = [TOLD]
    assert status(house)["message"]["subject"] == "Works"


def test_nothing_is_asked_when_only_unread_messages_are_there_or_a_command_has_expired(house: House) -> None:
    for mail in (Mail(True), Mail(True, NOW), None):
        put(house, mail)
        assert status(house)["has_new_messages"] == int(mail is not None)
    assert house.records.noticed == []


def test_records_that_are_away_keep_what_waits(house: House) -> None:
    put(house, Mail(True, FOREVER))
    house.records.is_away = True
    assert (status(house)["status"], status(house)["message"]) == (0, {})
    house.records.is_away, house.records.notices = False, [TOLD]
    assert status(house)["message"]["subject"] == "Works"
