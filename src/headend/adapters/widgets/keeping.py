"""Keeps what was fetched for a while, and a failure for a shorter while: a thousand screens cost one request."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

from headend.kernel.errors import HeadendError
from headend.portal.errors import SourceBusy

Value = TypeVar("Value")

FAILURE_SECONDS = 30.0
MOST_KEPT = 500


class _Entry(NamedTuple, Generic[Value]):
    until: float
    value: Value | None
    failure: HeadendError | None


class Kept(Generic[Value]):
    """Values by key, each made anew after `seconds`. While one is being made, others that want it get SourceBusy."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._entries: dict[Hashable, _Entry[Value]] = {}
        self._in_making: set[Hashable] = set()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key; what `make` raised is raised again until it is tried anew."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry.until <= self._clock():
                entry = None
                self._begin(key)
        return _told(entry or self._made(key, make))

    def _begin(self, key: Hashable) -> None:
        if key in self._in_making:
            raise SourceBusy("it is being fetched at this moment")
        self._in_making.add(key)

    def _made(self, key: Hashable, make: Callable[[], Value]) -> _Entry[Value]:
        try:
            try:
                value = make()
                entry = _Entry[Value](self._clock() + self._seconds, value, None)
            except HeadendError as error:
                entry = _Entry[Value](self._clock() + FAILURE_SECONDS, None, error)
            with self._lock:
                self._entries.pop(key, None)
                self._entries[key] = entry
                if len(self._entries) > MOST_KEPT:
                    del self._entries[next(iter(self._entries))]
        finally:
            with self._lock:
                self._in_making.discard(key)
        return entry


def _told(entry: _Entry[Value]) -> Value:
    if entry.failure is not None:
        raise entry.failure.with_traceback(None)
    return entry.value  # type: ignore[return-value]  # without a failure there is one
