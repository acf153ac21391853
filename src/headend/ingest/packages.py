"""Packages and deviations as tickets keep them, in JSON, and the choice of a format."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from headend.ingest.errors import NotAPackage
from headend.ingest.ports import Deviation, Package, PackageFormat, Parsed, Profile

HEAD = 4096
"""Bytes by which a format is recognised."""


def package_to_json(package: Package) -> dict[str, Any]:
    """A package as Ticket.package keeps it."""
    kept: dict[str, Any] = msgspec.to_builtins(package)
    return kept


def package_from_json(kept: Mapping[str, Any]) -> Package:
    """What `package_to_json` wrote."""
    return msgspec.convert(kept, Package)


def deviations_to_json(deviations: Iterable[Deviation]) -> list[dict[str, Any]]:
    """Deviations as Ticket.deviations keeps them."""
    return [msgspec.to_builtins(each) for each in deviations]


def deviations_from_json(kept: Iterable[Mapping[str, Any]]) -> tuple[Deviation, ...]:
    """What `deviations_to_json` wrote."""
    return tuple(msgspec.convert(each, Deviation) for each in kept)


def read_package(data: bytes, profile: Profile, formats: Mapping[str, PackageFormat], name: str = "") -> Parsed:
    """Read a file in the format of this name, or in the first one that recognises it. Raises NotAPackage."""
    return _chosen(data[:HEAD], formats, name).read(data, profile)


def _chosen(head: bytes, formats: Mapping[str, PackageFormat], name: str) -> PackageFormat:
    if name:
        if name not in formats:
            raise NotAPackage(f"there is no format {name}; there are {', '.join(formats)}")
        return formats[name]
    for each in formats.values():
        if each.recognises(head):
            return each
    raise NotAPackage(f"the file begins like none of {', '.join(formats)}", 1)
