"""What has arrived in an inbox: descriptions of packages, oldest first, once nothing about them changes any more."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

DESCRIPTIONS = (".xml", ".mrss", ".rss")
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".error.json")


def is_description(name: str) -> bool:
    """Say whether a file of this name makes its package complete."""
    return name.lower().endswith(DESCRIPTIONS)


class Seen(NamedTuple):
    """A file as it was found; `since` is when it was first found so, on a clock that only runs forward."""

    size: int
    changed_ns: int
    since: float


@dataclass(frozen=True, slots=True)
class Awaited:
    """A description whose files are not all there, as it was `seen` when it was read; None: by another process."""

    missing: frozenset[str]
    since: datetime
    assets: frozenset[str] = frozenset()
    seen: Seen | None = None


class Arrivals:
    """Remembers between looks what an inbox held, so that what still grows is told from what has arrived."""

    def __init__(self, folder: Path, stable_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._stable = stable_seconds
        self._clock = clock
        self._seen: dict[str, Seen] = {}
        self.awaited: dict[str, Awaited] = {}

    def watches_as(self, other: "Arrivals") -> bool:
        """Say whether both watch the same folder in the same manner."""
        return (self._folder, self._stable) == (other._folder, other._stable)

    def look(self) -> list[str]:
        """The names of descriptions that have arrived, the oldest first. Raises OSError."""
        found, now = {}, self._clock()
        for name, size, changed in _files(self._folder):
            before = self._seen.get(name)
            is_same = before is not None and before[:2] == (size, changed)
            found[name] = before if before and is_same else Seen(size, changed, now)
        self._seen = found
        arrived = [name for name in found if is_description(name) and self.has_settled(name)]
        return sorted(arrived, key=lambda name: (found[name].changed_ns, name))

    def has_settled(self, name: str) -> bool:
        """Say whether a file, if it is there at all, has been left alone for long enough."""
        seen = self._seen.get(name)
        if seen is None or not self._stable:
            return True
        # A file that was last written long ago need not be watched; one "from the future" must.
        age = time.time() - seen.changed_ns / 1e9
        return age >= self._stable or self._clock() - seen.since >= self._stable

    def seen(self, name: str) -> Seen | None:
        """A file as it lay there at the last look, if it did."""
        return self._seen.get(name)

    def awaits(self, name: str) -> Awaited | None:
        """What a description waits for, as long as neither it nor any of that has come since it was read."""
        known = self.awaited.get(name)
        is_same = known and known.seen == self._seen.get(name) and known.missing.isdisjoint(self._seen)
        return known if is_same else None

    def others(self) -> list[str]:
        """The names of all that lay there and describes nothing."""
        return [name for name in self._seen if not is_description(name)]

    def waits(self) -> bool:
        """Say whether descriptions lie there that have not settled yet."""
        return any(is_description(name) and not self.has_settled(name) for name in self._seen)


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower().endswith(UNFINISHED):
                continue
            try:
                if entry.is_file(follow_symlinks=False):
                    about = entry.stat(follow_symlinks=False)
                    yield entry.name, about.st_size, about.st_mtime_ns
            except FileNotFoundError:
                continue
