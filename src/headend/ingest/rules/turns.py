"""Whose turn it is: which waiting tickets begin their next step now.

Within an asset strictly first come, first served across all queues; across assets the shorter work first; and nobody
waits for ever behind shorter work. Source: section 2 of the reference notes (queues, precedence, transfer cap).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from headend.ingest.rules.states import Kind, LoadMode, State, Work

LONGEST_BEHIND_SHORTER = timedelta(minutes=15)
"""After so long a ticket goes before shorter work that came later."""


class Length(IntEnum):
    """Classes of work by how long it takes, the shortest first."""

    RECORDS = 0
    COVERS = 1
    PREVIEW = 2
    MOVIE = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that waits. `groups` is how many service groups a transfer goes to; `behind` says that an older ticket
    of the same asset is not through yet."""

    number: int
    asset: str
    state: State
    arrived_at: datetime
    work: Work
    groups: int = 1
    behind: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may run at once: transfers count one for each file and service group, all else one for each ticket."""

    transfers: int = 4
    encryptions: int = 1
    publications: int = 32
    checks: int = 2


@dataclass(frozen=True, slots=True)
class Running:
    """What runs now."""

    transfers: int = 0
    encryptions: int = 0
    publications: int = 0
    checks: int = 0
    assets: frozenset[str] = frozenset()


def length_of(work: Work) -> Length:
    if work.kind is Kind.GUIDE or work.load_mode is LoadMode.UNPUBLISH:
        return Length.RECORDS
    if work.moves_movie:
        return Length.MOVIE
    if work.moves_preview:
        return Length.PREVIEW
    return Length.COVERS if work.covers else Length.RECORDS


def what_next(waiting: Iterable[Waiting], running: Running, limits: Limits, now: datetime) -> list[int]:
    """The numbers of the tickets that begin their next step now, in order; never two of one asset."""
    free = free_places(running, limits)
    taken, chosen = set(running.assets), []
    for each in in_turn(waiting, now):
        costs = cost_of(each, limits)
        if each.asset in taken or each.state not in free:
            continue
        if costs > free[each.state]:
            # Whoever waits for several places at once keeps them: smaller ones that came later do not slip past.
            free[each.state] = 0
            continue
        free[each.state] -= costs
        taken.add(each.asset)
        chosen.append(each.number)
    return chosen


def free_places(running: Running, limits: Limits) -> dict[State, int]:
    """How many places are free for those who wait in each state."""
    return {
        State.OPEN: limits.checks - running.checks,
        State.WAIT_ENCRYPTING: limits.encryptions - running.encryptions,
        State.WAIT_TRANSFER: limits.transfers - running.transfers,
        State.WAIT_PUBLICATION: limits.publications - running.publications,
    }


def cost_of(each: Waiting, limits: Limits) -> int:
    """How many places a ticket's next step takes; one for more groups than places takes them all, one after another."""
    return max(1, min(each.groups, limits.transfers)) if each.state is State.WAIT_TRANSFER else 1


def in_turn(waiting: Iterable[Waiting], now: datetime) -> Sequence[Waiting]:
    """Those whose turn it may be: who waited too long first, then the shorter work, then who came first."""
    return sorted((each for each in waiting if not each.behind), key=lambda each: _rank(each, now))


def _rank(each: Waiting, now: datetime) -> tuple[int, datetime, int]:
    is_overdue = now - each.arrived_at >= LONGEST_BEHIND_SHORTER
    return (-1 if is_overdue else length_of(each.work), each.arrived_at, each.number)
