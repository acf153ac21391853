"""How often somebody may guess, or have something done for nothing, before they have to wait. Kept in memory.

What one process has counted another does not know: with several, so many times more attempts are possible.
"""

import time
from collections.abc import Hashable
from threading import Lock

from headend.kernel.limits import Buckets


class Attempts:
    """So many attempts at once for every key, then so many a second; for many threads."""

    def __init__(self, size: float, per_second: float) -> None:
        self._terms = size, per_second
        self._lock = Lock()
        self.forget()

    def may_try(self, *key: Hashable) -> bool:
        """Count an attempt; False when there were too many."""
        with self._lock:
            return self._buckets.take(key, time.monotonic())

    def was_right(self, *key: Hashable) -> None:
        """An attempt succeeded: it does not count."""
        with self._lock:
            self._buckets.give_back(key)

    def forget(self) -> None:
        """Begin anew."""
        self._buckets = Buckets(*self._terms)


GUESSES = Attempts(10, 0.05)
"""Of an account's secrets, by account."""

ERRANDS = Attempts(30, 1 / 30)
"""What anybody may ask for without being signed in and costs something, by operator and address: texts, pictures, QR
codes, looking people up. Behind one address there may be a whole house."""

REPORTS = Attempts(30, 0.2)
"""Of devices about themselves, by device: one every five seconds is more than anybody reads."""
