"""The calls about channels: ChannelList and CategoryList."""

from collections import Counter

from headend.hotpath.gate.answers import Answer, encoded, ok_with_message
from headend.hotpath.gate.callers import Caller, Callers
from headend.hotpath.gate.errors import BadParameter, Refusal
from headend.hotpath.gate.lists import REST, Lists, Order, entries_of, visible_channels
from headend.hotpath.gate.memory import Access
from headend.hotpath.gate.packing import MARK
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.rows import Addresses, Variant, Words
from headend.hotpath.gate.state import State
from headend.hotpath.gate.watching import mark_fetched
from headend.playback.ports import OperatorView

_SET_TOP_BOX = 0
_MOST_VARIANTS = 1000
_MOST_ON_A_PAGE = 1000


class ChannelCalls:
    """ChannelList and CategoryList."""

    def __init__(self, state: State, callers: Callers, addresses: Addresses) -> None:
        self._state = state
        self._callers = callers
        self._addresses = addresses
        self._lists = Lists(state, addresses)
        self._variants: dict[int, tuple[OperatorView, dict[tuple[str | None, ...], Variant]]] = {}

    def list(self, request: Request) -> Answer:
        """The channels of the caller's tariffs."""
        caller = self._callers.need(request)
        access = caller.access
        variant, order = self._variant(request, caller), _order(request, access)
        params = request.params
        if "search" in params or "limit" in params or "page" in params:
            return self._part(request, caller, access, variant, order)
        mark_fetched(caller.seat, access)
        return self._lists.find(access, variant, order, request.now).ready.answer(request, caller.token)

    def _variant(self, request: Request, caller: Caller) -> Variant:
        """What the list depends on. It is the same for most devices, so it is looked for before it is made."""
        operator, params = caller.operator, request.params
        known = self._variants.get(operator.id)
        if known is None or known[0] is not operator or len(known[1]) > _MOST_VARIANTS:
            known = self._variants[operator.id] = (operator, {})
        key = (
            caller.seat.device_type,
            params.get("device"),
            params.get("lang"),
            params.get("compact"),
            params.get("reject_multicast"),
        )
        variant = known[1].get(key)
        if variant is None:
            variant = known[1][key] = self._make_variant(request, caller)
        return variant

    def _make_variant(self, request: Request, caller: Caller) -> Variant:
        device_type = caller.operator.device_types.get(caller.seat.device_type)
        is_set_top_box = device_type is not None and device_type.group == _SET_TOP_BOX
        return Variant(
            operator_id=caller.operator.id,
            language=language_of(request, caller),
            wire=self._callers.wire(request, caller),
            is_compact=request.flag("compact"),
            has_multicast=is_set_top_box and not request.flag("reject_multicast"),
        )

    def _part(self, request: Request, caller: Caller, access: Access, variant: Variant, order: Order) -> Answer:
        """Some of the list, which is not kept: what a search found, or a page."""
        searched = request.text("search").casefold()
        limit, page = request.whole("limit", _MOST_ON_A_PAGE) or 0, request.whole("page", 1) or 0
        if limit < 1 or page < 1:
            raise BadParameter("limit or page")
        rows = self._lists.rows(access, variant)
        words = Words(caller.operator, variant.language, {})
        found = [
            (channel, personal)
            for channel, personal in entries_of(access, order)
            if not searched or searched in words.name(channel.names).casefold()
        ]
        some = found[(page - 1) * limit : page * limit]
        bodies = (rows.personal_row(channel, personal, request.now).body for channel, personal in some)
        head, tail = variant.wire.around("channels", REST)
        body = head + variant.wire.separator.join(bodies) + tail
        return encoded(variant.wire, body.replace(MARK.encode(), caller.token.encode()))

    def categories(self, request: Request) -> Answer:
        """The categories of the caller's channels."""
        caller = self._callers.need(request)
        access = caller.access
        words = Words(caller.operator, language_of(request, caller), {})
        counts = Counter(
            category
            for channel in visible_channels(access)
            for category in {channel.category_id, *channel.extra_category_ids}
        )
        categories = [
            {
                "id": category.id,
                "name": words.name(category.names),
                "description": category.description,
                "color": category.colour,
                "channels_count": counts[category.id],
                "icon_url": self._addresses.whole(category.icon_url),
                "icon_tv_url": self._addresses.whole(category.icon_tv_url),
                "dashboard_icon_url": self._addresses.whole(category.icon_dashboard_url),
            }
            for category in access.station.lineup.categories
            if counts[category.id]
        ]
        return ok_with_message(self._callers.wire(request, caller), {"categories": categories})


def language_of(request: Request, caller: Caller) -> str:
    """The language of the answer: the one asked for when the operator has it, else its first."""
    asked, languages = request.params.get("lang", ""), caller.operator.languages
    return asked if asked in languages else languages[0] if languages else ""


_USUAL = Order()


def _order(request: Request, access: Access) -> Order:
    if "channel_sort_id" not in request.params and "account_sort" not in request.params:
        return _USUAL
    sort_id = request.whole("channel_sort_id")
    if sort_id is not None and sort_id not in access.station.lineup.channel_sorts:
        raise Refusal(1, "no such channel sorting")
    return Order(sort_id, request.flag("account_sort", default=True))
