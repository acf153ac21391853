"""Playlists and guides for players that know neither sessions nor calls, and the addresses their entries point at.

    /get.php?username=&password=[&type=m3u|m3u_plus][&output=][&key=]   playlist
    /playlist/<number>/<password>[/<type>]   /playlist/<token>.m3u8     playlist
    /xmltv.php?username=&password=   /epg.xml[.gz]?username=&password=  guide
    /epg/<number>/<password>[/gz]    /epg/<token>.xml[.gz]              guide
    /play/<token>/<channel>.m3u8[?utc=&dur=]                            sent on to the stream, each time decided anew

A token is that of a session, or one signed for the account, which ends with the account's password. Numbers are
unique within an operator; where several operators have one, `client_id` tells which is meant, or the password does.
"""

import asyncio
import re
import zlib
from functools import cached_property
from hashlib import blake2b

from headend.delivery.ports import Period
from headend.hotpath.gate import playlists, xmltv
from headend.hotpath.gate.answers import GZIP, NO_STORE, PRIVATE, Answer, Headers, length, redirect, takes_gzip
from headend.hotpath.gate.credentials import Credentials, Line
from headend.hotpath.gate.entries import Entries, GuideFile, GuideParts, Kind, guide_file, head_part
from headend.hotpath.gate.errors import BadParameter, Forbidden
from headend.hotpath.gate.lists import Order, entries_of
from headend.hotpath.gate.memory import Access
from headend.hotpath.gate.packing import MARK, Part
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.routes import Route
from headend.hotpath.gate.rows import Addresses
from headend.hotpath.gate.state import State
from headend.hotpath.gate.streams import Playing, Refused
from headend.hotpath.origin.answers import byte_range
from headend.playback.errors import NothingToPlay
from headend.playback.ports import ChannelView
from headend.playback.rules import Reason

TYPES = {"": True, "m3u_plus": True, "m3u8": True, "m3u": False}  # whether it has attributes
_GUIDES = ("/xmltv.php", "/epg.xml", "/epg.xml.gz")
_WITH_PARAMETERS = ("/get.php", *_GUIDES)
_MOST_KEPT = 64
_LONGEST_PERIOD = 86400
_NOT_THERE = (Reason.CHANNEL_UNKNOWN, Reason.CHANNEL_DISABLED)
_RETRY_AFTER = 30

_PLAYLIST_PATH = re.compile(
    r"/playlist/(?:(?P<token>[\w-]{1,1400})\.m3u8?|(?P<number>\d+)/(?P<password>[^/]+)(?:/(?P<type>\w+))?)/?"
)
_GUIDE_PATH = re.compile(
    r"/epg/(?:(?P<token>[\w-]{1,1400})\.xml(?:\.gz)?|(?P<number>\d+)/(?P<password>[^/]+)(?:/(?P<type>gz))?)/?"
)
_PLAY_PATH = re.compile(r"/play/(?P<token>[\w-]{1,1400})/(?P<channel>\d{1,18})(?:\.\w{1,5})?")


class Playlist:
    """The playlist of one account, kept for players that ask in vain whether it has changed."""

    def __init__(self, access: Access, body: bytes) -> None:
        self.access = access
        self.body = body
        self.tag = f'"{blake2b(body, digest_size=9).hexdigest()}"'.encode()

    @cached_property
    def packed(self) -> bytes:
        return zlib.compress(self.body, wbits=31)


class LineCalls:
    """See the module."""

    def __init__(self, state: State, credentials: Credentials, playing: Playing, addresses: Addresses) -> None:
        self._state = state
        self._credentials = credentials
        self._playing = playing
        self._addresses = addresses
        self._entries: dict[int, Entries] = {}
        self._kept: dict[tuple[str, Kind], Playlist] = {}
        self._guide_parts = GuideParts(state)

    def routes(self) -> dict[str, Route]:
        """The calls by path."""
        guide = Route("guide", self.guide, waits=True)
        return {"/get.php": Route("playlist", self.playlist, waits=True), **dict.fromkeys(_GUIDES, guide)}

    def folders(self) -> dict[str, Route]:
        """The calls by the first part of the path."""
        return {
            "playlist": Route("playlist", self.playlist, waits=True),
            "epg": Route("guide", self.guide, waits=True),
            "play": Route("play", self.play),
        }

    # --- playlists ---

    async def playlist(self, request: Request) -> Answer:
        """The channels of an account as M3U."""
        try:
            line, wanted = await self._line(request, _PLAYLIST_PATH)
            kind = Kind(TYPES[wanted or request.text("type", 20)], request.text("lang", 20))
            has_live = "live" in request.params.get("key", "live").split(",")
        except (BadParameter, KeyError) as error:
            raise Forbidden(400, "bad_parameter") from error
        return _playlist_answer(request, self._playlist(request, line, kind, has_live), line, kind)

    def _playlist(self, request: Request, line: Line, kind: Kind, has_live: bool) -> Playlist:
        access = line.viewer.access
        kept = self._kept.pop((line.token, kind), None)
        if kept is None or kept.access is not access or not has_live:
            entries = self._entries_of(access)
            bodies = [entries.entry(channel, kind) for channel in self._channels(access)] if has_live else []
            head = playlists.write_head(f"{self._addresses.public_url}/epg/{MARK}.xml")
            body = playlists.write_playlist(head if kind.has_attributes else playlists.write_head(), bodies)
            kept = Playlist(access, body.replace(MARK.encode(), line.token.encode()))
        if has_live:
            self._kept[line.token, kind] = kept
        if len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return kept

    def _channels(self, access: Access) -> list[ChannelView]:
        """What a player may list: without what is hidden, or behind the parental code, which it cannot ask for."""
        locked = access.grant.locked_channels
        return [
            channel
            for channel, personal in entries_of(access, Order())
            if not (personal.is_hidden or channel.terms.needs_parent_code or channel.id in locked)
        ]

    def _entries_of(self, access: Access) -> Entries:
        operator, station = access.operator, access.station
        known = self._entries.get(operator.id)
        if known is None or known.station is not station or known.operator is not operator:
            known = self._entries[operator.id] = Entries(operator, station, self._addresses)
        return known

    async def _line(self, request: Request, path: re.Pattern[str]) -> tuple[Line, str]:
        """Who asks, and the last part of the path if there is one; raises Forbidden."""
        found = path.fullmatch(request.scope["path"])
        if found is None:
            if request.scope["path"] not in _WITH_PARAMETERS:
                raise Forbidden(404, "not_found")
            number, password = request.text("username"), request.text("password")
            return await self._credentials.by_password(request, number, password), ""
        if found["token"]:
            return self._credentials.by_token(request, found["token"]), ""
        line = await self._credentials.by_password(request, found["number"], found["password"])
        return line, found["type"] or ""

    # --- guides ---

    async def guide(self, request: Request) -> Answer:
        """The guide of an account's channels as XMLTV."""
        try:
            line, _ = await self._line(request, _GUIDE_PATH)
        except BadParameter as error:
            raise Forbidden(400, "bad_parameter") from error
        file = await self._guide_file(line.viewer.access)
        is_file = request.scope["path"].rstrip("/").endswith(("/gz", ".gz"))
        return _guide_answer(request, file, is_file)

    async def _guide_file(self, access: Access) -> GuideFile:
        entries, channels = self._entries_of(access), self._channels(access)
        parts: dict[str, Part] = {}
        for channel in channels:
            part, is_new = self._guide_parts.part(entries, channel)
            parts.setdefault(entries.guide_ids[channel.id], part)
            if is_new:
                await asyncio.sleep(0)  # others want to be answered too
        return guide_file(head_part(entries, access, channels, self._addresses), parts.values())

    # --- streams ---

    def play(self, request: Request) -> Answer:
        """Send a player on to the stream of a channel."""
        found = _PLAY_PATH.fullmatch(request.scope["path"])
        if found is None:
            raise Forbidden(404, "not_found")
        viewer = self._credentials.by_token(request, found["token"]).viewer
        channel = viewer.access.station.channels.get(int(found["channel"]))
        try:
            period = self._period(request, channel)
            address = self._playing.address(viewer, int(found["channel"]), period, frozenset(), request.now).address
        except BadParameter as error:
            raise Forbidden(400, "bad_parameter") from error
        except Refused as refused:
            reason = refused.decision.reason
            raise Forbidden(404 if reason in _NOT_THERE else 403, reason.value) from refused
        except NothingToPlay as error:
            raise Forbidden(503, error.code, _RETRY_AFTER) from error
        return redirect(address)

    def _period(self, request: Request, channel: ChannelView | None) -> Period | None:
        """Read what of the archive is wanted: `utc` is the begin, `dur` the length in seconds."""
        start = request.whole("utc")
        if start is None or channel is None:
            return None
        duration = request.whole("dur")
        if duration is None:
            return self._playing.period_at(channel, start, request.now)
        if not 0 < duration <= _LONGEST_PERIOD:
            raise BadParameter("dur")
        return Period(start, duration if start + duration <= request.now else None)


def _playlist_answer(request: Request, playlist: Playlist, line: Line, kind: Kind) -> Answer:
    name = f"tv_channels_{line.viewer.access.account.number}{'_plus' if kind.has_attributes else ''}.m3u"
    headers: Headers = [
        PRIVATE,
        (b"etag", playlist.tag),
        (b"vary", b"accept-encoding"),
        (b"content-type", playlists.CONTENT_TYPE),
        (b"content-disposition", f'attachment; filename="{name}"'.encode()),
        (b"accept-ranges", b"bytes"),
    ]
    if _has_already(request, playlist.tag):
        return Answer(304, headers)
    part = _part_wanted(request, playlist)
    if part:
        first, last = part
        if first > last:
            size = b"bytes */%d" % len(playlist.body)
            return Answer(416, [NO_STORE, (b"content-range", size), length(b"")], b"", 416)
        body = playlist.body[first : last + 1]
        said = (b"content-range", b"bytes %d-%d/%d" % (first, last, len(playlist.body)))
        return Answer(206, [*headers, said, length(body)], body)
    if takes_gzip(request.headers.get(b"accept-encoding", b"")):
        return Answer(200, [*headers, GZIP, length(playlist.packed)], playlist.packed)
    return Answer(200, [*headers, length(playlist.body)], playlist.body)


def _part_wanted(request: Request, playlist: Playlist) -> tuple[int, int] | None:
    """The range that is asked for of this very playlist, if one is (RFC 9110 section 14)."""
    asked = request.headers.get(b"range", b"")
    if not asked or request.headers.get(b"if-range", playlist.tag) != playlist.tag:
        return None
    return byte_range(asked.decode("latin-1"), len(playlist.body))


def _guide_answer(request: Request, file: GuideFile, is_file: bool) -> Answer:
    tag = f'"{file.tag}{"-gz" if is_file else ""}"'.encode()
    headers: Headers = [
        PRIVATE,
        (b"etag", b"W/" + tag),
        (b"vary", b"accept-encoding"),
        (b"content-type", b"application/gzip" if is_file else xmltv.CONTENT_TYPE),
    ]
    if _has_already(request, tag):
        return Answer(304, headers)
    is_packed = not is_file and takes_gzip(request.headers.get(b"accept-encoding", b""))
    if is_file or is_packed:
        body = file.gzip()
        return Answer(200, [*headers, *([GZIP] if is_packed else []), length(body)], body)
    return Answer(200, [*headers, (b"content-length", b"%d" % file.size)], file.plain())


def _has_already(request: Request, tag: bytes) -> bool:
    known = request.headers.get(b"if-none-match")
    return known is not None and (tag in known or known.strip() == b"*")
