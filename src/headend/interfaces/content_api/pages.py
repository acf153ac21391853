"""Lists, a page at a time."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet

from headend.interfaces.content_api import BAD_PARAMETER
from headend.interfaces.wire.errors import Refused

USUAL, MOST, FURTHEST = 20, 100, 1_000_000
Record = TypeVar("Record", bound=Model)


def bounds(limit: int, page: int) -> tuple[int, int]:
    """Where a page begins and ends; refuses with BAD_PARAMETER. More than the most are not given."""
    if limit < 1 or not 1 <= page <= FURTHEST:
        raise Refused(BAD_PARAMETER, f"limit is from 1 to {MOST}, page from 1")
    size = min(limit, MOST)
    return (page - 1) * size, page * size


def page_of(records: "QuerySet[Record]", limit: int, page: int) -> Sequence[Record]:
    """A page of records in their order.

    Their numbers are found first, for which an index suffices, so that rows passed over are never read.
    """
    first, last = bounds(limit, page)
    numbers = list(records.values_list("pk", flat=True)[first:last])
    found = records.order_by().in_bulk(numbers)
    return [found[number] for number in numbers]
