"""A guide on its way in, sorted by channel in a file: whole before anything is written, and never in memory.

A guide that turns out broken at its end has then changed nothing, and the records are never locked while it is read.
"""

from array import array
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import msgspec

from headend.catalog.ports import ChannelDraft, KnownProgramme, ProgrammeDraft
from headend.catalog.repairs import Slot

_WRITE_AT_ONCE = 1 << 20


class Stored(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A programme as the file holds it; `details` is its ProgrammeDetails in JSON."""

    title: str
    age: int
    details: bytes
    categories: tuple[str, ...]


class Spool:
    """Takes drafts in any order and gives them back channel by channel. Close it (`with`) to be rid of the file."""

    def __init__(self, folder: Path) -> None:
        self.channels: dict[str, ChannelDraft] = {}
        self.categories: set[str] = set()
        self.size = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._places: dict[str, array[int]] = {}
        self._waiting = bytearray()
        self._at = 0
        self._json = msgspec.json.Encoder()
        self._pack = msgspec.msgpack.Encoder()
        self._unpack = msgspec.msgpack.Decoder(tuple[int, int | None, int, int, bytes])

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: Any) -> None:
        self._file.close()

    def add_channel(self, draft: ChannelDraft) -> None:
        """Take a channel; of several with one id the first counts."""
        self.channels.setdefault(draft.guide_id, draft)

    def add_programme(self, draft: ProgrammeDraft | KnownProgramme) -> None:
        """Take a programme; one that is known brings nothing but its times."""
        payload = b""
        if isinstance(draft, ProgrammeDraft):
            categories = draft.details.categories
            details = self._json.encode(draft.details)
            payload = self._pack.encode(Stored(draft.title, draft.age, details, categories))
            self.categories.update(categories)
        fingerprint = draft.fingerprint or _fingerprint(payload)
        packed = self._pack.encode((draft.start, draft.stop, draft.line, fingerprint, payload))
        place = self._places.get(draft.guide_id)
        if place is None:
            place = self._places[draft.guide_id] = array("Q")
        place.append(self._at << 24 | len(packed))
        self._at += len(packed)
        self.size += 1
        self._waiting += packed
        if len(self._waiting) > _WRITE_AT_ONCE:
            self._write()

    def _write(self) -> None:
        self._file.write(self._waiting)
        self._waiting.clear()

    def guide_ids(self) -> list[str]:
        """The channels that have programmes or were named, in the guide's order."""
        return list(dict.fromkeys((*self.channels, *self._places)))

    def slots(self, guide_id: str) -> Iterator[Slot]:
        """One channel's programmes as they came in; the payload is a packed Stored, or empty for a known one."""
        if self._waiting:
            self._write()
        for place in self._places.get(guide_id, ()):
            self._file.seek(place >> 24)
            yield Slot(*self._unpack.decode(self._file.read(place & 0xFFFFFF)))


def _fingerprint(payload: bytes) -> int:
    """What tells programmes apart whose reader made no fingerprint."""
    return int.from_bytes(blake2b(payload, digest_size=8).digest(), "big", signed=True)
