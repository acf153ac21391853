"""One process works at a time: it holds the lease, and every write of its work makes sure that it still does.

The holder's beats are a counter; whoever sees it stand still for PATIENCE seconds of its own clock takes over. A holder
that was only slow finds out at its next write, which is then not made.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from headend.ingest.errors import LeaseLost
from headend.ingest.models import Lease

NAME = "ingest"
BEAT, PATIENCE, LOOK = 0.2, 0.7, 0.05
"""Seconds between beats, until a silent holder counts as dead, and between looks at it."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Fence:
    """That a process holds the lease under this number; `lost` is set once it is known that it does not.

    `beaten_at` is when it last wrote, by the clock of `time.monotonic`: every write is a beat too.
    """

    number: int
    lost: threading.Event = field(default_factory=threading.Event)
    beaten_at: float = 0.0

    def guard(self) -> None:
        """Make sure, inside a transaction, that nobody else has taken over until it ends. Raises LeaseLost."""
        held = Lease.objects.filter(name=NAME, number=self.number).update(beats=F("beats") + 1)
        if not held:
            self.lost.set()
            raise LeaseLost("another process has taken over")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction of the holder. Raises LeaseLost, and then nothing is written."""
        with transaction.atomic():
            self.guard()
            yield
        self.beaten_at = time.monotonic()

    def until_beat(self) -> float:
        """In how many seconds the next beat is due."""
        return max(0.0, self.beaten_at + BEAT - time.monotonic())

    def check(self) -> None:
        """Say between writes whether the lease is known to be lost. Raises LeaseLost."""
        if self.lost.is_set():
            raise LeaseLost("another process has taken over")


def the_lease() -> Lease:
    """The lease's row, made when there is none."""
    return Lease.objects.get_or_create(name=NAME)[0]


def take(holder: str, stopping: threading.Event | None = None) -> Fence | None:
    """Wait until nobody else works, then hold the lease; None when `stopping` is set first."""
    seen, since = None, time.monotonic()
    while stopping is None or not stopping.is_set():
        lease = the_lease()
        now = time.monotonic()
        state = (lease.number, lease.beats)
        if seen is None and lease.holder:
            log.info("standing by: %s is at work", lease.holder)
        if state != seen:
            seen, since = state, now
        if (not lease.holder or now - since >= PATIENCE) and _replace(lease, holder):
            return Fence(lease.number + 1)
        time.sleep(LOOK)
    return None


def is_held_elsewhere(stopping: threading.Event) -> bool:
    """Say whether another process works, and lives: it beats while one looks."""
    lease = the_lease()
    if lease.holder:
        stopping.wait(PATIENCE)
    return bool(lease.holder) and the_lease().beats != lease.beats


def _replace(lease: Lease, holder: str) -> bool:
    same = Lease.objects.filter(name=NAME, number=lease.number, beats=lease.beats)
    return bool(same.update(holder=holder, number=lease.number + 1, beats=F("beats") + 1))


def release(fence: Fence) -> None:
    """Let another process begin at once."""
    Lease.objects.filter(name=NAME, number=fence.number).update(holder="")


@contextmanager
def beating(fence: Fence, heard: Callable[[Lease], None]) -> Iterator[None]:
    """Beat in a thread of its own; `heard` is told the lease as it stands, at each beat."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(fence, heard, ended), name="ingest lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat(fence: Fence, heard: Callable[[Lease], None], ended: threading.Event) -> None:
    while not ended.wait(fence.until_beat() or BEAT) and not fence.lost.is_set():
        try:
            if not fence.until_beat():  # a write from here makes SQLite forget what the work's own connection has read
                with fence.writing():
                    pass
            heard(the_lease())
        except LeaseLost:
            log.warning("another process has taken over the ingest")
        except DatabaseError as error:
            # Whether it is still ours the next write will tell; until then nothing is written anyway.
            log.warning("the lease could not be renewed: %s", error)
            connection.close()
    connection.close()
