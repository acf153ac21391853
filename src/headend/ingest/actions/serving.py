"""A process that does the work of ingest while it holds the lease, and stands by while another one does."""

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from headend.ingest.actions.elsewhere import Elsewhere
from headend.ingest.actions.engine import Counts, Engine, utc_now
from headend.ingest.actions.lease import Fence, beating, is_held_elsewhere, release, take, the_lease
from headend.ingest.actions.workbench import Workbench
from headend.ingest.errors import LeaseLost
from headend.ingest.models import Inbox
from headend.ingest.queries import is_needed

IDLE_LOOK = 5.0  # seconds between looks whether there is an inbox at all

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """Works until `stopping` is set. `bench` makes what a holder of the lease works with; its `stop` ends steps. `data`
    is the data directory."""

    bench: Callable[[Fence, threading.Event], Workbench]
    stopping: threading.Event
    data: Path
    holder: str = f"{socket.gethostname()} {os.getpid()}"

    def work(self, only: Inbox | None = None) -> None:
        """Work whenever nobody else does and there is anything to work on."""
        while not self.stopping.is_set():
            if only or is_needed():
                self._hold(only, lambda _engine: self.stopping.is_set())
            else:
                self.stopping.wait(IDLE_LOOK)

    def work_off(self, only: Inbox | None = None) -> Counts:
        """Work off what is there, of one inbox or of all, or wait until whoever works has; say what was done."""
        elsewhere = Elsewhere(only, self.data, utc_now)
        while not self.stopping.is_set() and is_held_elsewhere(self.stopping):
            if elsewhere.is_done():
                return elsewhere.counts()
        return self._hold(only, lambda engine: self.stopping.is_set() or engine.has_nothing_to_do)

    def _hold(self, only: Inbox | None, is_over: Callable[[Engine], bool]) -> Counts:
        counts = Counts()
        while not self.stopping.is_set() and (fence := take(self.holder, self.stopping)):
            log.info("at work as number %s", fence.number)
            try:
                self._run(Engine(self.bench(fence, threading.Event()), only, counts), is_over)
            except LeaseLost:
                log.warning("another process has taken over; standing by")
                continue
            release(fence)
            break
        return counts

    def _run(self, engine: Engine, is_over: Callable[[Engine], bool]) -> None:
        engine.hear(the_lease())
        with beating(engine.bench.fence, engine.hear), _passing_on(self.stopping, engine.bench.stop):
            engine.recover()
            engine.run(is_over)


class _passing_on:  # noqa: N801 - reads like the context manager it is
    """While it lasts, what stops the process stops the steps too."""

    def __init__(self, outer: threading.Event, inner: threading.Event) -> None:
        self._outer, self._inner, self._ended = outer, inner, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            if self._outer.is_set():
                self._inner.set()
                return
