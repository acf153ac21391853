"""What is popular. Pure."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from statistics import fmean, median


class Criterion(StrEnum):
    """By what popularity goes: the time that was watched in all, how often, how long at a time (average, median).

    The documents of the field spell some of them in several ways; `read_criterion` knows them.
    """

    TIME = "watch_time"
    SESSIONS = "watch_sessions"
    AVERAGE = "average_watch_time"
    MEDIAN = "median_watch_time"


_ALSO = {
    "watch": Criterion.TIME,
    "sessions": Criterion.SESSIONS,
    "average": Criterion.AVERAGE,
    "median": Criterion.MEDIAN,
}
_VALUE: dict[Criterion, Callable[[Sequence[int]], float]] = {
    Criterion.TIME: sum,
    Criterion.SESSIONS: len,
    Criterion.AVERAGE: fmean,
    Criterion.MEDIAN: median,
}


def read_criterion(text: str) -> Criterion:
    """The criterion of this name, in whichever spelling; raises ValueError."""
    return _ALSO.get(text) or Criterion(text)


def rank(stretches: Iterable[tuple[int, int]], criterion: Criterion) -> list[int]:
    """Order things by how popular they are, the most popular first: (number of the thing, seconds it was watched).

    Of equals the lower number comes first. Eight bytes of memory for each stretch.
    """
    watched: dict[int, array[int]] = defaultdict(lambda: array("q"))
    for number, seconds in stretches:
        watched[number].append(seconds)
    value = _VALUE[criterion]
    return sorted(watched, key=lambda number: (-value(watched[number]), number))
