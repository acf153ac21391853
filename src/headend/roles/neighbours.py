"""Lets the gates of several web processes on one machine know who watches, so that limits hold for all together.

Each has a Unix datagram socket in the data directory and sends what is new there to all others, several times a second.
What gets lost (a gate that is just starting, a full buffer) is told again with the device's next beat.
"""

import asyncio
import logging
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from headend.hotpath.gate.app import Gate
from headend.kernel.portions import portions

TELL_SECONDS = 0.2
_NOTICES_AT_ONCE = 500  # well within a datagram
_LARGEST = 1 << 17

log = logging.getLogger(__name__)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[int, str, tuple[int, int, int] | None]]).decode


class Neighbours:
    """One gate among others; `name` is its own, `others` are theirs. Lives on the gate's event loop."""

    def __init__(self, gate: Gate, folder: Path, name: str, others: Sequence[str]) -> None:
        self._gate = gate
        self._path = folder / f"{name}.sock"
        self._others = [str(folder / f"{other}.sock") for other in others]
        self._socket: socket.socket | None = None
        self._telling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen and to tell."""
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        self._path.unlink(missing_ok=True)  # of the process that was here before
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(self._path))
        loop = asyncio.get_running_loop()
        loop.add_reader(self._socket, self._hear)
        self._gate.begin_telling()
        self._telling = loop.create_task(self._tell_regularly())

    async def stop(self) -> None:
        """End both."""
        if self._telling is not None:
            self._telling.cancel()
            with suppress(asyncio.CancelledError):
                await self._telling
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._path.unlink(missing_ok=True)

    def _hear(self) -> None:
        if self._socket is None:
            return
        with suppress(BlockingIOError):
            told = self._socket.recv(_LARGEST)
            try:
                self._gate.hear_plays(_decode(told))
            except msgspec.DecodeError:
                log.warning("a neighbour said something that nobody understands")

    async def _tell_regularly(self) -> None:
        while True:
            await asyncio.sleep(TELL_SECONDS)
            for notices in portions(self._gate.take_plays(), _NOTICES_AT_ONCE):
                self._tell(_encode(notices))

    def _tell(self, message: bytes) -> None:
        for other in self._others:
            with suppress(OSError):  # it is not there, or has too much to read
                if self._socket is not None:
                    self._socket.sendto(message, other)
