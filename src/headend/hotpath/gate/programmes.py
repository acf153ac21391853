"""The calls for guides of channels, whole or for a period: encoded when first asked for and kept a while."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from headend.hotpath.gate.answers import Answer, Ready, encoded, lasting, ok_with_message
from headend.hotpath.gate.callers import Caller, Callers
from headend.hotpath.gate.channels import language_of
from headend.hotpath.gate.errors import BadParameter, Refusal
from headend.hotpath.gate.keeping import Shelf
from headend.hotpath.gate.lists import REST, Order, entries_of, gives_channel
from headend.hotpath.gate.memory import Access, Guide, Station
from headend.hotpath.gate.packing import Body, Chunk
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.routes import answers
from headend.hotpath.gate.rows import (
    FOREVER,
    Addresses,
    Words,
    details_of,
    genres_of,
    programme_fields,
)
from headend.hotpath.gate.state import State
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields, WireFormat
from headend.playback.ports import ChannelView, OperatorView, ProgrammeView
from headend.playback.wire import programme_meta

MOST_KEPT = 1024
NOWHERE: Mapping[int, int] = MappingProxyType({})
_ERRORS = {1: "a parameter is missing or cannot be read, or there is no such channel"}
_PERIOD = ("time_from", "time_to", "date", "pid_from")
_MOST_NEXT = 100
_HOUR = 3600
_QUARTER = 900
_LONGEST_GRID = 31 * 86400  # seconds
_MOST_IN_A_GRID = 50_000
_PIECES_IN_ONE_GO = 20


class Period(NamedTuple):
    """A stretch of a guide in seconds since the epoch; `starts_inside`: only programmes that begin in it."""

    since: int
    until: int
    starts_inside: bool


class Kept(NamedTuple):
    """A list of programmes: good until `until` and while `guide` is the channel's."""

    ready: Ready
    until: int
    guide: Guide


class Piece(NamedTuple):
    """A channel's entry in a grid: good until `until` and while `guide` is the channel's."""

    body: bytes
    programmes: int
    until: int
    guide: Guide


class Next(NamedTuple):
    """What is on a channel and what comes then: good until `until` and while `guide` is the channel's.

    `ends` is when the programme ends that is on, None when nothing is known.
    """

    body: bytes
    ends: int | None
    until: int
    guide: Guide


class Look(NamedTuple):
    """How a list of programmes is written; `is_open`: for those who have not signed in."""

    wire: WireFormat
    language: str
    has_subscription: bool = False
    is_open: bool = False


class ProgrammeCalls:
    """ChannelPrograms, ProgramList, NoAuthProgramList and ChannelListPrograms."""

    def __init__(self, state: State, callers: Callers, addresses: Addresses) -> None:
        self._state = state
        self._callers = callers
        self._addresses = addresses
        self._kept: Shelf[Kept] = Shelf(MOST_KEPT)
        self._pieces: Shelf[Piece] = Shelf(MOST_KEPT)
        self._nexts: Shelf[Next] = Shelf(MOST_KEPT)
        self._categories = state.programme_categories

    # --- ChannelPrograms ---

    @answers(
        "ChannelPrograms",
        "GET",
        "/channel/programs/",
        errors=_ERRORS,
        reads=("cid", "limit", "timeshift_offset", "compact"),
    )
    def next(self, request: Request) -> Answer:
        """What is on a channel, and what comes then.

        Choice: `timeshift_offset` counts hours, 24 at most either way; `limit` is from 1 to 100.
        """
        caller = self._callers.need(request)
        channel = channel_of(request, caller.access.station)
        limit, shift = request.whole("limit", 6) or 0, (request.whole("timeshift_offset", 0) or 0) * _HOUR
        if not 1 <= limit <= _MOST_NEXT or abs(shift) > 24 * _HOUR:
            raise BadParameter("limit or timeshift_offset")
        look, is_compact = self._look(request, caller), request.flag("compact")
        shift += channel.guide_shift_minutes * 60
        self._forget_old_words()
        guide = self._state.guide_of(channel)
        key = (caller.operator.id, caller.access.station.version, channel.id, limit, shift, is_compact, look)
        found = self._nexts.find(
            key,
            guide,
            request.now,
            lambda: self._next(caller.operator, guide, look, (limit, shift, is_compact), request.now),
        )
        return lasting(look.wire, found.body, max(0, (found.ends or 0) - request.now))

    def _look(self, request: Request, caller: Caller) -> Look:
        return Look(self._callers.wire(request, caller), language_of(request, caller.operator))

    def _next(self, operator: OperatorView, guide: Guide, look: Look, wanted: tuple[int, int, bool], now: int) -> Next:
        limit, shift, is_compact = wanted
        words = Words(operator, look.language, self._categories)
        place = guide.since(now - shift)
        programmes = guide.programmes[place : place + limit]
        fields = {"programs": [self._brief(each, shift, words, is_compact) for each in programmes], **REST}
        ends = programmes[0].stop + shift if programmes else None
        return Next(look.wire.encode(fields), ends, FOREVER if ends is None else ends, guide)

    def _brief(self, programme: ProgrammeView, shift: int, words: Words, is_compact: bool) -> Fields:
        details = details_of(programme)
        begin, end = programme.start + shift, programme.stop + shift
        fields = {
            "id": programme.id,
            "program_name": words.title(programme, details),
            "program_begin_time": begin,
            "program_end_time": end,
            "program_preview_url": self._addresses.whole(details.icons[0]) if details.icons else "",
            "program_rating": programme.age,
            "program_category": words.category(programme),
            "program_description": words.description(details),
            "datetime_begin": begin,
            "datetime_end": end,
        }
        if is_compact:
            del fields["program_preview_url"], fields["program_description"]
        return fields

    # --- ProgramList ---

    @answers(
        "ProgramList",
        "GET",
        "/program/list/",
        errors={**_ERRORS, 2: "there is no such programme to begin with"},
        reads=("cid", "is_camera", *_PERIOD),
    )
    def list(self, request: Request) -> Answer:
        """The guide of a channel for a period: a day, from one moment to another, or from a programme on.

        Choice: Without a period it is today in the operator's time zone. Cameras have no guide: `is_camera=1` gives an
        empty list. A blocked programme is one whose recording is not given; live it is.
        """
        caller = self._callers.need(request)
        operator, access, wire = caller.operator, caller.access, self._callers.wire(request, caller)
        if request.flag("is_camera"):
            return ok_with_message(wire, {"programs": []})
        channel = channel_of(request, access.station)
        look = Look(wire, language_of(request, operator), gives_channel(access, channel.id))
        period = self._period(request, operator, channel)
        positions = _positions_in(self._state.guide_of(channel), caller.seat.holder.positions)
        if positions:  # of use to this one account alone, and not kept
            writer = self._writer(operator, access.station, channel, look)._replace(positions=positions)
            return writer.write(period, request.now).ready.answer(request, caller.token)
        found = self._find(operator, access.station, channel, period, look, request.now)
        return found.ready.answer(request, caller.token)

    @answers(
        "NoAuthProgramList",
        "GET",
        "/noauth/program/list/",
        needs=Needs.KEY,
        errors={**_ERRORS, 2: "there is no such programme to begin with"},
        reads=("cid", *_PERIOD),
    )
    def open_list(self, request: Request) -> Answer:
        """The guide of a channel that the operator shows, for a period as in ProgramList."""
        operator = self._callers.by_key(request)
        station = self._state.station_of(operator.id)
        channel = channel_of(request, station)
        if not channel.display_on_site:
            raise BadParameter("cid")
        look = Look(self._callers.wire(request), language_of(request, operator), is_open=True)
        period = self._period(request, operator, channel)
        return self._find(operator, station, channel, period, look, request.now).ready.answer_to_all(request)

    def _period(self, request: Request, operator: OperatorView, channel: ChannelView) -> Period:
        day = request.text("date", 10)
        if day:
            return _day(day, ZoneInfo(operator.time_zone))
        first = request.whole("pid_from")
        if first is not None:
            programme = self._state.guide_of(channel).find(first)
            if programme is None:
                raise Refusal(2, "pid_from not found")
            return Period(programme.start + channel.guide_shift_minutes * 60, FOREVER, starts_inside=True)
        since, until = request.whole("time_from"), request.whole("time_to")
        if since is None and until is None:
            return _day_of(request.now - request.now % _QUARTER, operator.time_zone)
        return Period(since or 0, FOREVER if until is None else until, starts_inside=False)

    def _find(
        self, operator: OperatorView, station: Station, channel: ChannelView, period: Period, look: Look, now: int
    ) -> Kept:
        self._forget_old_words()
        key = (operator.id, station.version, station.blocked, channel.id, period, look)
        guide = self._state.guide_of(channel)
        return self._kept.find(
            key, guide, now, lambda: self._writer(operator, station, channel, look).write(period, now)
        )

    def _writer(self, operator: OperatorView, station: Station, channel: ChannelView, look: Look) -> "_Writer":
        self._forget_old_words()
        guide, words = self._state.guide_of(channel), Words(operator, look.language, self._categories)
        return _Writer(channel, guide, look, words, self._addresses, operator.id, station.lineup.blocked)

    def _forget_old_words(self) -> None:
        if self._state.programme_categories is not self._categories:
            self._categories = self._state.programme_categories
            for shelf in (self._kept, self._pieces, self._nexts):
                shelf.clear()

    # --- ChannelListPrograms ---

    @answers(
        "ChannelListPrograms",
        "POST",
        "/channel/list/programs/",
        errors={
            1: "a parameter is missing or cannot be read, or there is no such order of channels",
            2: "a channel is not there, or these are too many programmes at once",
        },
        reads=("channel_ids", "programs_from_ts", "programs_to_ts", "account_sort", "channel_sort_id"),
    )
    async def grid(self, request: Request) -> Answer:
        """The guides of several channels from one moment to another.

        Choice: Without `channel_ids` those of all the caller's channels. At most 31 days and 50000 programmes are
        answered at once; who wants more asks for fewer channels or a shorter time.
        """
        caller = self._callers.need(request)
        since, until = request.whole("programs_from_ts"), request.whole("programs_to_ts")
        if since is None or until is None or not 0 < until - since <= _LONGEST_GRID:
            raise BadParameter("programs_from_ts or programs_to_ts")
        channels = _grid_channels(request, caller.access)
        look = Look(self._callers.wire(request, caller), language_of(request, caller.operator))
        pieces, left = list[bytes](), _MOST_IN_A_GRID
        for place, channel in enumerate(channels):
            piece = self._piece(caller.operator, caller.access.station, channel, (since, until), look, request.now)
            left -= piece.programmes
            if left < 0:
                raise Refusal(2, f"more than {_MOST_IN_A_GRID} programmes at once")
            pieces.append(piece.body)
            if place % _PIECES_IN_ONE_GO == _PIECES_IN_ONE_GO - 1:
                await asyncio.sleep(0)  # others want to be answered too
        head, tail = look.wire.around("channels", REST)
        return encoded(look.wire, head + look.wire.separator.join(pieces) + tail)

    def _piece(
        self,
        operator: OperatorView,
        station: Station,
        channel: ChannelView,
        period: tuple[int, int],
        look: Look,
        now: int,
    ) -> Piece:
        key = (operator.id, station.version, channel.id, period, look)
        writer = self._writer(operator, station, channel, look)
        return self._pieces.find(key, writer.guide, now, lambda: writer.piece(*period, now))


class _Writer(NamedTuple):
    """Writes lists of one channel's programmes. `blocked` is until when they are, `positions` where one stopped."""

    channel: ChannelView
    guide: Guide
    look: Look
    words: Words
    addresses: Addresses
    operator_id: int
    blocked: Mapping[int, int]
    positions: Mapping[int, int] = NOWHERE

    @property
    def shift(self) -> int:
        return self.channel.guide_shift_minutes * 60

    def write(self, period: Period, now: int) -> Kept:
        inside = period._replace(since=period.since - self.shift, until=period.until - self.shift)
        programmes, wire = tuple(_between(self.guide, inside)), self.look.wire
        items = [wire.encode_item(self.item(programme, now)) for programme in programmes]
        head, tail = wire.around("programs", REST)
        text = head + wire.separator.join(items) + tail
        until = min((self.turns(programme, now) for programme in programmes), default=FOREVER)
        tag = blake2b(text, digest_size=9).hexdigest()
        return Kept(Ready(wire.content_type, Body([Chunk(text)]), tag), until, self.guide)

    def piece(self, since: int, until: int, now: int) -> Piece:
        programmes = self.guide.between(since - self.shift, until - self.shift)
        current, following = self.guide.around(now - self.shift)
        fields = {
            "id": self.channel.id,
            "current_program_id": current.id if current else 0,
            "programs": [self.entry(programme) for programme in programmes],
        }
        ends = current.stop if current else following.start if following else None
        turns = FOREVER if ends is None else ends + self.shift
        return Piece(self.look.wire.encode_item(fields), len(programmes), turns, self.guide)

    def entry(self, programme: ProgrammeView) -> Fields:
        details = details_of(programme)
        return {
            "id": programme.id,
            "name": self.words.title(programme, details),
            "begin_time": programme.start + self.shift,
            "end_time": programme.stop + self.shift,
            "category_id": programme.category_id,
            "category": self.words.category(programme),
            "description": self.words.description(details),
            "preview_url": self.addresses.whole(details.icons[0]) if details.icons else "",
            "rating": programme.age,
            "program_meta": programme_meta(details, self.words.subtitle(details), self.addresses.whole),
            "program_genres": genres_of(details),
        }

    def has_record(self, programme: ProgrammeView, now: int) -> bool:
        reach, begin = self.channel.terms.archive_seconds, programme.start + self.shift
        return reach > 0 and self.look.has_subscription and now - reach <= begin <= now

    def turns(self, programme: ProgrammeView, now: int) -> int:
        """When a programme gets a record, or loses it, or is blocked no longer."""
        reach, begin = self.channel.terms.archive_seconds, programme.start + self.shift
        freed = self.blocked.get(programme.id, FOREVER)
        freed = freed if freed > now else FOREVER
        if not reach or not self.look.has_subscription or begin + reach < now:
            return freed
        return min(freed, begin if begin > now else begin + reach + 1)

    def item(self, programme: ProgrammeView, now: int) -> Fields:
        if self.look.is_open:
            return self.open_item(programme)
        fields = programme_fields(programme, self.shift, self.words, self.addresses)
        return fields | {
            "url": self.addresses.programme(self.operator_id, self.channel.id, programme.id),
            "has_record": int(self.has_record(programme, now)),
            "has_subscription": int(self.look.has_subscription),
            "ads_available": int(self.channel.has_ads),
            "position": self.positions.get(programme.id, 0),
            "blocked": int(now < self.blocked.get(programme.id, 0)),
        }

    def open_item(self, programme: ProgrammeView) -> Fields:
        details = details_of(programme)
        return {
            "id": programme.id,
            "begin_time": programme.start + self.shift,
            "name": self.words.title(programme, details),
            "description": self.words.description(details),
            "category": self.words.category(programme),
            "rating": programme.age,
            "meta": programme_meta(details, self.words.subtitle(details), self.addresses.whole),
        }


def _grid_channels(request: Request, access: Access) -> list[ChannelView]:
    """The channels of a grid in their order; raises BadParameter and Refusal."""
    sort_id = request.whole("channel_sort_id")
    if sort_id is not None and sort_id not in access.station.lineup.channel_sorts:
        raise BadParameter("channel_sort_id")
    order = Order(sort_id, request.flag("account_sort", default=True))
    try:
        numbers = request.wholes("channel_ids")
    except BadParameter as error:
        raise Refusal(2, error.message) from error
    if not numbers:
        return [channel for channel, _ in entries_of(access, order)]
    found = [access.station.channels.get(number) for number in numbers]
    channels = [channel for channel in found if channel is not None and channel.terms.is_enabled]
    if len(channels) < len(numbers):
        raise Refusal(2, "there is no such channel")
    return channels


def channel_of(request: Request, station: Station) -> ChannelView:
    """The operator's channel that `cid` names; raises BadParameter."""
    channel_id = request.whole("cid")
    channel = station.channels.get(channel_id) if channel_id is not None else None
    if channel is None or not channel.terms.is_enabled:
        raise BadParameter("cid")
    return channel


def _positions_in(guide: Guide, positions: Mapping[int, int]) -> Mapping[int, int]:
    """Those positions that are in programmes of a guide."""
    return {each: seconds for each, seconds in positions.items() if guide.find(each)} if positions else NOWHERE


def _between(guide: Guide, period: Period) -> Iterable[ProgrammeView]:
    found = guide.between(period.since, period.until)
    return (each for each in found if each.start >= period.since) if period.starts_inside else found


def _day(text: str, zone: ZoneInfo) -> Period:
    try:
        begin = datetime.strptime(text, "%d.%m.%Y").replace(tzinfo=zone)
        return Period(int(begin.timestamp()), int(_next_day(begin).timestamp()), starts_inside=True)
    except (ValueError, OverflowError) as error:
        raise BadParameter("date") from error


@lru_cache(maxsize=128)
def _day_of(now: int, zone: str) -> Period:
    """The day that a quarter of an hour is in: no zone's midnight is within one."""
    begin = datetime.fromtimestamp(now, ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Period(int(begin.timestamp()), int(_next_day(begin).timestamp()), starts_inside=False)


def _next_day(day: datetime) -> datetime:
    """The next midnight by the clock on the wall, also where a day has 23 hours or 25."""
    return day + timedelta(days=1)
