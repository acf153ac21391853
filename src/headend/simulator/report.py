"""What the devices saw, counted."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

MOST_REASONS = 20


class Report:
    """Answers by call: how many, how long they took (seconds), how large they were (bytes), and what was wrong.

    A failure is an answer that did not come, or that is none; a refusal has an error number of the wire's own.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.bytes: Counter[str] = Counter()
        self.failures: Counter[tuple[str, str]] = Counter()
        self.refusals: Counter[tuple[str, str]] = Counter()
        self.oddities: Counter[str] = Counter()

    @property
    def answers(self) -> int:
        """How many came."""
        return sum(map(len, self.seconds.values()))

    def told(self) -> dict[str, Any]:
        """As one JSON object: sums, then each call, then what was wrong with how often it was."""
        return {
            "answers": self.answers,
            "failures": self.failures.total(),
            "refusals": self.refusals.total(),
            **_percentiles(sorted(chain.from_iterable(self.seconds.values()))),
            "calls": {call: self._call(call) for call in sorted(self.seconds)},
            "failed": _reasons(self.failures),
            "refused": _reasons(self.refusals),
            "odd": dict(self.oddities.most_common(MOST_REASONS)),
        }

    def _call(self, call: str) -> dict[str, Any]:
        ordered = sorted(self.seconds[call])
        return {"answers": len(ordered), "bytes": self.bytes[call], **_percentiles(ordered)}


def _reasons(counted: Counter[tuple[str, str]]) -> dict[str, int]:
    return {f"{call} {reason}": times for (call, reason), times in counted.most_common(MOST_REASONS)}


def _percentiles(ordered: Sequence[float]) -> dict[str, float]:
    """Median and 99th percentile of seconds in order, in milliseconds; 0 of nothing."""

    def share(part: float) -> float:
        return round(1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))], 3) if ordered else 0.0

    return {"p50_ms": share(0.5), "p99_ms": share(0.99)}


def in_words(told: Mapping[str, Any]) -> str:
    """The report as a table for people."""
    lines = [f"{'call':<28}{'answers':>10}{'p50 ms':>10}{'p99 ms':>10}{'MB':>9}"]
    for call, figures in told["calls"].items():
        lines.append(
            f"{call:<28}{figures['answers']:>10}{figures['p50_ms']:>10.1f}{figures['p99_ms']:>10.1f}"
            f"{figures['bytes'] / 1e6:>9.1f}"
        )
    lines.append(f"{'all':<28}{told['answers']:>10}{told['p50_ms']:>10.1f}{told['p99_ms']:>10.1f}")
    for title in ("failed", "refused", "odd"):
        lines += [f"{title}: {reason} ({times} times)" for reason, times in told[title].items()]
    return "\n".join(lines)
