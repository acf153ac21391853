"""What the gate counts: plain numbers, cheap enough for every request, collected for Prometheus when asked."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5)  # seconds


class Sample(NamedTuple):
    """One figure: `name` already has its suffix (`_total`, `_bucket`, ...)."""

    name: str
    labels: dict[str, str]
    value: float


class Metric(NamedTuple):
    """A metric as Prometheus knows it: `kind` is counter, gauge or histogram."""

    name: str
    help: str
    kind: str
    samples: list[Sample]


class Counter:
    """Counts the answers of one call by error number, and how long they took."""

    __slots__ = ("_answers", "_buckets", "_seconds", "call")

    def __init__(self, call: str) -> None:
        self.call = call
        self._answers: defaultdict[int, int] = defaultdict(int)
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def count(self, code: int, seconds: float) -> None:
        """Count one answer."""
        self._answers[code] += 1
        self._buckets[bisect_left(BOUNDS, seconds)] += 1
        self._seconds += seconds

    def answers(self) -> Iterator[Sample]:
        for code, count in self._answers.items():
            yield Sample("headend_gate_answers_total", {"call": self.call, "error": str(code)}, count)

    def histogram(self) -> Iterator[Sample]:
        name, total = "headend_gate_seconds", 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self._buckets, strict=True):
            total += count
            yield Sample(f"{name}_bucket", {"call": self.call, "le": bound}, total)
        yield Sample(f"{name}_count", {"call": self.call}, total)
        yield Sample(f"{name}_sum", {"call": self.call}, self._seconds)


def collect(counters: Iterable[Counter]) -> Iterator[Metric]:
    """Give the figures of all calls."""
    counters = list(counters)
    answers = [sample for counter in counters for sample in counter.answers()]
    yield Metric("headend_gate_answers", "Answers of the gate by call and error number.", "counter", answers)
    samples = [sample for counter in counters for sample in counter.histogram()]
    yield Metric("headend_gate_seconds", "Time that the gate took to answer.", "histogram", samples)
