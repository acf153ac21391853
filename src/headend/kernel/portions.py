"""Many values, some at a time: what a query, a transaction or a datagram can take."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Value = TypeVar("Value")


def portions(values: Sequence[Value], size: int) -> Iterator[Sequence[Value]]:
    """The values in their order, `size` at a time; the last portion may be smaller, and of no values there is none."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
