"""Makes a channel's programmes fit together: sorted, none over another, all of a sensible length. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from headend.catalog.ports import Problem

LONGEST = 24 * 3600  # what claims to last longer has a wrong stop
LAST_LASTS = 3600  # the last programme of a guide when nothing says where it ends


class Slot(NamedTuple):
    """A programme's place in time as the guide gives it, seconds since the epoch. A `stop` of None is not given.

    `fingerprint` tells whether two say the same; `payload` is carried along.
    """

    start: int
    stop: int | None
    line: int
    fingerprint: int
    payload: bytes


class Placed(NamedTuple):
    """A programme's place after the repair: `start` < `stop` <= the next one's start."""

    start: int
    stop: int
    fingerprint: int
    payload: bytes


class Repaired(NamedTuple):
    """One channel's programmes, repaired; `repeated` of them the guide gave more than once, word for word."""

    placed: list[Placed]
    problems: list[Problem]
    repeated: int


def place(slots: Iterable[Slot]) -> Repaired:
    """Put one channel's programmes in order and repair them; what is left out is told as a problem.

    Of several with one start the last in the guide counts. A programme that runs into the next one ends where that
    begins; one without a stop, or with one before its start, lasts until the next, and the last one for an hour.
    """
    kept: dict[int, Slot] = {}
    problems = []
    repeated = 0
    for slot in slots:
        before = kept.get(slot.start)
        if before is not None and before.fingerprint == slot.fingerprint:
            repeated += 1
        elif before is not None:
            problems.append(Problem(before.line, f"line {slot.line} gives another programme for this start"))
        kept[slot.start] = slot
    ordered = [kept[start] for start in sorted(kept)]
    nexts: list[int | None] = [*sorted(kept)[1:], None]
    placed = [_placed(slot, after) for slot, after in zip(ordered, nexts, strict=False)]
    return Repaired(placed, problems, repeated)


def _placed(slot: Slot, after: int | None) -> Placed:
    start, stop, _, fingerprint, payload = slot
    if stop is None or stop <= start:
        stop = after if after is not None else start + LAST_LASTS
    stop = min(stop, start + LONGEST)
    return Placed(start, stop if after is None or stop <= after else after, fingerprint, payload)
