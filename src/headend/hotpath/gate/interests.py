"""Television by interest: what is on, or was recorded, of some kind. Kinds are the guide's categories and genres.

A genre is a word that the guide itself uses for a programme; its number is made of the word (`rows.genre_number`).
"""

import asyncio
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

from headend.hotpath.gate.answers import Answer, encoded, ok_with_message, ok_with_token
from headend.hotpath.gate.callers import Caller, Callers
from headend.hotpath.gate.channels import ICON_SIZE, ChannelCalls, check_icon_size, language_of, page_of
from headend.hotpath.gate.errors import BadParameter, Refusal
from headend.hotpath.gate.lists import Entry, Lists, Offer, Order, entries_of, offered_channels, visible_channels
from headend.hotpath.gate.memory import Access, Guide
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.routes import answers
from headend.hotpath.gate.rows import (
    NOTHING_PERSONAL,
    Addresses,
    Variant,
    Words,
    details_of,
    genre_number,
)
from headend.hotpath.gate.shapes import BY_INTEREST, COMPACT_BY_INTEREST, OPEN_BY_INTEREST
from headend.hotpath.gate.state import State
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields
from headend.playback.ports import ChannelView, OperatorView, ProgrammeView
from headend.playback.wire import programme_meta

GUIDES_IN_ONE_GO = 10  # between which others are answered
_MOST_RECORDS = 100  # on a page
_MOST_KEPT = 8
_KEPT_FOR = 60  # seconds
_BAD = {1: "a parameter cannot be read"}
_CONSIDERED = ("consider_program_category", "consider_epg_channel_category")


class Series(NamedTuple):
    """The recorded programmes of one title on one channel, the newest first."""

    newest: int  # when the newest of them began
    channel: ChannelView
    programmes: list[ProgrammeView]


class InterestCalls:
    """See the module."""

    def __init__(
        self, state: State, callers: Callers, addresses: Addresses, lists: Lists, channels: ChannelCalls
    ) -> None:
        self._state = state
        self._callers = callers
        self._addresses = addresses
        self._lists = lists
        self._channels = channels
        self._series: dict[tuple[object, ...], tuple[int, list[Series]]] = {}

    # --- what is on ---

    @answers(
        "ProgramCategoryChannelList",
        "GET",
        "/program/category/channel/list/",
        errors={1: "a parameter cannot be read, or there is no such order of channels", 2: "compact and wrt_compact"},
        reads=(
            "category_id", "next", *ICON_SIZE, "compact", "wrt_compact", "reject_multicast", *_CONSIDERED,
            "channel_sort_id",
        ),
    )  # fmt: skip
    def channels(self, request: Request) -> Answer:
        """The caller's channels on which a programme of a category is on, or with `next=1` comes next.

        Choice: Without `category_id` those on which anything is. Channels of guides have no categories of their own:
        `consider_epg_channel_category` changes nothing, and with `consider_program_category=0` there are none.
        `wrt_compact=1` leaves out what `compact=1` does; both at once are refused.
        """
        caller = self._callers.need(request)
        check_icon_size(request)
        if request.flag("compact") and request.flag("wrt_compact"):
            raise Refusal(2, "compact and wrt_compact exclude each other")
        order = Order(self._sort(request, caller.access))
        found = self._of_interest(request, entries_of(caller.access, order))
        whole = COMPACT_BY_INTEREST if request.flag("wrt_compact") else BY_INTEREST
        return self._channels.by_interest(request, caller, (whole, COMPACT_BY_INTEREST), found)

    @answers(
        "NoAuthProgramCategoryChannelList",
        "GET",
        "/noauth/program/category/channel/list/",
        needs=Needs.KEY,
        errors={1: "a parameter cannot be read, or there is no such order of channels"},
        reads=("category_id", *ICON_SIZE, *_CONSIDERED, "channel_sort_id"),
    )
    def open_channels(self, request: Request) -> Answer:
        """The channels that the operator shows on which a programme of a category is on."""
        operator = self._callers.by_key(request)
        check_icon_size(request)
        station = self._state.station_of(operator.id)
        sort_id = request.whole("channel_sort_id")
        if sort_id is not None and sort_id not in station.lineup.channel_sorts:
            raise BadParameter("channel_sort_id")
        shown = ((channel, NOTHING_PERSONAL) for channel in offered_channels(station, Offer(sort_id=sort_id)))
        wire, language = self._callers.wire(request), language_of(request, operator)
        variant = Variant(operator.id, language, wire, OPEN_BY_INTEREST)
        found = self._of_interest(request, shown)
        return encoded(wire, self._lists.some(operator, station, variant, found, request.now))

    def _sort(self, request: Request, access: Access) -> int | None:
        sort_id = request.whole("channel_sort_id")
        if sort_id is not None and sort_id not in access.station.lineup.channel_sorts:
            raise BadParameter("channel_sort_id")
        return sort_id

    def _of_interest(self, request: Request, entries: Iterable[Entry]) -> list[Entry]:
        category, place = request.whole("category_id"), int(request.flag("next"))
        request.flag("consider_epg_channel_category")
        if not request.flag("consider_program_category", default=True):
            return []
        found = []
        for channel, personal in entries:
            moment = request.now - channel.guide_shift_minutes * 60
            programme = self._state.guide_of(channel).around(moment)[place]
            if programme is not None and category in (None, programme.category_id):
                found.append((channel, personal))
        return found

    # --- which kinds there are ---

    @answers(
        "ProgramCategoryList",
        "GET",
        "/program/category/list/",
        errors=_BAD,
        reads=("only_records_categories", "consider_program_category"),
    )
    async def categories(self, request: Request) -> Answer:
        """The categories of the programmes on the caller's channels, or of those that were recorded.

        Choice: They have no pictures. With `consider_program_category=0` there are none, for only programmes have
        categories.
        """
        caller = self._callers.need(request)
        is_wanted = request.flag("consider_program_category", default=True)
        channels = visible_channels(caller.access) if is_wanted else []
        found = await self._categories(request, caller.operator, channels)
        return ok_with_message(self._callers.wire(request, caller), {"categories": found})

    @answers(
        "NoAuthProgramCategoryList",
        "GET",
        "/noauth/program/category/list/",
        needs=Needs.KEY,
        errors=_BAD,
        reads=("only_records_categories",),
    )
    async def open_categories(self, request: Request) -> Answer:
        """The categories of the programmes on the channels that the operator shows, or of those that were recorded."""
        operator = self._callers.by_key(request)
        channels = offered_channels(self._state.station_of(operator.id), Offer())
        found = await self._categories(request, operator, channels)
        return ok_with_message(self._callers.wire(request), {"categories": found})

    async def _categories(
        self, request: Request, operator: OperatorView, channels: list[ChannelView]
    ) -> list[dict[str, object]]:
        only_recorded, numbers = request.flag("only_records_categories"), set[int]()
        for place, (channel, guide) in enumerate(self._guides(channels)):
            if only_recorded:
                numbers.update(programme.category_id for programme in recorded(channel, guide, request.now))
            else:
                numbers |= guide.index.categories
            await let_others(place)
        known = self._state.programme_categories
        words = Words(operator, language_of(request, operator), known)
        return [
            {"id": number, "name": words.name(names), "icon_type": "", "icon": "", "icon_tv": ""}
            for number, names in known.items()
            if number in numbers
        ]

    @answers("ProgramGenreList", "GET", "/program/genre/list/", errors=_BAD, reads=("only_records_genres",))
    async def genres(self, request: Request) -> Answer:
        """The genres of the programmes on the caller's channels, or of those that were recorded.

        Choice: A genre is a word that the guide itself uses; its number is made of the word, and so it is the same on
        every server. Genres have no pictures.
        """
        caller = self._callers.need(request)
        only_recorded, names = request.flag("only_records_genres"), dict[int, str]()
        for place, (channel, guide) in enumerate(self._guides(visible_channels(caller.access))):
            for name, programmes in guide.index.genres.items():
                if not only_recorded or any(is_recorded(channel, each, request.now) for each in programmes):
                    names.setdefault(genre_number(name), name)
            await let_others(place)
        in_order = sorted(names.items(), key=lambda genre: genre[1].casefold())
        found = [{"id": number, "name": name, "icon_for_archive": ""} for number, name in in_order]
        return ok_with_message(self._callers.wire(request, caller), {"genres": found})

    def _guides(self, channels: Iterable[ChannelView]) -> Iterator[tuple[ChannelView, Guide]]:
        return ((channel, self._state.guide_of(channel)) for channel in channels)

    # --- what was recorded ---

    @answers(
        "ProgramCategoryRecordList",
        "GET",
        "/program/category/record/list/",
        errors=_BAD,
        reads=("limit", "page", "category_id", "genre_id", *ICON_SIZE),
    )
    async def records(self, request: Request) -> Answer:
        """The recorded programmes of a category or genre on the caller's channels, the newest first.

        Choice: Programmes of the same title on the same channel are one entry, with all of them in `record`, the
        newest first; `selection_id` is the number of the newest. The list is made anew every minute. `position` is 0.
        """
        caller = self._callers.need(request)
        check_icon_size(request)
        found = await self._find_series(request, caller)
        words = Words(caller.operator, language_of(request, caller.operator), self._state.programme_categories)
        some = page_of(request, found, _MOST_RECORDS)
        fields = {"records": [self._record(caller, series, words) for series in some], "count": len(found)}
        return ok_with_token(self._callers.wire(request, caller), fields, caller.token)

    async def _find_series(self, request: Request, caller: Caller) -> list[Series]:
        access, now = caller.access, request.now
        category, genre = request.whole("category_id"), request.whole("genre_id")
        key = (access.operator.id, access.station.version, access.tariffs, category, genre)
        until, found = self._series.pop(key, (0, []))
        if until <= now:
            until, found = now + _KEPT_FOR, await self._make_series(access, now, category, genre)
        self._series[key] = (until, found)
        if len(self._series) > _MOST_KEPT:
            del self._series[next(iter(self._series))]
        return found

    async def _make_series(self, access: Access, now: int, category: int | None, genre: int | None) -> list[Series]:
        found: list[Series] = []
        for place, (channel, guide) in enumerate(self._guides(visible_channels(access))):
            titles: dict[str, list[ProgrammeView]] = {}
            for programme in _of_genre(guide, genre) if genre is not None else recorded(channel, guide, now):
                if category in (None, programme.category_id) and is_recorded(channel, programme, now):
                    titles.setdefault(programme.title, []).append(programme)
            shift = channel.guide_shift_minutes * 60
            found += (Series(each[-1].start + shift, channel, each[::-1]) for each in titles.values())
            await let_others(place)
        return sorted(found, key=attrgetter("newest"), reverse=True)

    def _record(self, caller: Caller, series: Series, words: Words) -> Fields:
        channel, newest = series.channel, series.programmes[0]
        details = details_of(newest)
        return {
            "selection_id": newest.id,
            "begin_time": series.newest,
            "short_name": words.subtitle(details),
            "category": words.category(newest),
            "preview": self._addresses.whole(details.icons[0]) if details.icons else "",
            "rating": newest.age,
            "description": words.description(details),
            "channel": {
                "id": channel.id,
                "name": words.name(channel.names),
                "icon": self._addresses.whole(channel.icon_url),
            },
            "record": [self._showing(caller, channel, each, words) for each in series.programmes],
        }

    def _showing(self, caller: Caller, channel: ChannelView, programme: ProgrammeView, words: Words) -> Fields:
        details, shift = details_of(programme), channel.guide_shift_minutes * 60
        return {
            "program_id": programme.id,
            "begin_time": programme.start + shift,
            "end_time": programme.stop + shift,
            "name": words.title(programme, details),
            "description": words.description(details),
            "meta": programme_meta(details, words.subtitle(details), self._addresses.whole),
            "url": self._addresses.programme(caller.operator.id, channel.id, programme.id),
            "position": caller.seat.holder.positions.get(programme.id, 0),
            "ads_available": int(channel.has_ads),
        }


def is_recorded(channel: ChannelView, programme: ProgrammeView, now: int) -> bool:
    """Say whether a channel's archive has a programme from its beginning."""
    reach, begin = channel.terms.archive_seconds, programme.start + channel.guide_shift_minutes * 60
    return reach > 0 and now - reach <= begin <= now


def recorded(channel: ChannelView, guide: Guide, now: int) -> Iterable[ProgrammeView]:
    """The programmes of a channel that its archive may have; the first of them perhaps not from its beginning."""
    reach, moment = channel.terms.archive_seconds, now - channel.guide_shift_minutes * 60
    return guide.between(moment - reach, moment + 1) if reach else ()


def _of_genre(guide: Guide, number: int) -> Iterable[ProgrammeView]:
    genres = guide.index.genres
    return next((programmes for name, programmes in genres.items() if genre_number(name) == number), ())


async def let_others(place: int) -> None:
    """Let others be answered after some guides have been looked through."""
    if place % GUIDES_IN_ONE_GO == GUIDES_IN_ONE_GO - 1:
        await asyncio.sleep(0)
