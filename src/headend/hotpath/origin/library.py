"""The loops in a directory, found by listing it, and the loop that a stream plays."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

from headend.delivery.ports import LOOP_MANIFEST, LoopManifest
from headend.hotpath.origin.playlist import Timeline

_log = logging.getLogger(__name__)
_LOOK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, eq=False, slots=True)
class Loop:
    """A loop on disk; two that were loaded at different times are different."""

    folder: Path
    manifest: LoopManifest
    timeline: Timeline


class Library:
    """The loops of one directory; new ones, and ones made anew, are noticed within a second.

    A loop is a folder with a readable manifest; others are reported in the log and left out.
    """

    def __init__(self, directory: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._directory = directory
        self._monotonic = monotonic
        self._looked_at = float("-inf")
        self._changed_at: int | None = None
        self._by_name: dict[str, Loop] = {}
        self._in_order: tuple[Loop, ...] = ()

    def loop_of(self, stream_id: str) -> Loop | None:
        """Give the loop of that name; a number goes round the loops in the order of their names, 1 is the first."""
        self._look_again()
        found = self._by_name.get(stream_id)
        if found or not self._in_order or not (stream_id.isascii() and stream_id.isdigit()):
            return found
        return self._in_order[(int(stream_id) - 1) % len(self._in_order)]

    def is_empty(self) -> bool:
        return not self._in_order

    def _look_again(self) -> None:
        if self._in_order and self._monotonic() - self._looked_at < _LOOK_AGAIN_SECONDS:
            return
        self._looked_at = self._monotonic()
        changed_at = self._directory.stat().st_mtime_ns if self._directory.is_dir() else None
        if changed_at != self._changed_at:
            self._changed_at = changed_at
            self._by_name = _loops_in(self._directory)
            self._in_order = tuple(self._by_name.values())


def _loops_in(directory: Path) -> dict[str, Loop]:
    loops = {}
    for path in sorted(directory.glob(f"[!.]*/{LOOP_MANIFEST}")):
        try:
            manifest = msgspec.json.decode(path.read_bytes(), type=LoopManifest)
            loops[path.parent.name] = Loop(path.parent, manifest, Timeline.of(manifest.durations))
        except (OSError, msgspec.DecodeError) as error:
            _log.warning("loop left out: %s: %s", path, error)
    return loops


@lru_cache(maxsize=256)
def segment_bytes(loop: Loop, rendition: str, number: int) -> bytes:
    """Read a segment of the loop by its place in it; raises OSError."""
    return (loop.folder / rendition / f"{number:02}.ts").read_bytes()
