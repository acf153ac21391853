"""One process at a time: who takes over, when, and what becomes of the one that was only slow."""

import threading
import time

import pytest
from django.db import connection
from tests.at_once import at_once

from headend.ingest.actions import lease
from headend.ingest.actions.lease import Fence, beating, release, take, the_lease
from headend.ingest.errors import LeaseLost
from headend.ingest.models import LogEntry
from headend.operators.models import Operator

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_comes_first_holds_it_and_every_holder_has_a_higher_number() -> None:
    first = take("one")
    assert first is not None
    release(first)
    second = take("two")
    assert second is not None
    assert (second.number, the_lease().holder) == (first.number + 1, "two")


def test_a_silent_holder_is_replaced_within_a_second_and_its_writes_are_not_made() -> None:
    first = take("one")
    began = time.monotonic()
    second = take("two")
    waited = time.monotonic() - began
    assert first is not None
    assert second is not None
    assert waited >= lease.PATIENCE
    with pytest.raises(LeaseLost), first.writing():
        LogEntry.objects.create(operator=Operator.objects.create(name="x"), at="2027-01-01T00:00Z", text="late")
    assert not LogEntry.objects.exists()
    assert first.lost.is_set()
    with pytest.raises(LeaseLost):
        first.check()
    with second.writing():
        pass


def test_a_living_holder_is_left_alone() -> None:
    holder = take("one")
    assert holder is not None
    stopping, heard = threading.Event(), []
    with beating(holder, heard.append):
        threading.Timer(3 * lease.PATIENCE, stopping.set).start()
        assert take("two", stopping) is None
    assert the_lease().holder == "one"
    assert heard


def test_every_write_of_the_holder_is_a_beat() -> None:
    holder = take("one")
    assert holder is not None
    assert holder.until_beat() == 0
    before = the_lease().beats
    with holder.writing():
        pass
    assert the_lease().beats == before + 1
    assert 0 < holder.until_beat() <= lease.BEAT


def test_a_holder_hears_that_it_was_replaced() -> None:
    first = take("one")
    assert first is not None
    second = take("two")
    assert second is not None
    with beating(first, lambda _: None):
        assert first.lost.wait(5)


def test_of_many_that_stand_by_one_takes_over() -> None:
    assert take("dead") is not None
    stopping = threading.Event()
    taken: list[Fence] = []

    def stand_by() -> None:
        fence = take(threading.current_thread().name, stopping)
        if fence:
            stopping.set()
            taken.append(fence)
        connection.close()

    at_once(*[stand_by] * 3)
    assert len(taken) == 1
