"""The calls of portals and applications before anybody has signed in: channels, categories and tariffs of an operator.

Their answers have no token and are the same for everybody with the operator's key, so the lists are kept whole.
"""

from headend.hotpath.gate.answers import Answer, encoded, ok_with_message
from headend.hotpath.gate.callers import Callers
from headend.hotpath.gate.categories import category_fields
from headend.hotpath.gate.channels import ICON_SIZE, V2_ERRORS, check_icon_size, language_of
from headend.hotpath.gate.errors import BadParameter, Refusal
from headend.hotpath.gate.lists import Lists, Offer, offered_channels
from headend.hotpath.gate.memory import Station
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.routes import answers
from headend.hotpath.gate.rows import NOTHING_PERSONAL, Addresses, Variant, Words
from headend.hotpath.gate.shapes import (
    COMPACT_OPEN_INFO,
    COMPACT_PORTAL,
    ICONS,
    OPEN_INFO,
    OPEN_V2,
    PORTAL,
    Shape,
)
from headend.hotpath.gate.state import State
from headend.kernel.calls import Needs
from headend.kernel.formats import to_json
from headend.playback.ports import OperatorView, TariffOffer

_EVERYTHING = Offer()


class OpenCalls:
    """See the module. What "the operator shows" is enabled and has "shown on the site" set."""

    def __init__(self, state: State, callers: Callers, addresses: Addresses, lists: Lists) -> None:
        self._state = state
        self._callers = callers
        self._addresses = addresses
        self._lists = lists

    # --- channels ---

    @answers("ChannelIconList", "GET", "/channel/icon/list/", needs=Needs.KEY, reads=ICON_SIZE)
    def icons(self, request: Request) -> Answer:
        """The pictures of all channels that the operator shows.

        Choice: `icon_width` and `icon_height` change nothing, here and elsewhere: a picture comes in the size in which
        the operator gave it.
        """
        return self._list(request, self._callers.by_key(request), ICONS, _EVERYTHING)

    @answers(
        "NoAuthChannelListV2",
        "GET",
        "/v2/noauth/channel/list/",
        needs=Needs.KEY,
        errors=V2_ERRORS | {404: "no such tariff"},
        reads=(*ICON_SIZE, "tariff_id", "exclude_tariff_id"),
        bad_parameter=400,
    )
    def list_v2(self, request: Request) -> Answer:
        """The channels that the operator shows: all, those of a tariff, or those that a tariff does not have.

        Choice: Channels that are not "shown on the site" are in none of the lists for those who have not signed in.
        """
        operator = self._callers.by_key(request)
        check_icon_size(request)
        given, taken = request.whole("tariff_id"), request.whole("exclude_tariff_id")
        tariffs = self._station(operator).lineup.tariffs
        for number in (given, taken):
            if number is not None and number not in tariffs:
                raise Refusal(404, "no such tariff")
        return self._list(request, operator, OPEN_V2, Offer(given, taken))

    @answers(
        "NoAuthChannelInfoV2",
        "POST",
        "/v2/noauth/channel/info/",
        needs=Needs.KEY,
        errors=V2_ERRORS,
        reads=("channel_ids", *ICON_SIZE, "compact", "reject_multicast"),
        bad_parameter=400,
    )
    def info_v2(self, request: Request) -> Answer:
        """All about some of the channels that the operator shows, in the order in which they are named.

        Choice: Without `channel_ids` all of them come. There are no addresses, so `reject_multicast` changes nothing.
        """
        operator = self._callers.by_key(request)
        check_icon_size(request)
        shape = COMPACT_OPEN_INFO if request.flag("compact") else OPEN_INFO
        numbers = request.wholes("channel_ids")
        if not numbers:
            return self._list(request, operator, shape, _EVERYTHING)
        station = self._station(operator)
        shown = {channel.id: channel for channel in offered_channels(station, _EVERYTHING)}
        missing = [number for number in numbers if number not in shown]
        if missing:
            raise Refusal(404, f"there is no channel {missing[0]}")
        entries = [(shown[number], NOTHING_PERSONAL) for number in numbers]
        variant = self._variant(request, operator, shape)
        return encoded(variant.wire, self._lists.some(operator, station, variant, entries, request.now))

    @answers(
        "NoAuthPortalClientChannelList",
        "GET",
        "/noauth/portal/client/channel/list/",
        needs=Needs.KEY,
        errors={
            1: "tariff_id is missing, or there is no such tariff",
            2: "there is no such order of channels",
            3: "no picture has this size",
        },
        reads=("tariff_id", "channel_sort_id", "compact", *ICON_SIZE),
    )
    def portal_channels(self, request: Request) -> Answer:
        """The channels of a tariff, with what is on and what comes next."""
        operator = self._callers.by_key(request)
        lineup, tariff_id = self._station(operator).lineup, request.whole("tariff_id")
        if tariff_id not in lineup.tariffs:
            raise BadParameter("tariff_id")
        sort_id = request.whole_or_refuse("channel_sort_id", 2, "no such order of channels")
        if sort_id is not None and sort_id not in lineup.channel_sorts:
            raise Refusal(2, "no such order of channels")
        try:
            check_icon_size(request)
        except BadParameter as error:
            raise Refusal(3, error.message) from error
        shape = COMPACT_PORTAL if request.flag("compact") else PORTAL
        return self._list(request, operator, shape, Offer(tariff_id, None, sort_id))

    def _station(self, operator: OperatorView) -> Station:
        return self._state.station_of(operator.id)

    def _variant(self, request: Request, operator: OperatorView, shape: Shape) -> Variant:
        language = language_of(request, operator)
        return Variant(operator.id, language, self._callers.wire(request), shape)

    def _list(self, request: Request, operator: OperatorView, shape: Shape, offer: Offer) -> Answer:
        variant, station = self._variant(request, operator, shape), self._station(operator)
        return self._lists.find_open(operator, station, variant, offer, request.now).ready.answer_to_all(request)

    # --- categories and tariffs ---

    @answers("NoAuthCategoryList", "GET", "/noauth/category/list/", needs=Needs.KEY)
    def categories(self, request: Request) -> Answer:
        """The categories of the channels that the operator shows."""
        operator = self._callers.by_key(request)
        station = self._station(operator)
        words = Words(operator, language_of(request, operator), {})
        channels = offered_channels(station, _EVERYTHING)
        fields = category_fields(station, channels, words, self._addresses)
        return ok_with_message(self._callers.wire(request), {"categories": fields})

    @answers("NoAuthPortalClientTariffList", "GET", "/noauth/portal/client/tariff/list/", needs=Needs.KEY)
    def tariffs(self, request: Request) -> Answer:
        """The tariffs that the operator shows.

        Choice: Those that are enabled, neither archived nor hidden, and "shown on the site". `period` counts months,
        0 for a tariff without a period; `channels_count` the channels that the operator shows.
        """
        operator = self._callers.by_key(request)
        station = self._station(operator)
        words = Words(operator, language_of(request, operator), {})
        tariffs = [self._offer(station, each, words) for each in station.lineup.offers]
        return ok_with_message(self._callers.wire(request), {"tariffs": tariffs})

    def _offer(self, station: Station, tariff: TariffOffer, words: Words) -> dict[str, object]:
        known = tariff.id in station.lineup.tariffs  # terms that cannot be read give nothing
        return {
            "id": tariff.id,
            "name": words.name(tariff.names),
            "description": tariff.description,
            "period": tariff.period_months,
            "channels_count": len(offered_channels(station, Offer(tariff.id))) if known else 0,
            "price": tariff.price,
            "icon": self._addresses.whole(tariff.icon_url),
            "meta": to_json(tariff.meta).decode(),
        }
