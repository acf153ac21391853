"""What lies in an inbox for one description: the description itself, read, and the files that belong to it."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from headend.ingest.actions.arrivals import Arrivals
from headend.ingest.actions.moving import is_led_away
from headend.ingest.deviations import told
from headend.ingest.errors import NotAPackage
from headend.ingest.models import Inbox, Ticket
from headend.ingest.packages import read_package
from headend.ingest.ports import Deviation, Package, Parsed, Profile, Tools
from headend.ingest.rules.names import beside, is_companion, plain_name

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

    def shares(self) -> Iterator[tuple[Package, set[str]]]:
        """Its packages, each with its files; what no package names, and the description itself, are the first's."""
        named = [{beside(self.name, each.name) for each in package.files} for package in self.parsed.packages]
        rest = set(self.files).difference(*named) | {self.name}
        for package, mine in zip(self.parsed.packages, named, strict=True):
            yield package, mine | rest
            rest = set()

    def refuse(self, why: Deviation) -> None:
        """Make it one that cannot be used."""
        self.parsed = replace(self.parsed, deviations=(*self.parsed.deviations, why))


def read_delivery(  # noqa: PLR0913 - all that a delivery is read with
    inbox: Inbox, source: Path, name: str, arrivals: Arrivals, tools: Tools, profile: Profile
) -> Delivery:
    """Read a description and find what belongs to it among the other files there. Raises OSError."""
    path = source / name
    if is_led_away(source, name):
        raise FileNotFoundError(name)
    if path.stat().st_size > LARGEST:
        too_large = Deviation(f"the description is larger than {LARGEST >> 20} MiB", is_refusal=True)
        return Delivery(name, f"{path.stat().st_size} {name}"[:64], Parsed((), (too_large,)), [name])
    data = path.read_bytes()
    parsed = _parsed(inbox, data, tools, profile)
    named = {beside(name, each.name): each for package in parsed.packages for each in package.files}
    mine = set(named) if parsed.packages else _guessed(name, data, arrivals.beside(name))
    if arrivals.has_folder(name):
        # Films that nobody names may be those of a package whose description is still to come.
        mine |= {each for each in arrivals.beside(name) if not parsed.packages or is_companion(each)}
    present = [each for each in sorted(mine) if each != name and (source / each).is_file()]
    sizes = [f"{plain_name(each)} {(source / each).stat().st_size}" for each in present]
    fingerprint = hashlib.sha256(b"\n".join([data, *(size.encode() for size in sizes)])).hexdigest()
    brought = frozenset(each for each, file in named.items() if file.is_updated)
    return Delivery(name, fingerprint, parsed, [name, *present], brought.difference(present, [name]))


def _guessed(name: str, data: bytes, others: Iterable[str]) -> set[str]:
    """What belongs to a description that nobody can read: what it mentions, and what is called as it is."""
    stem = Path(name).stem
    return {each for each in others if Path(each).stem == stem or os.fsencode(plain_name(each)) in data}


def _parsed(inbox: Inbox, data: bytes, tools: Tools, profile: Profile) -> Parsed:
    try:
        return read_package(data, profile, tools.formats, inbox.format)
    except NotAPackage as error:
        return Parsed((), (Deviation(str(error), error.line, is_refusal=True),))
