"""The engine: takes what arrives, decides whose turn it is, and lets steps run; one process at a time, which may be
killed at any moment.

What it was doing is found again by the records alone: running states step back, moves that were begun are ended.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction

from headend.ingest.actions import steps
from headend.ingest.actions.arrivals import Arrivals
from headend.ingest.actions.awaiting import awaited_in
from headend.ingest.actions.edges import ensure_groups
from headend.ingest.actions.moving import folder, make_folders
from headend.ingest.actions.settling import clean_edges, settle, settle_tickets
from headend.ingest.actions.steps import Step, run_step
from headend.ingest.actions.taking import Taker, package_of
from headend.ingest.actions.tickets import pull, refuse
from headend.ingest.actions.workbench import Workbench
from headend.ingest.errors import LeaseLost, WrongState
from headend.ingest.models import EncryptorKind, Inbox, Lease, Mode, Ticket, Transfer, TransferState
from headend.ingest.ports import Profile
from headend.ingest.profiles import profile_from_json
from headend.ingest.queries import (
    IS_OPEN,
    groups_named,
    groups_of,
    impatient_tickets,
    is_published,
    ready_tickets,
    running_tickets,
    waiting_of,
    work_of,
)
from headend.ingest.rules.admission import Admission, admit
from headend.ingest.rules.folders import INBOX
from headend.ingest.rules.states import Kind, State, Trigger
from headend.ingest.rules.turns import Length, Limits, Running, Waiting, cost_of, free_places, length_of, what_next
from headend.kernel.errors import HeadendError, Invalid, NotFound

TICK = 0.2  # seconds between looks when nothing has ended
IDLE_TICK = 1.0  # and when nothing runs
IMPATIENCE_EVERY, CLEANING_EVERY, STUCK_MOVES_AFTER = 5.0, 10.0, 10.0
MOST_THREADS = 16

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Counts:
    """What was done since the process began."""

    taken: int = 0
    published: int = 0
    rejected: int = 0

    def add(self, ticket: Ticket) -> None:
        """Count a ticket that may be through."""
        self.published += ticket.state == State.CLOSED
        self.rejected += ticket.state == State.REJECTED


@dataclass(slots=True)
class _Job:
    ticket: Ticket
    waiting: Waiting
    future: "Future[None]"


class Engine:
    """See the module. `only` limits it to one inbox's arrivals; everything that was taken goes on all the same."""

    def __init__(self, bench: Workbench, only: Inbox | None, counts: Counts) -> None:
        self.bench = bench
        self.counts = counts
        self.has_nothing_to_do = False
        self._only = only
        self.mode = Mode.WORK
        self._limits = Limits()
        self._arrivals: dict[int, tuple[Arrivals, float]] = {}
        self._jobs: dict[int, _Job] = {}
        self._profiles: dict[int, Profile] = {}
        self._wake = threading.Event()
        self._due: dict[str, float] = {}
        self._pool = ThreadPoolExecutor(MOST_THREADS, "step")
        self._cleaning: Future[None] | None = None

    def hear(self, lease: Lease) -> None:
        """Follow what the lease says: how much may run at once, and whether anything may."""
        self.mode = Mode(lease.mode)
        self._limits = Limits(transfers=max(1, lease.transfers), encryptions=max(1, lease.encryptions))
        self.bench.slots.set_limit(self._limits.transfers)
        if self.mode is Mode.STOP:
            self.bench.stop.set()
        elif not self._jobs:
            self.bench.stop.clear()

    def recover(self) -> None:
        """Bring everything into order that a process which ended at any moment has left behind. Raises LeaseLost."""
        for ticket in running_tickets():
            if not _is_by_hand(ticket):
                with self.bench.fence.writing():
                    pull(
                        actor=self.bench.actor,
                        ticket=ticket,
                        trigger=Trigger.FAILED,
                        now=self.bench.clock(),
                        reason="what worked on it has ended",
                    )
        with self.bench.fence.writing():
            Transfer.objects.filter(state=TransferState.RUNNING).update(state=TransferState.WAITING)
        settle(self.bench)

    def run(self, is_over: Callable[["Engine"], bool]) -> None:
        """Work until `is_over` says so, then end what runs. Raises LeaseLost."""
        try:
            while not is_over(self):
                self.bench.fence.check()
                did_something = self.turn()
                self.has_nothing_to_do = not did_something and self._is_idle()
                if not did_something and not is_over(self):
                    self._wake.wait(IDLE_TICK if self.has_nothing_to_do else TICK)
                    self._wake.clear()
        finally:
            self.end()

    def end(self) -> None:
        """Wait for the steps that run; with `bench.stop` set they step back."""
        self._pool.shutdown(wait=True)
        self._jobs.clear()

    def _is_idle(self) -> bool:
        """Say whether nothing runs and nothing is about to arrive."""
        settling = any(arrivals.waits() for arrivals, _ in self._arrivals.values())
        return not self._jobs and (not settling or self.mode is not Mode.WORK)

    def turn(self) -> bool:
        """Do all that can be done now; says whether there was anything. Raises LeaseLost."""
        self._reap()
        done = False
        if self.mode is Mode.WORK:
            done = self._take()
            done = self._begin() or done
        if self._is_due("moves", 0) and not settle(self.bench):
            self._due["moves"] = time.monotonic() + STUCK_MOVES_AFTER
        if self._is_due("cleaning", CLEANING_EVERY) and (self._cleaning is None or self._cleaning.done()):
            self._cleaning = self._pool.submit(clean_edges, self.bench)  # an edge may take its time to answer
        return done

    # --- what arrives ---

    def _take(self) -> bool:
        done = False
        for inbox in [self._only] if self._only else Inbox.objects.filter(is_enabled=True):
            arrivals, looked = self._watched(inbox)
            if time.monotonic() - looked >= (0 if self._only else inbox.poll_seconds):
                done = self._look(inbox, arrivals) or done
                self._arrivals[inbox.pk] = arrivals, time.monotonic()
        return done

    def _watched(self, inbox: Inbox) -> tuple[Arrivals, float]:
        """What is remembered of an inbox, and when it was looked into; nothing once it is set up otherwise."""
        wanted = Arrivals(folder(inbox, self.bench.data, INBOX), inbox.stable_seconds)
        known = self._arrivals.get(inbox.pk)
        if known and known[0].watches_as(wanted):
            return known
        with self.bench.fence.writing():
            ensure_groups(actor=self.bench.actor, operator_id=inbox.operator_id)
        wanted.awaited = awaited_in(inbox)
        return wanted, -1e9

    def _look(self, inbox: Inbox, arrivals: Arrivals) -> bool:
        """Take what has arrived in an inbox; what stands in the way is shown at the inbox."""
        taken, failure = 0, ""
        try:
            make_folders(inbox, self.bench.data)
            self._profiles[inbox.pk] = profile_from_json(inbox.profile)
            taker = Taker(
                self.bench.actor, self.bench.fence, self.bench.tools, self.bench.data, inbox, self._profiles[inbox.pk]
            )
            for tickets in taker.take(arrivals, self.bench.clock()):
                settle_tickets(self.bench, tickets)
                taken += len(tickets)
                for ticket in tickets:
                    self.counts.add(ticket)
        except (OSError, HeadendError) as error:
            if isinstance(error, LeaseLost):
                raise
            failure = str(error)[:300]
        if taken or failure != inbox.failure:
            with self.bench.fence.writing():
                Inbox.objects.filter(pk=inbox.pk).update(looked_at=self.bench.clock(), failure=failure)
        self.counts.taken += taken
        return taken > 0

    # --- whose turn it is ---

    def _begin(self) -> bool:
        now = self.bench.clock()
        if self._is_due("impatience", IMPATIENCE_EVERY):
            self._lose_patience(now)
        running = self._running()
        free = [state for state, places in free_places(running, self._limits).items() if places > 0]
        ready = {pk: ticket for pk, ticket in ready_tickets(now, free).items() if pk not in self._jobs}
        groups = self._count_groups(ready.values())
        waiting = {pk: waiting_of(ticket, groups.get(pk, 1)) for pk, ticket in ready.items()}
        chosen = what_next(waiting.values(), running, self._limits, now)
        quick = [ready[pk] for pk in chosen if _is_quick(waiting[pk])]
        self._publish_quickly(quick, now)
        for pk in chosen:
            if not _is_quick(waiting[pk]) and self._may_go_on(ready[pk], now):
                self._start(ready[pk], waiting[pk])
        return bool(chosen)

    def _count_groups(self, tickets: Iterable[Ticket]) -> dict[int, int]:
        """To how many service groups those go that wait for their transfer; of the same inbox and names asked once."""
        sent = [ticket for ticket in tickets if ticket.state == State.WAIT_TRANSFER]
        named, counted = groups_named(sent), dict[tuple[int, tuple[str, ...]], int]()
        for ticket in sent:
            kind = (ticket.inbox_id, named[ticket.pk])
            if kind not in counted:
                counted[kind] = self._count(ticket, named[ticket.pk])
        return {ticket.pk: counted[ticket.inbox_id, named[ticket.pk]] for ticket in sent}

    def _count(self, ticket: Ticket, names: tuple[str, ...]) -> int:
        try:
            return len(groups_of(ticket, names or self._profile(ticket).groups))
        except NotFound:
            return 1  # its step says so

    def _running(self) -> Running:
        running = [job.waiting for job in self._jobs.values()]

        def count(state: State) -> int:
            return sum(cost_of(each, self._limits) for each in running if each.state is state)

        return Running(
            transfers=count(State.WAIT_TRANSFER),
            encryptions=count(State.WAIT_ENCRYPTING),
            publications=count(State.WAIT_PUBLICATION),
            checks=count(State.OPEN),
            assets=frozenset(each.asset for each in running),
        )

    def _may_go_on(self, ticket: Ticket, now: datetime) -> bool:
        """Let a ticket begin its step, or let it wait for its insert, or refuse it."""
        work = work_of(ticket)
        verdict = admit(
            work.kind,
            work.load_mode,
            is_published=work.kind is Kind.TITLE and is_published(ticket.operator_id, ticket.asset),
            arrived_at=ticket.arrived_at,
            now=now,
            patience=timedelta(hours=ticket.inbox.patience_hours),
        )
        if verdict.admission is Admission.GO:
            return True
        with self.bench.fence.writing():
            if verdict.admission is Admission.HOLD:
                Ticket.objects.filter(IS_OPEN, pk=ticket.pk).update(awaits_insert=True, reason=verdict.reason)
            else:
                discards = verdict.admission is Admission.DISCARD
                refuse(actor=self.bench.actor, ticket=ticket, now=now, reason=verdict.reason, discards=discards)
                self.counts.add(ticket)
        return False

    def _lose_patience(self, now: datetime) -> None:
        for ticket in impatient_tickets(now):
            if now - ticket.arrived_at >= timedelta(hours=ticket.inbox.patience_hours):
                self._may_go_on(ticket, now)

    def _publish_quickly(self, tickets: Iterable[Ticket], now: datetime) -> None:
        """Publish packages that have nothing but records, in one transaction; one that fails takes no other with it."""
        allowed = [ticket for ticket in tickets if self._may_go_on(ticket, now)]
        if not allowed:
            return
        with self.bench.fence.writing():
            for ticket in allowed:
                self._publish_one(ticket, now)
        for ticket in allowed:
            self.counts.add(ticket)

    def _publish_one(self, ticket: Ticket, now: datetime) -> None:
        try:
            with transaction.atomic():
                steps.publish_records(self.bench, ticket, self._profile(ticket), package_of(ticket), {})
        except (WrongState, LeaseLost) as error:
            log.info("ticket %s: %s", ticket.pk, error)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the next package goes on
            fresh = Ticket.objects.select_related("inbox").get(pk=ticket.pk)
            pull(actor=self.bench.actor, ticket=fresh, trigger=Trigger.BEGIN, now=now)
            steps.give_back(self.bench, fresh, error)

    def _start(self, ticket: Ticket, waiting: Waiting) -> None:
        step: Step = {
            State.OPEN: steps.check,
            State.WAIT_ENCRYPTING: steps.encrypt,
            State.WAIT_TRANSFER: steps.transfer,
            State.WAIT_PUBLICATION: steps.publish_with_files,
        }[State(ticket.state)]
        future = self._pool.submit(run_step, self.bench, ticket, self._profile(ticket), step)
        self._jobs[ticket.pk] = _Job(ticket, waiting, future)
        future.add_done_callback(lambda _: self._wake.set())

    def _reap(self) -> None:
        for pk in [pk for pk, job in self._jobs.items() if job.future.done()]:
            self.counts.add(self._jobs.pop(pk).ticket)

    def _profile(self, ticket: Ticket) -> Profile:
        if ticket.inbox_id not in self._profiles:
            try:
                self._profiles[ticket.inbox_id] = profile_from_json(ticket.inbox.profile)
            except Invalid as error:
                # Nothing comes in until it is mended; what is on its way goes on as its format has it.
                log.warning("inbox %s: its profile cannot be used: %s: %s", ticket.inbox_id, error.place, error)
                self._profiles[ticket.inbox_id] = Profile()
        return self._profiles[ticket.inbox_id]

    def _is_due(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now - self._due.get(what, -1e9) < seconds:
            return False
        self._due[what] = now
        return True


def _is_quick(waiting: Waiting) -> bool:
    """Whether nothing but records is to be written, and little of them."""
    work = waiting.work
    is_small = length_of(work) is Length.RECORDS and work.kind is Kind.TITLE
    return waiting.state is State.WAIT_PUBLICATION and is_small


def _is_by_hand(ticket: Ticket) -> bool:
    return ticket.state == State.IN_ENCRYPTING and ticket.inbox.encryptor == EncryptorKind.MANUAL


def utc_now() -> datetime:
    """The clock of the engine outside of tests."""
    return datetime.now(UTC)
