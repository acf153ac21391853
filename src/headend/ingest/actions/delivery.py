"""What lies in an inbox for one description: the description itself, read, and the files that belong to it."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from headend.ingest.deviations import told
from headend.ingest.errors import NotAPackage
from headend.ingest.models import Inbox, Ticket
from headend.ingest.packages import read_package
from headend.ingest.ports import Deviation, Parsed, Profile, Tools

LARGEST = 64 << 20


@dataclass(slots=True)
class Delivery:
    """A description as it was read. `files` are the names in the inbox of all that belongs to it, itself first;
    `missing` are files that it brings and that are not there."""

    name: str
    fingerprint: str
    parsed: Parsed
    files: list[str] = field(default_factory=list)
    missing: frozenset[str] = frozenset()
    repeats: Ticket | None = None

    @property
    def assets(self) -> frozenset[str]:
        """Which titles it is about."""
        return frozenset(package.asset for package in self.parsed.packages)

    @property
    def refusal(self) -> str:
        """Why it cannot be used, "" when it can."""
        if self.repeats:
            return f"duplicate: taken already as ticket {self.repeats.pk}"
        return told(self.parsed.refusals[0]) if self.parsed.refusals else ""

    def refuse(self, why: Deviation) -> None:
        """Make it one that cannot be used."""
        self.parsed = replace(self.parsed, deviations=(*self.parsed.deviations, why))


def read_delivery(  # noqa: PLR0913 - all that a delivery is read with
    inbox: Inbox, source: Path, name: str, others: Iterable[str], tools: Tools, profile: Profile
) -> Delivery:
    """Read a description and find what belongs to it among the other files there. Raises OSError."""
    path = source / name
    if path.stat().st_size > LARGEST:
        too_large = Deviation(f"the description is larger than {LARGEST >> 20} MiB", is_refusal=True)
        return Delivery(name, f"{path.stat().st_size} {name}"[:64], Parsed((), (too_large,)), [name])
    data = path.read_bytes()
    parsed = _parsed(inbox, data, tools, profile)
    files = [each for package in parsed.packages for each in package.files]
    named = {each.name for each in files}
    if not parsed.packages:
        # Nobody can read what belongs to it: what it mentions goes with it, and what is called as it is.
        stem = Path(name).stem
        named = {each for each in others if Path(each).stem == stem or os.fsencode(each) in data}
    present = [each for each in sorted(named) if each != name and (source / each).is_file()]
    sizes = [f"{each} {(source / each).stat().st_size}" for each in present]
    fingerprint = hashlib.sha256(b"\n".join([data, *(size.encode() for size in sizes)])).hexdigest()
    brought = frozenset(each.name for each in files if each.is_updated)
    return Delivery(name, fingerprint, parsed, [name, *present], brought.difference(present, [name]))


def _parsed(inbox: Inbox, data: bytes, tools: Tools, profile: Profile) -> Parsed:
    try:
        return read_package(data, profile, tools.formats, inbox.format)
    except NotAPackage as error:
        return Parsed((), (Deviation(str(error), error.line, is_refusal=True),))
