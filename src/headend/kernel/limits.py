"""Token buckets: so many attempts at once, then so many a second, for each key."""

from collections.abc import Hashable

_MOST_KEYS = 50_000


class Buckets:
    """A bucket of `size` for every key that was seen lately, refilled with `per_second`.

    The number of keys is bounded: who comes with ever new keys makes the oldest be forgotten, not the memory grow.
    """

    def __init__(self, size: float, per_second: float) -> None:
        self._size = size
        self._per_second = per_second
        self._levels: dict[Hashable, tuple[float, float]] = {}

    def take(self, key: Hashable, now: float) -> bool:
        """Take one from the bucket; False when it is empty."""
        level, since = self._levels.pop(key, (self._size, now))
        level = min(self._size, level + max(0.0, now - since) * self._per_second)
        if len(self._levels) >= _MOST_KEYS:
            del self._levels[next(iter(self._levels))]
        self._levels[key] = (level - 1 if level >= 1 else level, now)
        return level >= 1

    def level(self, key: Hashable) -> float:
        """How much was left in the bucket when it was last taken from; a full one for a key that is not known."""
        return self._levels.get(key, (self._size, 0.0))[0]

    def give_back(self, key: Hashable) -> None:
        """Put one back, for an attempt that turned out to be right."""
        if key in self._levels:
            level, since = self._levels[key]
            self._levels[key] = (min(self._size, level + 1), since)
