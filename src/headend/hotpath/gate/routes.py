"""Calls as the application knows them, and their paths."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from headend.hotpath.gate.answers import Answer
from headend.hotpath.gate.counters import Counter
from headend.hotpath.gate.requests import Request

Call: TypeAlias = Callable[[Request], Answer] | Callable[[Request], Awaitable[Answer]]


API = "/tvmiddleware/api"
PREFIXES = ("", "/api")  # portals on other hosts reach the API under /api


class Route:
    """A call and its figures; `waits` when it is a coroutine."""

    __slots__ = ("call", "counter", "waits")

    def __init__(self, name: str, call: Call, waits: bool = False) -> None:
        self.call: Any = call
        self.counter = Counter(name)
        self.waits = waits


def by_path(calls: dict[str, Route]) -> dict[str, Route]:
    """Every call with and without a slash at its end, and under each prefix; a redirect would break a POST."""
    return {
        f"{prefix}{API}{path}{slash}": route
        for path, route in calls.items()
        for prefix in PREFIXES
        for slash in ("", "/")
    }
