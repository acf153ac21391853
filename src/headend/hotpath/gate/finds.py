"""The calls that find programmes in all guides of an operator: by number, by a part of the title, premieres."""

from collections.abc import Iterable
from typing import NamedTuple

from headend.hotpath.gate.answers import Answer, ok_with_message, ok_with_token
from headend.hotpath.gate.callers import Caller, Callers
from headend.hotpath.gate.channels import ICON_SIZE, check_icon_size, language_of, page_of
from headend.hotpath.gate.errors import BadParameter
from headend.hotpath.gate.interests import is_recorded, let_others
from headend.hotpath.gate.lists import Offer, offered_channels, visible_channels
from headend.hotpath.gate.programmes import channel_of
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.routes import answers
from headend.hotpath.gate.rows import Addresses, Words, details_of, programme_fields
from headend.hotpath.gate.state import State
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields
from headend.playback.ports import ChannelView, OperatorView, ProgrammeView
from headend.playback.wire import programme_meta

_SHORTEST_SEARCH = 3
_USUAL_RESULTS, _MOST_RESULTS = 20, 100  # on a page
_MOST_FOUND = 1000
_MOST_PREMIERES = 100
_HOUR = 3600
_NOT_THERE = {1: "a parameter is missing or cannot be read, or there is no such programme"}


class Found(NamedTuple):
    """A programme and the channel on which it was found."""

    channel: ChannelView
    programme: ProgrammeView

    @property
    def begin(self) -> int:
        return self.programme.start + self.channel.guide_shift_minutes * 60


class FindCalls:
    """See the module."""

    def __init__(self, state: State, callers: Callers, addresses: Addresses) -> None:
        self._state = state
        self._callers = callers
        self._addresses = addresses

    def _words(self, request: Request, operator: OperatorView) -> Words:
        return Words(operator, language_of(request, operator), self._state.programme_categories)

    # --- by number ---

    @answers("ProgramDetail", "GET", "/program/detail/", errors=_NOT_THERE, reads=("pid", "cid"))
    async def detail(self, request: Request) -> Answer:
        """All that is known of a programme.

        Choice: A guide may belong to several channels. Without `cid` it is the first of the caller's channels that has
        the programme, then the first of the operator's other ones.
        """
        caller = self._callers.need(request)
        mine = visible_channels(caller.access)
        if request.whole("cid", 0):
            channels = [channel_of(request, caller.access.station)]
        else:
            channels = mine + [each for each in caller.access.station.lineup.channels if each.terms.is_enabled]
        found = await self._numbered(request, channels)
        has_subscription = found.channel in mine
        return ok_with_token(
            self._callers.wire(request, caller),
            {
                **self._fields(found, self._words(request, caller.operator)),
                "url": self._addresses.programme(caller.operator.id, found.channel.id, found.programme.id),
                "has_record": int(has_subscription and is_recorded(*found, request.now)),
                "has_subscription": int(has_subscription),
                "position": caller.seat.holder.positions.get(found.programme.id, 0),
                "blocked": int(caller.access.station.blocks(found.programme, request.now)),
                "ads_available": int(found.channel.has_ads),
            },
            caller.token,
        )

    @answers(
        "NoAuthProgramDetail", "GET", "/noauth/program/detail/", needs=Needs.KEY, errors=_NOT_THERE, reads=("pid",)
    )
    async def open_detail(self, request: Request) -> Answer:
        """All that is known of a programme on a channel that the operator shows."""
        operator = self._callers.by_key(request)
        station = self._state.station_of(operator.id)
        found = await self._numbered(request, offered_channels(station, Offer()))
        words = self._words(request, operator)
        fields = {
            **self._fields(found, words),
            "blocked": int(station.blocks(found.programme, request.now)),
            "channel_name": words.name(found.channel.names),
            "channel_icon": self._addresses.whole(found.channel.icon_url),
        }
        return ok_with_message(self._callers.wire(request), fields)

    async def _numbered(self, request: Request, channels: Iterable[ChannelView]) -> Found:
        number = request.whole("pid")
        for place, channel in enumerate(channels if number is not None else ()):
            programme = self._state.guide_of(channel).index.find(number or 0)
            if programme is not None:
                return Found(channel, programme)
            await let_others(place)
        raise BadParameter("pid")

    def _fields(self, found: Found, words: Words) -> dict[str, object]:
        shift = found.channel.guide_shift_minutes * 60
        return programme_fields(found.programme, shift, words, self._addresses)

    # --- by title ---

    @answers(
        "ProgramListSearch",
        "GET",
        "/program/list/search/",
        errors={1: "a parameter is missing or cannot be read; `search` has at least three letters"},
        reads=("search", *ICON_SIZE, "skip_unavailable", "only_archive", "limit", "page"),
    )
    async def search(self, request: Request) -> Answer:
        """The programmes with a text in their title, in whichever language.

        Choice: All that the gate knows is looked through: as far back as a channel is recorded, a week ahead. What is
        on comes first and then what will be, the soonest first, after it what was, the latest first; a thousand at
        most.
        """
        caller = self._callers.need(request)
        check_icon_size(request)
        part = " ".join(request.text("search").casefold().split())
        if len(part) < _SHORTEST_SEARCH:
            raise BadParameter("search")
        mine = {channel.id for channel in visible_channels(caller.access)}
        found = await self._titled(request, caller, part, mine)
        found.sort(key=lambda each: _nearness(each, request.now))
        words = self._words(request, caller.operator)
        some = page_of(request, found, _MOST_RESULTS, _USUAL_RESULTS)
        results = [self._result(caller, each, words, mine, request.now) for each in some]
        return ok_with_token(self._callers.wire(request, caller), {"results": results}, caller.token)

    async def _titled(self, request: Request, caller: Caller, part: str, mine: set[int]) -> list[Found]:
        only_mine, only_recorded = request.flag("skip_unavailable"), request.flag("only_archive")
        found: list[Found] = []
        for place, channel in enumerate(caller.access.station.lineup.channels):
            if channel.terms.is_enabled and (channel.id in mine or not only_mine):
                for programme in self._state.guide_of(channel).index.titled(part):
                    if not only_recorded or is_recorded(channel, programme, request.now):
                        found.append(Found(channel, programme))
            if len(found) >= _MOST_FOUND:
                return found[:_MOST_FOUND]
            await let_others(place)
        return found

    def _result(self, caller: Caller, found: Found, words: Words, mine: set[int], now: int) -> Fields:
        channel, programme = found
        details, shift = details_of(programme), channel.guide_shift_minutes * 60
        is_mine = channel.id in mine
        return {
            "id": channel.id,
            "name": words.name(channel.names),
            "icon": self._addresses.whole(channel.icon_url),
            "category_id": channel.category_id or 0,
            "has_record": int(is_mine and is_recorded(channel, programme, now)),
            "blocked": int(caller.access.station.blocks(programme, now)),
            "has_subscription": int(is_mine),
            "url": self._addresses.programme(caller.operator.id, channel.id, programme.id),
            "program_id": programme.id,
            "program_begin_time": programme.start + shift,
            "program_end_time": programme.stop + shift,
            "program_name": words.title(programme, details),
            "program_short_name": words.subtitle(details),
            "program_description": words.description(details),
            "program_category": words.category(programme),
            "program_rating": programme.age,
            "program_preview_url": self._addresses.whole(details.icons[0]) if details.icons else "",
            "program_meta": programme_meta(details, words.subtitle(details), self._addresses.whole),
        }

    # --- premieres ---

    @answers(
        "ChannelPremieres",
        "GET",
        "/premiere/list/",
        errors={1: "a parameter cannot be read, or there is no such channel"},
        reads=("cid", "limit", "timeshift_offset", "compact"),
    )
    async def premieres(self, request: Request) -> Answer:
        """What the guide calls new or a premiere on one of the caller's channels, or all, and is not over yet.

        Choice: `id`, `name` and `icon` are those of the channel. `limit` is at most 100, which it is without, too;
        `timeshift_offset` counts hours, 24 at most either way; `compact=1` leaves out picture, description and meta.
        """
        caller = self._callers.need(request)
        limit, shift = request.whole("limit", 0) or 0, (request.whole("timeshift_offset", 0) or 0) * _HOUR
        is_compact = request.flag("compact")
        if limit < 0 or abs(shift) > 24 * _HOUR:
            raise BadParameter("limit or timeshift_offset")
        found: list[Found] = []
        for place, channel in enumerate(self._of_premieres(request, caller)):
            moment = request.now - shift - channel.guide_shift_minutes * 60
            premieres = self._state.guide_of(channel).index.premieres
            found += (Found(channel, programme) for programme in premieres if programme.stop > moment)
            await let_others(place)
        found.sort(key=lambda each: each.begin)
        words, some = self._words(request, caller.operator), found[: min(limit or _MOST_PREMIERES, _MOST_PREMIERES)]
        fields = {"premieres": [self._premiere(each, shift, words, is_compact) for each in some]}
        return ok_with_message(self._callers.wire(request, caller), fields)

    def _of_premieres(self, request: Request, caller: Caller) -> list[ChannelView]:
        if request.whole("cid") is None:
            return visible_channels(caller.access)
        return [channel_of(request, caller.access.station)]

    def _premiere(self, found: Found, shift: int, words: Words, is_compact: bool) -> Fields:
        channel, programme = found
        details = details_of(programme)
        fields = {
            "id": channel.id,
            "program_id": programme.id,
            "program_name": words.title(programme, details),
            "program_short_name": words.subtitle(details),
            "program_begin_time": found.begin + shift,
            "program_preview_url": self._addresses.whole(details.icons[0]) if details.icons else "",
            "program_rating": programme.age,
            "icon": self._addresses.whole(channel.icon_url),
            "name": words.name(channel.names),
            "program_description": words.description(details),
            "program_meta": programme_meta(details, words.subtitle(details), self._addresses.whole),
        }
        if is_compact:
            del fields["program_preview_url"], fields["program_description"], fields["program_meta"]
        return fields


def _nearness(found: Found, now: int) -> tuple[bool, int]:
    """What is on or to come before what is over, and the nearest to now first."""
    is_over = found.programme.stop + found.channel.guide_shift_minutes * 60 <= now
    return is_over, -found.begin if is_over else found.begin
