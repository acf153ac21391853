"""A message and a command, from the records through the feed into AccountStatus of a real gate, and back."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from tests.factories import make_account
from tests.factories.messaging import ACTOR, make_command, make_message
from tests.factories.subscribers import make_device, make_session
from tests.hotpath.gate.callers import House as GateHouse

from headend.hotpath.gate import Gate, GateSettings
from headend.kernel.sealing import new_key
from headend.messaging.actions import read_message, withdraw_command
from headend.roles import gate_feed
from headend.roles.gate_feed import Feed
from headend.roles.gate_records import DjangoRecords

KEY = new_key()


class House(GateHouse):
    """The gate in front of the test database."""

    def __init__(self) -> None:
        self.records = DjangoRecords(KEY)
        settings = GateSettings(public_url="http://tv.example", secret="a secret of the playlists", version="1")
        self.gate = Gate(self.records, time.time, settings, None)
        self.feed: Feed = gate_feed.feed(self.gate, self.records, KEY, "http://tv.example")

    def status(self, account: Any, token: str) -> Any:
        assert self.feed.catch_up(10)
        return self.call("/account/status/", client_id=account.operator_id, authkey=token).json


@pytest.fixture
def house(transactional_db: None) -> Iterator[House]:
    """Its feed is started by the test, once there is what the first snapshot is to hold."""
    made = House()
    yield made
    made.feed.stop()
    made.gate._asking.close()


def test_a_message_and_a_command_reach_the_next_status(house: House) -> None:
    account, other = make_account(), make_account()
    token = make_session(account=account, device=make_device(account=account))[1]
    others = make_session(account=other, device=make_device(account=other))[1]
    house.feed.start()
    assert house.status(account, token)["has_new_messages"] == 0
    message = make_message(account=account, subject="Works")
    make_command(account=account, kind=3)
    first, second = house.status(account, token), house.status(account, token)
    assert (first["message"]["subject"], first["command"]["type"], first["has_new_messages"]) == ("Works", 3, 1)
    assert (second["message"], second["command"]["type"], second["has_new_messages"]) == ({}, 0, 1)
    assert house.status(other, others)["has_new_messages"] == 0
    read_message(account=account, number=str(message.uuid), now=timezone.now())
    assert house.status(account, token)["has_new_messages"] == 0


def test_a_command_alone_does_too_until_it_is_withdrawn(house: House) -> None:
    account = make_account()
    tokens = [make_session(account=account, device=make_device(account=account))[1] for _ in range(2)]
    house.feed.start()
    for token in tokens:
        assert house.status(account, token)["command"]["type"] == 0
    command = make_command(account=account, kind=2)
    assert house.status(account, tokens[0])["command"]["type"] == 2
    withdraw_command(actor=ACTOR, command=command)
    assert house.status(account, tokens[1])["command"]["type"] == 0
    assert house.gate.state.accounts[account.pk].account.mail is None
