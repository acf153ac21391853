"""Whether all files of a package are there. The description comes last, but not every provider keeps to that."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum


class Completeness(StrEnum):
    """TAKE it as it is; WAIT for more of its files; it is too LATE for those."""

    TAKE = "take"
    WAIT = "wait"
    LATE = "late"


def completeness(missing: Collection[str], *, since: datetime, now: datetime, grace: timedelta) -> Completeness:
    """Say what becomes of a package of which nothing grows any more. `since`: when something of it came last.

    Without `grace` the description has to come last: what is missing then is told when the files are looked at.
    """
    if not missing or not grace:
        return Completeness.TAKE
    return Completeness.WAIT if now - since < grace else Completeness.LATE
