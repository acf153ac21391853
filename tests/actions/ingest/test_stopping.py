"""Stopping in both ways, what staff decide meanwhile, and the cap of transfers: edges that wait to be let go on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from django.db import connection
from tests.actions.ingest.conftest import Site
from tests.factories.ingest import make_edge, make_group

from headend.adapters.edge_transports.folder import FolderTransport
from headend.adapters.epg_sources.xmltv import read_xmltv
from headend.adapters.media import Ffprobe
from headend.catalog.actions.guide import Reading
from headend.catalog.models import GuideChannel, Programme
from headend.catalog.ports import ProgrammeDraft
from headend.ingest.actions import steps
from headend.ingest.actions import tickets as actions
from headend.ingest.actions.engine import Engine
from headend.ingest.actions.lease import beating, take
from headend.ingest.actions.work import set_work
from headend.ingest.models import Edge, Lease, Mode, Ticket, TicketChange, Transfer
from headend.ingest.ports import Progress, Stored, no_progress
from headend.ingest.rules.folders import ERRORS, INBOX
from headend.kernel.actor import Actor, ActorKind
from headend.vod.models import Title

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = Actor(ActorKind.STAFF, "anna")


class Edges:
    """Lets transfers begin, and go on once `opened` is set; knows how many were under way at once at most."""

    def __init__(self) -> None:
        self.opened, self.lock = threading.Event(), threading.Lock()
        self.running = self.most = 0

    def transport(self) -> type[FolderTransport]:
        edges = self

        class Waiting(FolderTransport):
            def send(self, source: Path, name: str, *, sha256: str, progress: Progress = no_progress) -> Stored:
                with edges.lock:
                    edges.running += 1
                    edges.most = max(edges.most, edges.running)
                try:
                    while not edges.opened.wait(0.01):
                        progress(0)
                    return super().send(source, name, sha256=sha256, progress=progress)
                finally:
                    with edges.lock:
                        edges.running -= 1

        return Waiting


@pytest.fixture
def waiting(site: Site, edges: list[Path]) -> Edges:
    waiting = Edges()
    site.tools = replace(site.tools, transports={"folder": waiting.transport()})
    return waiting


@contextmanager
def working(site: Site, **fields: Any) -> Iterator[Engine]:
    """An engine at work in a thread, until the block ends."""
    ending = threading.Event()
    engine = site.engine(**fields)

    def work() -> None:
        try:
            with beating(engine.bench.fence, engine.hear):
                engine.run(lambda _: ending.is_set())
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield engine
    finally:
        ending.set()
        engine.bench.stop.set()
        thread.join(10)
        assert not thread.is_alive()


def until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")


def state_is(*states: str) -> Callable[[], bool]:
    return lambda: tuple(Ticket.objects.order_by("pk").values_list("state", flat=True)) == states


def test_draining_ends_what_runs_and_begins_nothing(site: Site, waiting: Edges) -> None:
    site.drop_film("a")
    with working(site) as engine:
        until(state_is("in_transfer"))
        set_work(actor=ANNA, mode=Mode.DRAIN)
        until(lambda: engine.mode is Mode.DRAIN)
        waiting.opened.set()
        until(state_is("wait_publication"))
        site.drop("b.xml", asset="films.example/OTHR0123456789012345")
        time.sleep(0.5)
        assert state_is("wait_publication")()
        set_work(actor=ANNA, mode=Mode.WORK)
        until(state_is("closed", "closed"))


def test_stopping_at_once_steps_back_and_counts_no_attempt(site: Site, waiting: Edges) -> None:
    site.drop_film("a")
    with working(site):
        until(state_is("in_transfer"))
        set_work(actor=ANNA, mode=Mode.STOP)
        until(state_is("wait_transfer"))
        ticket = Ticket.objects.get()
        assert (ticket.attempts, ticket.next_attempt_at) == (0, None)
        waiting.opened.set()
        time.sleep(0.3)
        assert state_is("wait_transfer")()
        set_work(actor=ANNA, mode=Mode.WORK)
        until(state_is("closed"))
    told = TicketChange.objects.filter(state_left="in_transfer").values_list("state_entered", flat=True)
    assert list(told) == ["wait_transfer", "wait_publication"]


def test_what_staff_reject_while_it_is_sent_stays_rejected(site: Site, waiting: Edges, edges: list[Path]) -> None:
    site.drop_film("a")
    with working(site):
        until(state_is("in_transfer"))
        actions.reject(actor=ANNA, ticket=Ticket.objects.get(), now=datetime.now(UTC), reason="the contract is over")
        waiting.opened.set()
        until(lambda: site.there() == {ERRORS: ["a.error.json", "a.ts", "a.xml"]})
        until(lambda: not waiting.running)
    assert (state_is("rejected")(), Title.objects.count()) == (True, 0)
    site.work()
    assert not [path for edge in edges for path in edge.rglob("*.ts")]  # what had got there goes again


def test_what_staff_reject_is_not_sent_to_its_end_and_leaves_nothing(site: Site, edges: list[Path]) -> None:
    Edge.objects.update(bytes_per_second=1000)  # the film takes 25 seconds
    site.drop_film("a")
    with working(site):
        until(lambda: any(list(edge.rglob("*.part")) for edge in edges))
        actions.reject(actor=ANNA, ticket=Ticket.objects.get(), now=datetime.now(UTC), reason="the contract is over")
        until(lambda: not Transfer.objects.filter(state="running").exists())
    site.clock.wait(seconds=60)
    site.work()
    assert not [path for edge in edges for path in edge.rglob("*") if path.is_file()]


def test_the_cap_of_transfers_is_never_passed(site: Site, waiting: Edges) -> None:
    Lease.objects.update_or_create(name="ingest", defaults={"transfers": 3})
    for number in range(2):
        path = site.data / f"other{number}"
        path.mkdir()
        edge = make_edge(site.inbox.operator, str(path))
        site.inbox.groups.add(make_group(site.inbox.operator, edge, name=f"Group {number}"))
    for number in range(6):
        site.drop_film(f"f{number}", asset=f"films.example/FILM{number:016}")
    with working(site):
        until(lambda: waiting.running == 3)
        time.sleep(0.3)
        waiting.opened.set()
        until(state_is(*["closed"] * 6))
    assert waiting.most == 3


def test_who_was_replaced_publishes_nothing_more(site: Site, waiting: Edges) -> None:
    site.drop_film("a")
    engine = site.engine()
    engine.recover()
    thread = threading.Thread(target=_run_quietly, args=(engine,))
    thread.start()
    until(state_is("in_transfer"))
    successor = take("successor")  # the first one does not beat
    assert successor is not None
    waiting.opened.set()
    thread.join(10)
    assert (state_is("in_transfer")(), Title.objects.count(), engine.bench.fence.lost.is_set()) == (True, 0, True)


def test_who_was_replaced_writes_no_failure_either(site: Site, waiting: Edges, edges: list[Path]) -> None:
    site.drop_film("a")
    engine = site.engine()
    engine.recover()
    thread = threading.Thread(target=_run_quietly, args=(engine,))
    thread.start()
    until(lambda: waiting.running > 0)
    assert take("successor") is not None
    for edge in edges:
        edge.rename(edge.with_name(f"{edge.name} away"))
    waiting.opened.set()
    thread.join(10)
    assert set(Transfer.objects.values_list("state", flat=True)) <= {"running", "waiting"}


GUIDE = b"""<tv><channel id="ONE"><display-name>One</display-name></channel>
<programme start="20261122090000 +0100" stop="20261122100000 +0100" channel="ONE"><title>News</title></programme></tv>
"""


def test_who_was_replaced_writes_no_guide(site: Site) -> None:
    def read(stream: BinaryIO, **given: Any) -> Iterator[object]:
        yield from read_xmltv(stream, **given)
        assert take("successor") is not None

    (site.folder(INBOX) / "guide.xml").write_bytes(GUIDE)
    engine = site.engine(reading=Reading(read, site.data / "spool"))
    thread = threading.Thread(target=_run_quietly, args=(engine,))
    thread.start()
    until(engine.bench.fence.lost.is_set)
    thread.join(10)
    assert (state_is("in_publication")(), GuideChannel.objects.count(), Programme.objects.count()) == (True, 0, 0)
    assert site.work().published == 1
    assert Programme.objects.count() == 1


def test_stopping_at_once_ends_the_import_of_a_guide_and_a_look_into_a_film(site: Site, edges: list[Path]) -> None:
    reading = threading.Event()

    def read(_stream: BinaryIO, **_given: Any) -> Iterator[object]:
        reading.set()
        for number in range(1_000_000):
            yield ProgrammeDraft(0, "ONE", number * 60, number * 60 + 60, "News")

    slow = site.data / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 100\n")
    slow.chmod(0o755)
    site.tools = replace(site.tools, prober=Ffprobe(str(slow)))
    site.drop_film("film")
    (site.folder(INBOX) / "guide.xml").write_bytes(GUIDE)
    began = time.monotonic()
    with working(site, reading=Reading(read, site.data / "spool")):
        until(lambda: reading.is_set() and state_is("open", "in_publication")())
        set_work(actor=ANNA, mode=Mode.STOP)
        until(state_is("open", "wait_publication"))
    assert time.monotonic() - began < 30
    assert (Programme.objects.count(), Ticket.objects.filter(attempts__gt=0).count()) == (0, 0)


def _run_quietly(engine: Engine) -> None:
    try:
        engine.run(lambda each: each.bench.fence.lost.is_set())
    finally:
        connection.close()


def test_a_new_process_takes_up_what_the_last_one_left(site: Site, edges: list[Path]) -> None:
    site.drop_film("a")
    engine = site.engine()
    while not state_is("in_transfer")() and not state_is("wait_publication")():
        engine.turn()
        time.sleep(0.01)
    engine.end()
    Ticket.objects.update(state="in_transfer")  # as it is found when the process was killed
    assert site.work().published == 1


def test_one_broken_package_holds_nobody_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    real = steps.publish

    def break_one(**told: object) -> object:
        if "BROK" in told["package"].asset:  # type: ignore[attr-defined]
            raise RuntimeError("a defect")
        return real(**told)  # type: ignore[arg-type]

    monkeypatch.setattr(steps, "publish", break_one)
    site.drop("a.xml", asset="films.example/BROK0123456789012345")
    site.drop("b.xml")
    assert site.work().published == 1
    ticket = Ticket.objects.get(is_open=True)
    assert (ticket.state, ticket.attempts, "RuntimeError" in ticket.reason) == ("wait_publication", 1, True)
