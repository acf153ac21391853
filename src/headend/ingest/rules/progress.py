"""How fast a transfer goes and how long it will take."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a transfer is: percent, bytes a second, seconds left; None where nobody can know."""

    percent: int
    speed: float | None = None
    left: float | None = None


def progress_of(
    done: int, total: int, started_at: datetime | None, changed_at: datetime | None, before: int = 0
) -> Progress:
    """The progress of a transfer that has brought `done` of `total` bytes by `changed_at`; `before` of them were there
    when it began, or went on, at `started_at`."""
    percent = min(100, 100 * done // total) if total else 0
    seconds = (changed_at - started_at).total_seconds() if started_at and changed_at else 0.0
    if seconds <= 0 or done <= before:
        return Progress(percent)
    speed = (done - before) / seconds
    return Progress(percent, speed, max(0, total - done) / speed)
