"""Who has nothing to do leaves the machine to others: ingest runs beside all else, day and night."""

import time

import pytest
from tests.actions.ingest.conftest import Site

from headend.ingest.actions.engine import Engine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


def test_who_has_nothing_to_do_sleeps(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[float] = []
    turn = Engine.turn

    def counted(engine: Engine) -> bool:
        turns.append(time.monotonic())
        return turn(engine)

    monkeypatch.setattr(Engine, "turn", counted)
    site.work(until=lambda _: bool(turns) and time.monotonic() - turns[0] > 2)
    assert len(turns) <= 5  # the first, and one a second


def test_who_ends_when_all_is_worked_off_waits_for_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headend.ingest.actions.engine.IDLE_TICK", 60.0)
    started = time.monotonic()
    site.work()
    assert time.monotonic() - started < 30
