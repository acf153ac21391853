"""uvicorn's HTTP connection with the gate's lane, and two limits: how long a request's head may be, and may take.

Without them one client that sends headers for ever fills the memory, and clients that send nothing hold connections.
"""

from asyncio import Transport
from asyncio.events import TimerHandle
from typing import Any

from headend.hotpath.gate.lane import Lane

LONGEST_HEAD = 65_536  # bytes
HEAD_SECONDS = 15.0


class Connection(Lane):
    """Answers 400 and closes when a head is too long; closes silently when it takes too long."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._is_in_head = False
        self._head_bytes = 0
        self._head_timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(HEAD_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_in_head:
            self._wait_for_the_rest(len(data))

    def on_message_begin(self) -> None:
        self._is_in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        if self._head_timer is not None:
            self._stop_timer()
        super().on_headers_complete()

    def _wait_for_the_rest(self, received: int) -> None:
        self._head_bytes += received
        if self._head_bytes > LONGEST_HEAD:
            self.send_400_response("The head of the request is too long.")
        elif self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
