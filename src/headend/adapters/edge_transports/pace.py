"""How fast an edge may be sent to: a bucket of bytes for each edge, shared by all transfers of this process to it."""

import threading
import time
from collections.abc import Callable

from headend.ingest.ports import EdgeAddress

LARGEST_CHUNK = 2 * 1024 * 1024  # what SFTP has on the way at once: the more, the less a far edge slows it down
SMALLEST_CHUNK = 1024


class Bucket:
    """Fills with `rate` bytes a second and holds those of a quarter of one; rate 0 is no limit."""

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._free_at = 0.0
        self._lock = threading.Lock()

    @property
    def chunk(self) -> int:
        """How many bytes to send at once, so that a slow transfer still tells of itself several times a second."""
        return max(SMALLEST_CHUNK, min(LARGEST_CHUNK, self.rate // 8)) if self.rate else LARGEST_CHUNK

    def take(self, count: int) -> float:
        """Take bytes out; gives for how many seconds to wait before they are sent."""
        if not self.rate:
            return 0.0
        with self._lock:
            now = self._clock()
            begins = max(self._free_at, now - 0.25)
            self._free_at = begins + count / self.rate
            return max(0.0, self._free_at - now)


_buckets: dict[tuple[str, str, int, str], Bucket] = {}
_guard = threading.Lock()


def bucket_of(edge: EdgeAddress) -> Bucket:
    """The edge's bucket, at the rate that it has now."""
    with _guard:
        bucket = _buckets.setdefault((edge.name, edge.host, edge.port, edge.path), Bucket(edge.bytes_per_second))
        bucket.rate = edge.bytes_per_second
        return bucket
