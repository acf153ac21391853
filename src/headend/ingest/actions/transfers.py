"""Files on their way to the edges: every edge of every service group gets every file, and none of them twice.

A job is one file for one service group, whose edges are served one after the other; how many jobs run at once is
limited. What an edge has got stays written down, so that a step that failed at one edge goes on there.
"""

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from django.db import DatabaseError, connection
from django.db.models import F

from headend.ingest.actions.checksums import checksum
from headend.ingest.actions.workbench import Workbench
from headend.ingest.errors import LeaseLost, Stopped, TransferFailed, WrongState
from headend.ingest.models import Edge, EdgeFile, ServiceGroup, Ticket, Transfer, TransferState
from headend.ingest.ports import EdgeAddress, EdgeTransport, Stored, Tools
from headend.ingest.queries import edges_of
from headend.ingest.rules.states import RUNNING, State
from headend.kernel.sealing import unseal

TELL_EVERY = 1.0  # seconds between notes of progress
AT_ONCE_PER_STEP = 32

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file that goes out: where it lies here, and its name on edges."""

    path: Path
    remote: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends a ticket's files; the bench's slots limit the jobs of all tickets."""

    bench: Workbench

    def send(self, ticket: Ticket, groups: Sequence[ServiceGroup], files: Sequence[Outgoing]) -> None:
        """Bring files to all edges of all groups. Raises TransferFailed once all were tried, Stopped and LeaseLost."""
        if not files:
            return
        jobs = list(self._jobs(ticket, groups, files))
        if not jobs:
            raise TransferFailed("there is no edge to send it to")
        with ThreadPoolExecutor(min(len(jobs), AT_ONCE_PER_STEP), "transfer") as pool:
            failures = [failure for failure in pool.map(_Job.run, jobs) if failure]
        self.bench.check()
        if failures:
            raise TransferFailed("; ".join(dict.fromkeys(failures)))

    def _jobs(self, ticket: Ticket, groups: Sequence[ServiceGroup], files: Sequence[Outgoing]) -> Iterator["_Job"]:
        digests = {file: checksum(file.path, "sha256", self.bench.check) for file in files}
        served: set[int] = set()  # an edge may stand in several groups
        for group in groups:
            edges = [edge for edge in edges_of(group) if edge.pk not in served]
            served |= {edge.pk for edge in edges}
            if edges:
                yield from (_Job(self.bench, ticket, group, edges, file, digests[file]) for file in files)


def transport_to(edge: Edge, tools: Tools) -> EdgeTransport:
    """The way to an edge; raises TransferFailed."""
    return tools.transports[edge.transport](address_of(edge, tools.sealing_key))


def address_of(edge: Edge, sealing_key: str) -> EdgeAddress:
    """How an edge is reached, with its password in clear."""
    return EdgeAddress(
        name=edge.name,
        host=edge.host,
        port=edge.port,
        username=edge.username,
        password=unseal(edge.sealed_password, sealing_key),
        path=edge.path,
        bytes_per_second=edge.bytes_per_second,
        options={key: str(value) for key, value in edge.options.items()},
    )


def note_health(edge: Edge, now: datetime, failure: str = "") -> None:
    """Write down that an edge did its work, or why not, in the caller's transaction."""
    Edge.objects.filter(pk=edge.pk).update(checked_at=now, failure=failure[:300])


@dataclass(frozen=True, slots=True)
class _Job:
    bench: Workbench
    ticket: Ticket
    group: ServiceGroup
    edges: Sequence[Edge]
    file: Outgoing
    sha256: str

    def run(self) -> str:
        """Serve the edges of the group; gives what went wrong, "" when nothing did."""
        try:
            with self.bench.slots:
                self.bench.check()
                return self._run()
        except Stopped:
            self._put_back()
            return ""  # the sender finds out by itself
        except WrongState:
            self._put_back()
            raise
        finally:
            connection.close()

    def _put_back(self) -> None:
        with self.bench.fence.writing():
            mine = Transfer.objects.filter(ticket=self.ticket, edge__in=self.edges, remote=self.file.remote)
            mine.filter(state=TransferState.RUNNING).update(state=TransferState.WAITING)

    def _run(self) -> str:
        rows = [self._row(edge) for edge in self.edges]
        missing = [row for row in rows if row.state != TransferState.DONE]
        have = self._send_to_all(missing)
        failures = [self._send(row, by_multicast=row.edge.name in have) for row in missing]
        return "; ".join(failure for failure in failures if failure)

    def _row(self, edge: Edge) -> Transfer:
        with self.bench.fence.writing():
            row: Transfer = Transfer.objects.get_or_create(
                ticket=self.ticket,
                edge=edge,
                remote=self.file.remote,
                defaults={
                    "operator_id": self.ticket.operator_id,
                    "group": self.group,
                    "file_name": self.file.path.name[:255],
                    "bytes_total": self.file.path.stat().st_size,
                },
            )[0]
        row.edge = edge
        return row

    def _send_to_all(self, rows: Sequence[Transfer]) -> set[str]:
        """Send to all edges at once where the group has multicast; the names of those that say they have it."""
        multicast = self.bench.tools.multicast
        if multicast is None or not self.group.multicast or len(rows) < 2:
            return set()
        options = {key: str(value) for key, value in self.group.multicast.items()}
        addresses = [address_of(row.edge, self.bench.tools.sealing_key) for row in rows]
        edges = [replace(each, password="", options={**options, **each.options}) for each in addresses]
        self._begin(rows)
        try:
            with _Telling(self.bench, rows) as telling:
                have = multicast.send(self.file.path, self.file.remote, edges, progress=telling)
        except TransferFailed:
            return set()  # one by one, then
        return {name for name, is_whole in have.items() if is_whole}

    def _send(self, row: Transfer, *, by_multicast: bool) -> str:
        """Send to one edge; what came there by multicast is only compared, and sent again where it is not the same."""
        self._begin([row])
        try:
            transport = transport_to(row.edge, self.bench.tools)
            with _Telling(self.bench, [row]) as telling:
                stored = transport.send(self.file.path, row.remote, sha256=self.sha256, progress=telling)
        except TransferFailed as error:
            with self.bench.fence.writing():
                self._ended(row, TransferState.FAILED, failure=f"{error}"[:300])
                note_health(row.edge, self.bench.clock(), str(error))
            return f"{row.edge.name}: {error}"
        self._arrived(row, stored, by_multicast=by_multicast, **telling.beginning())
        return ""

    def _begin(self, rows: Iterable[Transfer]) -> None:
        now = self.bench.clock()
        with self.bench.fence.writing():
            Transfer.objects.filter(pk__in=[row.pk for row in rows]).update(
                state=TransferState.RUNNING,
                bytes_before=F("bytes_done"),
                started_at=now,
                changed_at=now,
                ended_at=None,
                failure="",
            )

    def _arrived(self, row: Transfer, stored: Stored, **changes: object) -> None:
        now = self.bench.clock()
        with self.bench.fence.writing():
            # Staff may have rejected the ticket while it was sent: then what has got there goes again.
            state = Ticket.objects.select_for_update().values_list("state", flat=True).get(pk=self.ticket.pk)
            self._ended(row, TransferState.DONE, bytes_done=stored.size, sha256=self.sha256, **changes)
            note_health(row.edge, now)
            EdgeFile.objects.update_or_create(
                edge=row.edge,
                remote=row.remote,
                defaults={
                    "operator_id": row.operator_id,
                    "asset": self.ticket.asset,
                    "size": stored.size,
                    "sha256": self.sha256,
                    "remove_after": now if state == State.REJECTED else None,
                    "at": now,
                },
            )

    def _ended(self, row: Transfer, state: TransferState, **changes: object) -> None:
        now = self.bench.clock()
        row.state = state
        Transfer.objects.filter(pk=row.pk).update(state=state, ended_at=now, changed_at=now, **changes)


class _Telling:
    """Hears how far a transfer is, and ends it when the work shall end, or staff have decided otherwise about its
    ticket; notes it every TELL_EVERY seconds.

    What is told first was on the edge before, or is so little that it does not count; so is what is told when less is
    there than before, and it begins anew. The notes are made in a thread of their own: transports call from within
    loops, where no record may be written, and should not wait for one.
    """

    def __init__(self, bench: Workbench, rows: Sequence[Transfer]) -> None:
        self._bench = bench
        self._rows, self._ticket = [row.pk for row in rows], rows[0].ticket_id
        self._done = self._before = 0
        self._since = self._at = bench.clock()
        self._ended, self._is_over = threading.Event(), False
        self._thread = threading.Thread(target=self._note, name="progress", daemon=True)

    def __call__(self, done: int) -> None:
        self._bench.check()
        if self._is_over:
            raise WrongState("somebody has decided otherwise about the ticket")
        self._at = self._bench.clock()
        if not self._done or done < self._done:
            self._before, self._since = done, self._at
        self._done = done

    def beginning(self) -> dict[str, Any]:
        """With how many bytes it began, or went on, and when."""
        return {"bytes_before": self._before, "started_at": self._since}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _note(self) -> None:
        try:
            while not self._ended.wait(TELL_EVERY):
                with self._bench.fence.writing():
                    rows = Transfer.objects.filter(pk__in=self._rows)
                    rows.update(bytes_done=self._done, changed_at=self._at, **self.beginning())
                self._is_over = not Ticket.objects.filter(pk=self._ticket, state__in=RUNNING).exists()
        except LeaseLost:
            pass  # the transfer finds out by itself
        except DatabaseError as error:
            log.warning("the progress of a transfer could not be written: %s", error)
        finally:
            connection.close()
