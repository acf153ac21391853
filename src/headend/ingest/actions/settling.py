"""Bringing files where the records say they belong: packages into their folders, what is obsolete off the edges."""

import logging
import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.db import connection

from headend.ingest.actions.moving import folder, move_files, remove_beside, write_beside
from headend.ingest.actions.transfers import note_health, transport_to
from headend.ingest.actions.workbench import Workbench
from headend.ingest.errors import LeaseLost, TransferFailed
from headend.ingest.models import Edge, EdgeFile, Ticket
from headend.ingest.queries import edges_to_clean, files_to_remove, moving_tickets
from headend.ingest.rules.folders import DISCARDED, ERRORS, INBOX

ERROR_SUFFIX = ".error.json"
REMOVED_AGAIN_AFTER = timedelta(minutes=5)

log = logging.getLogger(__name__)


def settle(bench: Workbench) -> bool:
    """End the moves that are under way; says whether all went, or are to be tried again later. Raises LeaseLost."""
    while tickets := moving_tickets():
        if not settle_tickets(bench, tickets):
            return False
    return True


def settle_tickets(bench: Workbench, tickets: Iterable[Ticket]) -> bool:
    """Move the files of tickets where they belong; says whether all went. Raises LeaseLost."""
    settled: dict[str, list[int]] = {}
    all_went = True
    for ticket in tickets:
        bench.fence.check()
        try:
            _move(bench, ticket)
        except OSError as error:
            all_went = False
            log.warning("ticket %s: its files cannot be moved: %s", ticket.pk, error)
            continue
        settled.setdefault(ticket.folder, []).append(ticket.pk)
    with bench.fence.writing():
        for place, numbers in settled.items():
            # Somebody may have sent it elsewhere meanwhile: that move is still to be made.
            Ticket.objects.filter(pk__in=numbers, folder=place).update(moved_from="")
    return all_went


def _move(bench: Workbench, ticket: Ticket) -> None:
    said = error_file(ticket)
    is_refused = ticket.folder in (ERRORS, DISCARDED)
    if not is_refused:
        remove_beside(folder(ticket.inbox, bench.data, ERRORS), said)  # it begins anew
    if ticket.moved_from == INBOX:  # its provider may have brought it back with the whole folder
        remove_beside(folder(ticket.inbox, bench.data, INBOX), Path(ticket.file_name).with_suffix(ERROR_SUFFIX))
    move_files(ticket.files, ticket.inbox, bench.data, ticket.moved_from, ticket.folder)
    if not ticket.is_open:
        shutil.rmtree(bench.work_folder(ticket), ignore_errors=True)
    if is_refused:
        write_beside(folder(ticket.inbox, bench.data, ticket.folder) / said, _told(ticket))


def error_file(ticket: Ticket) -> Path:
    """Where the reason of a refusal stands in its folder: called as the description is. Of several packages of one
    description the first has that; the others have their tickets' numbers in the name."""
    if described := ticket.files.get(ticket.file_name):
        return Path(described).with_suffix(ERROR_SUFFIX)
    mine = Path(next(iter(ticket.files.values()), ticket.file_name))
    return mine.with_name(Path(ticket.file_name).with_suffix(f".{ticket.pk}{ERROR_SUFFIX}").name)


def _told(ticket: Ticket) -> dict[str, object]:
    return {
        "ticket": ticket.pk,
        "file": ticket.file_name,
        "asset": ticket.asset,
        "reason": ticket.reason,
        "deviations": ticket.deviations,
    }


def clean_edges(bench: Workbench) -> None:
    """Take files off edges whose time has come, in a thread; an edge that is away is asked again later."""
    try:
        for edge in edges_to_clean(bench.clock()):
            _clean(bench, edge)
    except LeaseLost as error:
        log.info("edges are left as they are: %s", error)
    finally:
        connection.close()


def _clean(bench: Workbench, edge: Edge) -> None:
    for file in files_to_remove(edge, bench.clock()):
        try:
            _remove(bench, edge, file)
        except TransferFailed as error:
            log.warning("edge %s: %s cannot be taken away: %s", edge.name, file.remote, error)
            _leave(bench, edge, file, error)
            return  # perhaps it is away; the other files are tried the next time


def _remove(bench: Workbench, edge: Edge, file: EdgeFile) -> None:
    bench.fence.check()
    if not EdgeFile.objects.filter(pk=file.pk, remove_after=file.remove_after).exists():
        return  # its ticket was reopened meanwhile
    transport_to(edge, bench.tools).remove(file.remote)
    with bench.fence.writing():
        EdgeFile.objects.filter(pk=file.pk).exclude(remove_after=None).delete()


def _leave(bench: Workbench, edge: Edge, file: EdgeFile, error: TransferFailed) -> None:
    """Try this one again later, so that it keeps no other one waiting."""
    with bench.fence.writing():
        note_health(edge, bench.clock(), str(error))
        due = EdgeFile.objects.filter(pk=file.pk, remove_after=file.remove_after)
        due.update(remove_after=bench.clock() + REMOVED_AGAIN_AFTER)
