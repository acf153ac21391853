"""Keeps what was made for one caller and serves many."""

from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

from headend.hotpath.gate.memory import Guide


class Lasting(Protocol):
    """What can be kept: good until `until` (seconds since the epoch) and while `guide` is the channel's."""

    @property
    def until(self) -> int:
        """When it is over."""

    @property
    def guide(self) -> Guide:
        """What it was made from."""


Made = TypeVar("Made", bound=Lasting)


class Shelf(Generic[Made]):
    """At most so many things; who has not been asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: dict[Hashable, Made] = {}

    def find(self, key: Hashable, guide: Guide, now: int, make: Callable[[], Made]) -> Made:
        """What is kept under the key, made anew when there is nothing or it is no longer good."""
        found = self._things.pop(key, None)
        if found is None or now >= found.until or found.guide is not guide:
            found = make()
        self._things[key] = found
        if len(self._things) > self._most:
            del self._things[next(iter(self._things))]
        return found

    def clear(self) -> None:
        """Keep nothing any longer."""
        self._things.clear()
