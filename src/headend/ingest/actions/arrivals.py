"""What has arrived in an inbox: descriptions of packages, oldest first, once nothing about them changes any more."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from headend.ingest.rules.names import subfolder_of

DESCRIPTIONS = (".xml", ".mrss", ".rss")
OURS = ".headend-ingest"
"""Lies in every inbox and every folder of states, also those that are not called so any more: nothing arrives there."""
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
    """Remembers between looks what an inbox held, so that what still grows is told from what has arrived.

    A package may have a subfolder of its own: files are named relative to the inbox, "film.ts" or "PKG1/film.ts".
    """

    def __init__(self, folder: Path, stable_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._stable = stable_seconds
        self._clock = clock
        self._seen: dict[str, Seen] = {}
        self._together: dict[str, list[str]] = {}
        self._waits = False
        self.awaited: dict[str, Awaited] = {}

    def watches_as(self, other: "Arrivals") -> bool:
        """Say whether both watch the same folder in the same manner."""
        return (self._folder, self._stable) == (other._folder, other._stable)

    def look(self) -> list[str]:
        """The names of descriptions that have arrived, the oldest first. Raises OSError."""
        now, before = self._clock(), self._seen
        self._seen, self._together = {}, {}
        for name, size, changed in self._files():
            known = before.get(name)
            is_same = known is not None and known[:2] == (size, changed)
            self._seen[name] = known if known and is_same else Seen(size, changed, now)
            self._together.setdefault(subfolder_of(name), []).append(name)
        described = [name for name in self._seen if is_description(name)]
        arrived = [name for name in described if self.has_settled(name)]
        self._waits = len(arrived) < len(described)
        return sorted(arrived, key=lambda name: (self._seen[name].changed_ns, name))

    def _files(self) -> Iterator[tuple[str, int, int]]:
        for entry in _visible(self._folder):
            if not entry.is_dir(follow_symlinks=False):
                yield from _told(entry, entry.name)
            elif not (self._folder / entry.name / OURS).exists():
                with suppress(FileNotFoundError):  # taken back meanwhile
                    for each in _visible(Path(entry)):
                        yield from _told(each, f"{entry.name}/{each.name}")

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

    def beside(self, name: str) -> list[str]:
        """What lies beside a description and describes nothing."""
        return [each for each in self._together.get(subfolder_of(name), ()) if not is_description(each)]

    def has_folder(self, name: str) -> bool:
        """Say whether a description has a subfolder of its own."""
        home = subfolder_of(name)
        return home != "" and sum(map(is_description, self._together.get(home, ()))) == 1

    def waits(self) -> bool:
        """Say whether descriptions lay there at the last look that had not settled: there is something to come back
        for, also where they have settled since."""
        return self._waits


def _visible(folder: Path) -> "Iterator[os.DirEntry[str]]":
    with os.scandir(folder) as entries:
        for entry in entries:
            # What cannot be printed cannot be written down either.
            if entry.name[0] != "." and entry.name.isprintable() and not entry.name.lower().endswith(UNFINISHED):
                yield entry


def _told(entry: "os.DirEntry[str]", name: str) -> Iterator[tuple[str, int, int]]:
    """A plain file with its size and when it was changed; nothing of others, and of one that has gone."""
    with suppress(FileNotFoundError):
        if entry.is_file(follow_symlinks=False):
            about = entry.stat(follow_symlinks=False)
            yield name, about.st_size, about.st_mtime_ns
