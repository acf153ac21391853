"""Playlists as bytes, each written once for everybody who asks for these segments: they hold nothing personal.

That of a day has some 43,000 segments and takes tens of milliseconds. It is written in portions, and between two of
them the event loop answers whoever else has asked.
"""

import asyncio
from typing import TypeAlias

from headend.hotpath.origin.library import Loop
from headend.hotpath.origin.playlist import Window, written

MOST_KEPT = 32
"""Of a day each at the most: some 60 MB."""

_Key: TypeAlias = tuple[Loop, Window]


class Playlists:
    """Writes media playlists and keeps those that were asked for lately."""

    def __init__(self) -> None:
        self._kept: dict[_Key, bytes] = {}
        self._writing: dict[_Key, asyncio.Task[bytes]] = {}

    async def of(self, loop: Loop, window: Window) -> bytes:
        """Give the playlist of these segments."""
        key = (loop, window)
        known = self._kept.pop(key, None)
        if known is None:
            # A player that goes away while it waits takes nothing from the others.
            known = await asyncio.shield(self._writing.get(key) or self._begin(key))
        self._keep(key, known)
        return known

    def _begin(self, key: _Key) -> asyncio.Task[bytes]:
        task = self._writing[key] = asyncio.create_task(_write(*key))
        task.add_done_callback(lambda _: self._writing.pop(key, None))
        return task

    def _keep(self, key: _Key, body: bytes) -> None:
        self._kept[key] = body
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]


async def _write(loop: Loop, window: Window) -> bytes:
    portions: list[bytes] = []
    for portion in written(loop.timeline, window, loop.manifest.revision):
        if portions:
            await asyncio.sleep(0)
        portions.append(portion.encode())
    return b"".join(portions)
