"""Feeds the gate: a thread of the web role turns change rows into updates, several times a second.

It survives the loss of the database: the gate goes on with what it has, and the feed goes on asking.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import Error as DatabaseTrouble
from django.db import connection
from django.db.models import Q

from headend.adapters.streaming_servers import STREAMING_SERVERS
from headend.operators.models import Change
from headend.operators.queries import change_ids_from, last_change
from headend.playback.ports import Update
from headend.playback.queries import Projection, ServerTools
from headend.roles.gate_records import DjangoRecords

POLL_SECONDS = 0.3
MOST_BACKOFF_SECONDS = 5.0
HEARTBEAT_SECONDS = 1.0  # how often the gate hears that nothing has changed
STALE_AFTER_SECONDS = 10.0
START_ANEW_AFTER_SECONDS = 3600.0  # change rows are kept longer than this (interfaces.jobs.subscribers)
LOOK_FOR_ANOTHER_DATABASE_SECONDS = 60.0
ROWS_AT_ONCE = 10_000

log = logging.getLogger(__name__)


class Fed(Protocol):
    """What is fed: the gate."""

    def apply(self, update: Update) -> None:
        """Take in an update, called from the feed's thread; when this returns, the gate answers by it."""


def feed(gate: Fed, records: DjangoRecords, sealing_key: str, public_url: str) -> "Feed":
    """Make the feed of a gate that asks `records`; call `start`, and `stop` at the end."""
    made = Feed(gate, Projection(ServerTools(STREAMING_SERVERS, sealing_key, public_url)))
    records.after_account_change = made.catch_up
    return made


class Feed:
    """The thread. `clock` gives the time in seconds since the epoch."""

    def __init__(self, gate: Fed, projection: Projection, clock: Callable[[], float] = time.time) -> None:
        self._gate = gate
        self._projection = projection
        self._clock = clock
        self._log = ChangeLog()
        self._thread = threading.Thread(target=self._run, name="gate-feed", daemon=True)
        self._stopped = threading.Event()
        self._wake = threading.Event()
        self._round = threading.Condition()
        self._begun = self._ended = 0
        self._is_whole = False  # whether gate and projection know the same
        self._error = "not started yet"
        self._fed_at: float | None = None
        self._told_at = 0.0
        self._looked_at: float | None = None

    def start(self) -> None:
        """Begin with a snapshot of everything; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; waits for the update it is at."""
        self._stopped.set()
        self._wake.set()
        self._thread.join()

    def health(self) -> dict[str, Any]:
        """How it stands: `ok`, `change` (number of the last change row taken in), `age_seconds` since the records
        were last seen (None: never) and, when they are out of reach, `error`."""
        age = None if self._fed_at is None else time.monotonic() - self._fed_at
        is_fresh = age is not None and age < STALE_AFTER_SECONDS
        found: dict[str, Any] = {
            "ok": is_fresh,
            "change": self._log.position,
            "age_seconds": None if age is None else round(age, 3),
        }
        return found | ({"error": self._error} if self._error else {})

    def catch_up(self, timeout: float = 1.0) -> bool:
        """Wait until the gate knows what was committed before this call; says whether it does."""
        with self._round:
            wanted = self._begun + 1
            self._wake.set()
            return self._round.wait_for(lambda: self._ended >= wanted, timeout)

    # --- the thread ---

    def _run(self) -> None:
        pause = 0.0
        try:
            while not self._stopped.is_set():
                self._wake.wait(pause)
                self._wake.clear()
                pause = POLL_SECONDS if self._go_round() else min(MOST_BACKOFF_SECONDS, max(pause, POLL_SECONDS) * 2)
        finally:
            connection.close()

    def _go_round(self) -> bool:
        """One look at the records; False when they could not be read."""
        self._begun += 1
        begun = self._begun
        try:
            self._look()
        except DatabaseTrouble as error:
            self._lose(f"{type(error).__name__}: {error}".strip())
            return False
        except Exception:  # noqa: BLE001 - the loop of a role: a defect in one update must not end the service
            log.exception("the gate could not be fed")
            self._lose("a defect; see the log")
            return False
        if self._error:
            log.info("the gate is fed, up to change %s", self._log.position)
        self._error, self._fed_at = "", time.monotonic()
        with self._round:
            self._ended = begun
            self._round.notify_all()
        return True

    def _lose(self, error: str) -> None:
        if error != self._error:
            log.warning("the gate is not fed: %s", error)
        self._error = error
        self._looked_at = None  # what comes back may be another database
        connection.close()

    def _look(self) -> None:
        if self._must_start_anew():
            self._is_whole = False
            self._log = ChangeLog.from_here()
            self._gate.apply(self._projection.complete(self._log.position, int(self._clock())))
            self._is_whole, self._looked_at = True, time.monotonic()
            return
        while True:
            rows = self._log.read()
            # From here on, until the gate has it, a failure would leave an update half made and its rows lost.
            self._is_whole = False
            update = self._projection.after(rows, self._log.position, int(self._clock()))
            if update != Update(change=update.change) or rows or self._is_time_to_tell():
                self._gate.apply(update)
                self._told_at = time.monotonic()
            self._is_whole = True
            if len(rows) < ROWS_AT_ONCE:
                return

    def _is_time_to_tell(self) -> bool:
        return time.monotonic() - self._told_at >= HEARTBEAT_SECONDS

    def _must_start_anew(self) -> bool:
        """Say whether change rows alone no longer tell all: at the start, after a failure in the middle of an update,
        after a long silence, or when the database behind the address is another one (restored from a backup, say)."""
        now = time.monotonic()
        if not self._is_whole or (self._fed_at is not None and now - self._fed_at > START_ANEW_AFTER_SECONDS):
            return True
        if self._looked_at is not None and now - self._looked_at < LOOK_FOR_ANOTHER_DATABASE_SECONDS:
            return False
        self._looked_at = now
        return last_change() < self._log.position


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers that were passed over; whoever drew them may still be about to commit. `seen` is monotonic seconds."""

    first: int
    last: int
    seen: float


@dataclass(slots=True)
class ChangeLog:
    """Reads change rows in the order of their numbers without losing those that are committed late.

    A number is drawn when a row is inserted, not when its transaction commits; a row may thus appear below numbers
    that were read already. Numbers that were passed over are asked for again until they show up or GAP_SECONDS are
    over: then they were rolled back.
    """

    position: int = 0
    gaps: list[Gap] = field(default_factory=list)

    GAP_SECONDS = 300.0
    MOST_GAPS = 100
    LOOKS_BACK = 1000

    @classmethod
    def from_here(cls) -> "ChangeLog":
        """Begin behind the newest row. Gaps just before it are kept open: a snapshot made now may lack them."""
        newest = last_change()
        log_ = cls(position=newest)
        present = change_ids_from(max(1, newest - cls.LOOKS_BACK))
        if present:
            log_.gaps = _missing(present[0] - 1, present, time.monotonic())
        return log_

    def read(self) -> list[Change]:
        """The rows that are new since the last call, at most ROWS_AT_ONCE."""
        wanted = Q(pk__gt=self.position)
        for gap in self.gaps:
            wanted |= Q(pk__range=(gap.first, gap.last))
        rows = list(Change.objects.filter(wanted).order_by("pk")[:ROWS_AT_ONCE])
        self.take([row.pk for row in rows], time.monotonic())
        return rows

    def take(self, ids: Sequence[int], now: float) -> None:
        """Note that rows with these numbers, in order, have been read."""
        late = [number for number in ids if number <= self.position]
        new = [number for number in ids if number > self.position]
        still_open = [gap for gap in self.gaps if now - gap.seen < self.GAP_SECONDS]
        gaps = [piece for gap in still_open for piece in _without(gap, late)]
        if new:
            gaps += _missing(self.position, new, now)
            self.position = new[-1]
        self.gaps = gaps[-self.MOST_GAPS :]


def _missing(position: int, ids: Sequence[int], now: float) -> list[Gap]:
    gaps = []
    for number in ids:
        if number > position + 1:
            gaps.append(Gap(position + 1, number - 1, now))
        position = number
    return gaps


def _without(gap: Gap, found: Sequence[int]) -> list[Gap]:
    """What is left of a gap when some of its numbers have shown up."""
    inside = [number for number in found if gap.first <= number <= gap.last]
    return _missing(gap.first - 1, [*inside, gap.last + 1], gap.seen) if inside else [gap]
