"""What steps work with, and what limits and ends them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from headend.catalog.actions.guide import Reading
from headend.catalog.ports import Pictures
from headend.ingest.actions.lease import Fence
from headend.ingest.actions.moving import folder
from headend.ingest.errors import Stopped
from headend.ingest.models import Ticket
from headend.ingest.ports import Tools
from headend.ingest.rules.names import plain_name
from headend.kernel.actor import Actor


class Slots:
    """How many jobs run at once, of all tickets; the limit may change while they run."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running = 0
        self._changed = threading.Condition()

    def set_limit(self, limit: int) -> None:
        """Let so many run from now on; what runs already goes on."""
        with self._changed:
            self._limit = limit
            self._changed.notify_all()

    def __enter__(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._running < self._limit)
            self._running += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._running -= 1
            self._changed.notify()


@dataclass(frozen=True, slots=True)
class Workbench:
    """All that steps work with. `stop` ends them where they are; `slots` are those of transfers."""

    actor: Actor
    fence: Fence
    tools: Tools
    pictures: Pictures
    reading: Reading
    data: Path
    stop: threading.Event
    slots: Slots
    clock: Callable[[], datetime]

    def check(self) -> None:
        """Raise what ends the work: Stopped or LeaseLost."""
        self.fence.check()
        if self.stop.is_set():
            raise Stopped("stopped")

    def work_folder(self, ticket: Ticket) -> Path:
        """Where what is made of a ticket's files lies until they are on the edges."""
        return self.data / "ingest" / "work" / str(ticket.pk)

    def paths_of(self, ticket: Ticket) -> dict[str, Path]:
        """Where the files of a package lie now, by the names that it has for them."""
        place = folder(ticket.inbox, self.data, ticket.folder)
        return {plain_name(came_as): place / kept_as for came_as, kept_as in ticket.files.items()}

    def path_of(self, ticket: Ticket, name: str) -> Path:
        """Where one of them lies, or would lie if it had come."""
        return self.paths_of(ticket).get(plain_name(name), folder(ticket.inbox, self.data, ticket.folder) / name)
