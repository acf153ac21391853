"""Countries of addresses from a file in MaxMind's format (MMDB), whoever made it.

Two ways of writing the country are in use, and both are read: `country_code` (ip-location-db, and much else that is
free) and `country.iso_code` (MaxMind, DB-IP); the city stands in `city` or in `city.names.en`.
"""

import ipaddress
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import maxminddb

from headend.delivery.errors import GeoDatabaseRefused
from headend.delivery.ports import NOWHERE, GeoLocator, Place, locate_nothing

LOOK_AGAIN_AFTER = 60.0
"""Seconds after which it is looked whether there is a newer file in the place of the one in use."""

log = logging.getLogger(__name__)


def open_locator(path: Path | None) -> GeoLocator:
    """A locator that reads a database; one that knows nothing for None. Raises GeoDatabaseRefused."""
    return MmdbLocator(path) if path else locate_nothing


def locator_for(path: Path | None) -> GeoLocator:
    """The same for a service: a file that cannot be read is an error in the log, and no reason to stay off the air."""
    try:
        return open_locator(path)
    except GeoDatabaseRefused as error:
        log.error("%s; until it can, nobody's country is known", error)
        return locate_nothing


class MmdbLocator:
    """Looks addresses up in a memory-mapped file: a few microseconds each. A newer file is taken up by itself."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock = path, clock
        self._stamp = _stamp(path)
        self._reader = _open(path)
        self._looked_at = clock()

    def __call__(self, address: str) -> Place:
        """Locate an address; an IPv4 address that came on an IPv6 socket is the IPv4 address."""
        now = self._clock()
        if now - self._looked_at > LOOK_AGAIN_AFTER:
            self._looked_at = now
            self._take_newer()
        try:
            found = self._reader.get(address.removeprefix("::ffff:"))
        except (ValueError, TypeError, maxminddb.InvalidDatabaseError):
            return NOWHERE
        return _place(found) if isinstance(found, dict) else NOWHERE

    def _take_newer(self) -> None:
        stamp = _stamp(self._path)
        if stamp in (None, self._stamp):
            return
        self._stamp = stamp
        try:
            self._reader = _open(self._path)
        except GeoDatabaseRefused as error:
            log.error("%s; the one before stays in use", error)


def networks_in(path: Path) -> int:
    """How many nodes a database has, opened for a look; raises GeoDatabaseRefused."""
    reader = _open(path)
    try:
        return int(reader.metadata().node_count)
    finally:
        reader.close()


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def _open(path: Path) -> maxminddb.Reader:
    try:
        reader = maxminddb.open_database(path)
        reader.get("192.0.2.1")  # a file that was cut off opens, but breaks here
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise GeoDatabaseRefused(f"{path} cannot be used as a database of addresses: {error}") from error
    return reader


def _place(record: Mapping[str, Any]) -> Place:
    country, city = record.get("country"), record.get("city")
    code = record.get("country_code") or (country.get("iso_code") if isinstance(country, dict) else country)
    names = city.get("names") if isinstance(city, dict) else None
    name = names.get("en") if isinstance(names, dict) else city
    is_code = isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha()
    return Place(str(code).upper() if is_code else "", name if isinstance(name, str) else "")


def is_address(text: str) -> bool:
    """Say whether a text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
