"""The calls of a signed-in device about channels: lists, single ones, their orders, and those watched last."""

from collections.abc import Iterable
from typing import TypeAlias, TypeVar

from headend.hotpath.gate.answers import Answer, encoded, ok_with_message
from headend.hotpath.gate.callers import Caller, Callers
from headend.hotpath.gate.errors import BadParameter, Refusal
from headend.hotpath.gate.lists import Entry, Lists, Order, entries_of, gives_channel
from headend.hotpath.gate.memory import Access
from headend.hotpath.gate.packing import MARK
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.routes import answers
from headend.hotpath.gate.rows import NOTHING_PERSONAL, Variant, Words
from headend.hotpath.gate.shapes import COMPACT, COMPACT_INFO, INFO, LAST, V2, WHOLE, Shape
from headend.hotpath.gate.watching import mark_fetched
from headend.playback.ports import OperatorView

T = TypeVar("T")

_SET_TOP_BOX = 0
_MOST_VARIANTS = 1000
_MOST_ON_A_PAGE = 1000
_LARGEST_ICON = 4096  # pixels

ICON_SIZE = ("icon_width", "icon_height")
_LISTED = (*ICON_SIZE, "search", "page", "limit", "compact", "account_sort", "reject_multicast", "channel_sort_id")
_NO_SORT = {1: "a parameter cannot be read, or there is no such order of channels"}
V2_ERRORS = {400: "a parameter is missing or cannot be read", 404: "no such channel"}

Known: TypeAlias = tuple[OperatorView, dict[tuple[str | Shape | None, ...], Variant]]


class ChannelCalls:
    """See the module."""

    def __init__(self, callers: Callers, lists: Lists) -> None:
        self._callers = callers
        self._lists = lists
        self._variants: dict[int, Known] = {}

    # --- lists ---

    @answers("ChannelList", "GET", "/channel/list/", errors=_NO_SORT, reads=_LISTED)
    def list(self, request: Request) -> Answer:
        """The channels of the caller's tariffs, with what is on and what comes next.

        Choice: `icon_width` and `icon_height` change nothing: a picture comes in the size in which the operator gave
        it.

        Choice: `limit` is at most 1000; without `search`, `page` and `limit` the list is whole.
        """
        caller = self._callers.need(request)
        access, params = caller.access, request.params
        variant, order = self._variant(request, caller, WHOLE, COMPACT), _order(request, access)
        if "search" in params or "limit" in params or "page" in params:
            return self._part(request, caller, variant, order, request.text("search"))
        mark_fetched(caller.seat, access)
        return self._lists.find(access, variant, order, request.now).ready.answer(request, caller.token)

    @answers("ChannelListSearch", "GET", "/channel/list/search/", errors=_NO_SORT, reads=_LISTED)
    def search(self, request: Request) -> Answer:
        """The caller's channels with a text in their name, small or capital letters alike."""
        caller = self._callers.need(request)
        check_icon_size(request)
        searched = request.text("search").strip()
        if not searched:
            raise BadParameter("search")
        variant = self._variant(request, caller, WHOLE, COMPACT)
        return self._part(request, caller, variant, _order(request, caller.access), searched)

    @answers("ChannelListV2", "GET", "/v2/channel/list/", errors=V2_ERRORS, reads=ICON_SIZE, bad_parameter=400)
    def list_v2(self, request: Request) -> Answer:
        """The channels of the caller's tariffs without what is on: ChannelInfoV2 tells that.

        Choice: It has the order of ChannelList, and counts as its having been fetched for `channel_list_changed`.
        """
        caller = self._callers.need(request)
        check_icon_size(request)
        variant = self._variant(request, caller, V2, V2)
        mark_fetched(caller.seat, caller.access)
        return self._lists.find(caller.access, variant, USUAL, request.now).ready.answer(request, caller.token)

    @answers(
        "ChannelInfoV2",
        "POST",
        "/v2/channel/info/",
        errors={1: "a channel is not among those of the caller's tariffs", **V2_ERRORS},
        reads=("channel_ids", *ICON_SIZE, "compact", "reject_multicast"),
        bad_parameter=400,
    )
    def info_v2(self, request: Request) -> Answer:
        """All about some of the caller's channels, in the order in which they are named.

        Choice: Without `channel_ids` all the caller's channels come. `compact=1` leaves out what it does in
        ChannelList.
        """
        caller = self._callers.need(request)
        check_icon_size(request)
        access, numbers = caller.access, request.wholes("channel_ids")
        variant = self._variant(request, caller, INFO, COMPACT_INFO)
        if not numbers:
            return self._lists.find(access, variant, USUAL, request.now).ready.answer(request, caller.token)
        return self._some(request, caller, variant, [_entry(access, number) for number in numbers])

    @answers("ChannelListLast", "GET", "/channel/list/last/", errors={1: "a parameter cannot be read"}, reads=ICON_SIZE)
    def last(self, request: Request) -> Answer:
        """The channels that the account watched last, the newest first.

        Choice: They are the last twenty for which any of the account's devices got an address. Each gate keeps them in
        its memory alone: after a new start the list begins anew, and of several gates each knows its own.
        """
        caller = self._callers.need(request)
        check_icon_size(request)
        access, channels = caller.access, caller.access.station.channels
        known = (channels.get(number) for number in caller.seat.holder.watched)
        given = [each for each in known if each and each.terms.is_enabled and gives_channel(access, each.id)]
        entries = [(each, access.personal.get(each.id, NOTHING_PERSONAL)) for each in given]
        return self._some(request, caller, self._variant(request, caller, LAST, LAST), entries)

    @answers("ChannelSortList", "GET", "/channel/sort/list/")
    def sorts(self, request: Request) -> Answer:
        """The operator's orders of channels, one of which other calls take as `channel_sort_id`."""
        caller = self._callers.need(request)
        names = caller.access.station.lineup.channel_sort_names
        fields = {"channel_sort": [{"id": number, "name": name} for number, name in names.items()]}
        return ok_with_message(self._callers.wire(request, caller), fields)

    # --- how lists are written ---

    def _variant(self, request: Request, caller: Caller, whole: Shape, compact: Shape) -> Variant:
        """What a list depends on. It is the same for most devices, so it is looked for before it is made."""
        operator, params = caller.operator, request.params
        known = self._variants.get(operator.id)
        if known is None or known[0] is not operator or len(known[1]) > _MOST_VARIANTS:
            known = self._variants[operator.id] = (operator, {})
        key = (
            whole,
            caller.seat.device_type,
            params.get("device"),
            params.get("lang"),
            params.get("compact"),
            params.get("reject_multicast"),
        )
        variant = known[1].get(key)
        if variant is None:
            shape = compact if request.flag("compact") else whole
            variant = known[1][key] = self._make_variant(request, caller, shape)
        return variant

    def _make_variant(self, request: Request, caller: Caller, shape: Shape) -> Variant:
        device_type = caller.operator.device_types.get(caller.seat.device_type)
        is_set_top_box = device_type is not None and device_type.group == _SET_TOP_BOX
        return Variant(
            operator_id=caller.operator.id,
            language=language_of(request, caller.operator),
            wire=self._callers.wire(request, caller),
            shape=shape,
            has_multicast=is_set_top_box and not request.flag("reject_multicast"),
        )

    def _part(self, request: Request, caller: Caller, variant: Variant, order: Order, searched: str) -> Answer:
        """Some of the list, which is not kept: what a search found, or a page."""
        words, wanted = Words(caller.operator, variant.language, {}), searched.casefold()
        entries = entries_of(caller.access, order)
        found = [each for each in entries if not wanted or wanted in words.name(each[0].names).casefold()]
        return self._some(request, caller, variant, page_of(request, found, _MOST_ON_A_PAGE))

    def _some(self, request: Request, caller: Caller, variant: Variant, entries: Iterable[Entry]) -> Answer:
        body = self._lists.some(caller.operator, caller.access.station, variant, entries, request.now)
        return encoded(variant.wire, body.replace(MARK.encode(), caller.token.encode()))

    def by_interest(
        self, request: Request, caller: Caller, shapes: tuple[Shape, Shape], entries: Iterable[Entry]
    ) -> Answer:
        """A list of these channels, whole or compact as the request wants it."""
        return self._some(request, caller, self._variant(request, caller, *shapes), entries)


def page_of(request: Request, found: list[T], most: int, usual: int = 0) -> list[T]:
    """The page of a list that is asked for, at most `most` entries, else `usual` ones; raises BadParameter."""
    limit, page = request.whole("limit", usual or most) or 0, request.whole("page", 1) or 0
    if limit < 1 or page < 1:
        raise BadParameter("limit or page")
    limit = min(limit, most)
    return found[(page - 1) * limit : page * limit]


def language_of(request: Request, operator: OperatorView) -> str:
    """The language of the answer: the one asked for when the operator has it, else its first."""
    asked, languages = request.params.get("lang", ""), operator.languages
    return asked if asked in languages else languages[0] if languages else ""


def check_icon_size(request: Request) -> None:
    """Refuse sizes that no picture has; others change nothing. Raises BadParameter."""
    for name in ICON_SIZE:
        size = request.whole(name)
        if size is not None and not 1 <= size <= _LARGEST_ICON:
            raise BadParameter(name)


USUAL = Order()


def _order(request: Request, access: Access) -> Order:
    if "channel_sort_id" not in request.params and "account_sort" not in request.params:
        return USUAL
    sort_id = request.whole("channel_sort_id")
    if sort_id is not None and sort_id not in access.station.lineup.channel_sorts:
        raise Refusal(1, "no such channel sorting")
    return Order(sort_id, request.flag("account_sort", default=True))


def _entry(access: Access, number: int) -> Entry:
    """A channel with what the account thinks of it; raises Refusal when the caller cannot have it."""
    channel = access.station.channels.get(number)
    if channel is None or not channel.terms.is_enabled:
        raise Refusal(404, f"there is no channel {number}")
    if not gives_channel(access, number):
        raise Refusal(1, f"channel {number} is in none of the account's tariffs")
    return channel, access.personal.get(number, NOTHING_PERSONAL)
