"""The feed against the test database: what is written in one thread reaches the gate from another."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from tests.factories import make_account, make_channel, make_operator, make_subscription, make_tariff

from headend.kernel.actor import system
from headend.kernel.sealing import new_key
from headend.kernel.tokens import digest_of
from headend.operators.actions import announce, save, save_operator
from headend.operators.models import Change, Operator
from headend.playback.ports import RecordsUnavailable, Update
from headend.playback.queries import Projection, ServerTools
from headend.roles import gate_feed
from headend.roles.gate_feed import ChangeLog, Feed, Gap
from headend.roles.gate_records import DjangoRecords
from headend.subscribers.rules import SignedIn, SignInRequest

ACTOR = system("test")
KEY = new_key()


class Gate:
    """Keeps what it is fed, and lets tests wait for something in it."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self._news = threading.Condition()

    def apply(self, update: Update) -> None:
        with self._news:
            self.updates.append(update)
            self._news.notify_all()

    def wait_for(self, wanted: Any) -> Update:
        """The first update that `wanted` says yes to; fails after ten seconds."""
        with self._news:
            assert self._news.wait_for(lambda: any(map(wanted, self.updates)), 10), self.updates
            return next(filter(wanted, self.updates))

    def forget(self) -> None:
        with self._news:
            self.updates.clear()


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def records() -> DjangoRecords:
    return DjangoRecords(KEY)


@pytest.fixture
def feed(gate: Gate, records: DjangoRecords, transactional_db: None) -> Iterator[Feed]:
    made = gate_feed.feed(gate, records, KEY, "http://tv.example")
    yield made
    made.stop()


@pytest.fixture
def running(feed: Feed, gate: Gate) -> Feed:
    feed.start()
    gate.wait_for(lambda update: update.is_complete)
    return feed


def test_begins_with_a_snapshot_of_everything(transactional_db: None, feed: Feed, gate: Gate) -> None:
    channel = make_channel()
    account = make_account(operator=channel.operator)
    announce(operator_id=channel.operator_id, entity="catalog.channel", object_ids=[channel.pk])
    feed.start()
    update = gate.wait_for(lambda update: update.is_complete)
    assert update.change == Change.objects.get().pk
    assert [operator.id for operator in update.operators] == [channel.operator_id]
    assert [[c.id for c in lineup.channels] for lineup in update.lineups] == [[channel.pk]]
    assert [a.id for a in update.accounts] == [account.pk]
    assert feed.catch_up(10)
    health = feed.health()
    assert (health["ok"], health["change"], "error" in health) == (True, update.change, False)


def test_a_change_reaches_the_gate(running: Feed, gate: Gate) -> None:
    operator = save_operator(actor=ACTOR, operator=Operator(name="New"))
    assert gate.wait_for(lambda u: [o.name for o in u.operators] == ["New"]).change == Change.objects.get().pk
    operator.name = "Newer"
    save_operator(actor=ACTOR, operator=operator)
    gate.wait_for(lambda u: [o.name for o in u.operators] == ["Newer"])


def test_catching_up_means_that_the_gate_knows(running: Feed, gate: Gate) -> None:
    for number in range(3):
        save_operator(actor=ACTOR, operator=Operator(name=f"Operator {number}"))
        assert running.catch_up(10)
        assert f"Operator {number}" in {o.name for u in gate.updates for o in u.operators}


def test_silence_is_news_too(running: Feed, gate: Gate) -> None:
    gate.forget()
    assert gate.wait_for(lambda update: True) == Update(change=0)


def test_change_that_is_rolled_back_is_no_news(running: Feed, gate: Gate) -> None:
    account = make_account()
    assert running.catch_up(10)
    gate.forget()
    announce(operator_id=account.operator_id, entity="subscribers.account", object_ids=[account.pk])
    update = gate.wait_for(lambda u: u.accounts)
    assert [a.number for a in update.accounts] == [account.number]


@contextmanager
def database_away(running: Feed, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The feed cannot reach its database; entered once the feed has noticed."""
    noticed = threading.Event()

    def fail(*_: Any) -> None:
        noticed.set()
        raise OperationalError("the server is gone")

    with monkeypatch.context() as patch:
        patch.setattr(ChangeLog, "read", fail)
        patch.setattr(gate_feed, "last_change", fail)
        assert noticed.wait(10)
        assert not running.catch_up(0.5)
        yield


def test_goes_on_when_the_database_comes_back(
    running: Feed, gate: Gate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with database_away(running, monkeypatch):
        gate.forget()
        assert running.health()["error"] == "OperationalError: the server is gone"
        save_operator(actor=ACTOR, operator=Operator(name="Meanwhile"))
    gate.wait_for(lambda u: [operator.name for operator in u.operators] == ["Meanwhile"])
    assert not any(update.is_complete for update in gate.updates)
    assert running.catch_up(10)
    assert "error" not in running.health()
    assert caplog.text.count("the gate is not fed") == 1


def test_begins_anew_when_an_older_database_comes_back(
    running: Feed, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_operator(actor=ACTOR, operator=Operator(name="Lost"))
    assert running.catch_up(10)
    with database_away(running, monkeypatch):
        gate.forget()
        Operator.objects.all().delete()
        Change.objects.all().delete()
    assert gate.wait_for(lambda update: update.is_complete) == Update(0, is_complete=True, programme_categories={})


def test_begins_anew_after_an_hour_of_silence(running: Feed, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    with database_away(running, monkeypatch):
        gate.forget()
        monkeypatch.setattr(gate_feed, "START_ANEW_AFTER_SECONDS", 0.0)
    gate.wait_for(lambda update: update.is_complete)


def test_update_that_fails_half_way_is_made_up_for(running: Feed, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = threading.Event()

    def fail(*_: Any) -> None:
        failed.set()
        raise OperationalError("gone in the middle")

    with monkeypatch.context() as patch:
        patch.setattr("headend.playback.queries.projection.lineup_of", fail)
        save_operator(actor=ACTOR, operator=Operator(name="New"))
        assert failed.wait(10)
        gate.forget()
    update = gate.wait_for(lambda update: update.is_complete)
    assert [operator.name for operator in update.operators] == ["New"]


def test_a_defect_is_logged_and_the_feed_begins_anew(
    running: Feed, gate: Gate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gate.forget()
    with monkeypatch.context() as patch:
        patch.setattr(Projection, "after", lambda *_: 1 / 0)
        deadline = time.monotonic() + 10
        while "ZeroDivisionError" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.02)
    assert "ZeroDivisionError" in caplog.text
    gate.wait_for(lambda update: update.is_complete)


def test_database_that_was_put_back_in_time_is_read_anew(
    running: Feed, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_operator(actor=ACTOR, operator=Operator(name="Lost"))
    assert running.catch_up(10)
    gate.forget()
    monkeypatch.setattr(gate_feed, "LOOK_FOR_ANOTHER_DATABASE_SECONDS", 0.0)
    assert running.catch_up(10)
    assert not any(update.is_complete for update in gate.updates)
    Change.objects.all().delete()
    assert gate.wait_for(lambda update: update.is_complete).change == 0


def test_first_sign_in_that_activates_is_known_to_the_gate_when_it_is_answered(
    running: Feed, gate: Gate, records: DjangoRecords
) -> None:
    account = make_account(is_active=False, auto_activation_days=5)
    make_subscription(account=account)
    announce(operator_id=account.operator_id, entity="subscribers.account", object_ids=[account.pk])
    request = SignInRequest(account.operator_id, number=account.number, password="sesame-1234", device_uid="u")
    answer = records.sign_in(request, int(time.time()))
    assert isinstance(answer, SignedIn)
    assert answer.account_changed
    assert True in {a.is_active for u in gate.updates for a in u.accounts}
    assert records.find_session(answer.session.token_digest) == answer.session
    records.remember_beats({answer.session.token_digest: (answer.session.created + 60, "192.0.2.1")})
    found = records.find_session(answer.session.token_digest)
    assert found is not None
    assert (found.last_seen, found.address) == (answer.session.created + 60, "192.0.2.1")
    records.sign_out(answer.session.token_digest)
    assert records.find_session(answer.session.token_digest) is None
    gate.wait_for(lambda u: answer.session.token_digest in u.removed_sessions)


@pytest.mark.django_db(transaction=True)
def test_records_out_of_reach_are_said_so(records: DjangoRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise OperationalError("the server is gone")

    monkeypatch.setattr("headend.subscribers.actions.sign_out", fail)
    with pytest.raises(RecordsUnavailable, match="the server is gone"):
        records.sign_out(digest_of("x"))
    assert records.find_session(digest_of("x")) is None


@pytest.mark.django_db
def test_round_without_news_asks_the_database_once(django_assert_num_queries: Any) -> None:
    make_channel(operator=make_operator(), guide_channel=None)
    tariff = make_tariff()
    save(actor=ACTOR, obj=tariff)
    gate = Gate()
    feed = Feed(gate, Projection(ServerTools({}, KEY)))
    feed._look()
    with django_assert_num_queries(1):
        feed._look()
    assert [update.is_complete for update in gate.updates] == [True, False]
    assert connection.in_atomic_block


def test_rows_that_are_committed_late_are_still_read() -> None:
    log = ChangeLog(position=10)
    log.take([11, 14, 15], 1.0)
    assert (log.position, log.gaps) == (15, [Gap(12, 13, 1.0)])
    log.take([13, 17], 2.0)
    assert (log.position, log.gaps) == (17, [Gap(12, 12, 1.0), Gap(16, 16, 2.0)])
    log.take([12], 3.0)
    assert (log.position, log.gaps) == (17, [Gap(16, 16, 2.0)])
    log.take([], 2.0 + ChangeLog.GAP_SECONDS)
    assert (log.position, log.gaps) == (17, [])


def test_gaps_in_the_middle_are_split() -> None:
    log = ChangeLog(position=0)
    log.take([10], 1.0)
    log.take([3, 4, 8], 2.0)
    assert log.gaps == [Gap(1, 2, 1.0), Gap(5, 7, 1.0), Gap(9, 9, 1.0)]


@pytest.mark.django_db
def test_reading_goes_back_for_gaps() -> None:
    Change.objects.bulk_create([Change(id=n, entity="x") for n in (1, 2, 5)])
    log = ChangeLog.from_here()
    assert (log.position, [(g.first, g.last) for g in log.gaps]) == (5, [(3, 4)])
    assert log.read() == []
    Change.objects.bulk_create([Change(id=n, entity="x") for n in (4, 6)])
    assert [row.pk for row in log.read()] == [4, 6]
    assert log.read() == []
    assert [(g.first, g.last) for g in log.gaps] == [(3, 3)]
