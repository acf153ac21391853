"""The origin as an ASGI application.

    /<token>/<stream>/index.m3u8                    the renditions, live
    /<token>/<stream>/timeshift_rel-<seconds>.m3u8  the same, so many seconds behind the clock
    /<token>/<stream>/archive-<start>-<seconds>.m3u8  a period; while it lasts, a playlist that grows
    /<token>/<stream>/archive-<start>-now.m3u8      from a moment on (start-over), growing
    /<token>/<stream>/film-<seconds>.m3u8           the loop as a film of that length (0: once), from its beginning
    /<token>/<stream>/<rendition>/<the same names>  the segments of one rendition
    /<token>/<stream>/<rendition>/<revision>-<number>.ts

The token is a folder, and every address in a playlist is relative: so all players keep it. It is checked for
playlists and for segments. 403 is a token that does not open the stream, 404 what there is not (yet), 400 a period
that makes no sense, 503 no loops at all; the body is the reason's code.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from headend.delivery.errors import TokenRefused
from headend.delivery.rules import TokenKey, verify_stream_token
from headend.hotpath.origin import answers
from headend.hotpath.origin.answers import Answer, Refused
from headend.hotpath.origin.library import Library, Loop, segment_bytes
from headend.hotpath.origin.playlist import (
    SECOND,
    Kind,
    Window,
    film_window,
    live_window,
    master_playlist,
    period_window,
)
from headend.hotpath.origin.playlists import Playlists

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Long enough for a player that buffers three target durations behind the edge and then stalls for a while.
LIVE_SPAN = 30 * SECOND
LONGEST_PERIOD = 24 * 3600 * SECOND

_INDEX = re.compile(r"index\.m3u8")
_SHIFTED = re.compile(r"timeshift_rel-([0-9]{1,8})\.m3u8")
_PERIOD = re.compile(r"archive-([0-9]{1,11})-([0-9]{1,6}|now)\.m3u8")
_FILM = re.compile(r"film-([0-9]{1,6})\.m3u8")
_SEGMENT = re.compile(r"([0-9a-f]{1,64})-([0-9]{1,12})\.ts")


class Asked(NamedTuple):
    """A path taken apart; without a rendition it is about all of them."""

    token: str
    stream_id: str
    rendition: str
    file: str


class NotYet(Exception):
    """What was asked for begins now; its first segment is over in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def take_apart(path: str) -> Asked:
    """Read a path; raises Refused (404) for any other form."""
    match path.split("/"):
        case ["", token, stream_id, file]:
            return Asked(token, stream_id, "", file)
        case ["", token, stream_id, rendition, file] if rendition:
            return Asked(token, stream_id, rendition, file)
    raise Refused(404, "not_found")


class Origin:
    """Plays the loops in `directory` to whoever has a token signed with `secret`; `clock` gives seconds since the
    epoch. Mount it anywhere: addresses are relative to the scope's `root_path`.
    """

    def __init__(self, directory: Path, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._library = Library(directory)
        self._playlists = Playlists()
        self._key = TokenKey(secret)
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"the origin answers http, not {scope['type']}")
        answer = await self._in_time(scope)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _in_time(self, scope: Scope) -> Answer:
        """Answer when there is something to answer with: an empty playlist makes players give up."""
        while True:
            try:
                return await self._answer(scope)
            except NotYet as wait:
                await asyncio.sleep(wait.seconds)

    async def _answer(self, scope: Scope) -> Answer:
        try:
            if scope["method"] == "OPTIONS":
                return answers.preflight()
            if scope["method"] not in ("GET", "HEAD"):
                raise Refused(405, "method_not_allowed")
            return await self._found(scope)
        except TokenRefused as error:
            return answers.refusal(Refused(403, error.code))
        except Refused as refused:
            return answers.refusal(refused)

    async def _found(self, scope: Scope) -> Answer:
        asked = take_apart(scope["path"].removeprefix(scope.get("root_path", "")))
        address = scope["client"][0] if scope.get("client") else ""
        verify_stream_token(asked.token, self._key, stream_id=asked.stream_id, now=self._clock(), address=address)
        loop = self._library.loop_of(asked.stream_id)
        if loop is None:
            raise Refused(503, "no_loops") if self._library.is_empty() else Refused(404, "no_such_stream")
        if asked.rendition and asked.rendition not in (each.name for each in loop.manifest.renditions):
            raise Refused(404, "no_such_rendition")
        found = _SEGMENT.fullmatch(asked.file)
        if found and asked.rendition:
            return self._segment(loop, asked.rendition, found[1], int(found[2]), scope)
        return await self._playlist(loop, asked)

    async def _playlist(self, loop: Loop, asked: Asked) -> Answer:
        window = self._window(loop, asked.file)
        is_final = window.kind is Kind.VOD
        if asked.rendition:
            return answers.playlist(await self._playlists.of(loop, window), is_final=is_final)
        return answers.playlist(master_playlist(loop.manifest.renditions, asked.file).encode(), is_final=is_final)

    def _window(self, loop: Loop, file: str) -> Window:
        now = int(self._clock() * SECOND)
        if _INDEX.fullmatch(file):
            return live_window(loop.timeline, now, LIVE_SPAN)
        if found := _SHIFTED.fullmatch(file):
            return live_window(loop.timeline, now - int(found[1]) * SECOND, LIVE_SPAN)
        if found := _PERIOD.fullmatch(file):
            start = int(found[1]) * SECOND
            return _period(loop, start, None if found[2] == "now" else start + int(found[2]) * SECOND, now)
        if found := _FILM.fullmatch(file):
            return _film(loop, int(found[1]) * SECOND)
        raise Refused(404, "not_found")

    def _segment(self, loop: Loop, rendition: str, revision: str, number: int, scope: Scope) -> Answer:
        if revision != loop.manifest.revision or number > loop.timeline.newest(int(self._clock() * SECOND)):
            raise Refused(404, "no_such_segment")
        place = number % len(loop.timeline.durations)
        try:
            body = segment_bytes(loop, rendition, place)
        except FileNotFoundError as error:
            raise Refused(404, "no_such_segment") from error
        asked = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["method"] == "HEAD":
            asked.pop("range", None)
        return answers.segment(body, f'"{revision}-{rendition}-{place}"', asked)


def _film(loop: Loop, length: int) -> Window:
    if length > LONGEST_PERIOD:
        raise Refused(400, "film_too_long")
    return film_window(loop.timeline, length)


def _period(loop: Loop, start: int, end: int | None, now: int) -> Window:
    if (now if end is None else end) - start > LONGEST_PERIOD:
        raise Refused(400, "period_too_long")
    if end == start:
        raise Refused(400, "period_empty")
    if start > now:
        raise Refused(404, "period_not_begun")
    window = period_window(loop.timeline, start, end, now)
    if window is None:
        raise NotYet((loop.timeline.start_of(loop.timeline.number_at(start) + 1) - now) / SECOND)
    return window
