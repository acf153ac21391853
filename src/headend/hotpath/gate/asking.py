"""Questions to the records, which block: asked in threads of their own, a bounded number at a time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from headend.hotpath.gate.errors import TooBusy
from headend.playback.ports import RecordsUnavailable

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = 4
_MOST_WAITING = 200


class Asking:
    """Asks one question after the other; `is_down` says how the last one ended."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="gate-records")
        self._waiting = 0
        self.is_down = False

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask and wait for the answer; raises RecordsUnavailable and TooBusy."""
        if self._waiting >= _MOST_WAITING:
            raise TooBusy("too many questions are waiting")
        self._waiting += 1
        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, lambda: question(*args, **kwargs))
        except RecordsUnavailable:
            self.is_down = True
            raise
        finally:
            self._waiting -= 1
        self.is_down = False
        return answer

    def close(self) -> None:
        """End the threads, after what they are at."""
        self._threads.shutdown(wait=True, cancel_futures=True)
