"""CategoryList, and how the categories of channels are written."""

from collections import Counter
from collections.abc import Iterable

from headend.hotpath.gate.answers import Answer, ok_with_message
from headend.hotpath.gate.callers import Callers
from headend.hotpath.gate.channels import language_of
from headend.hotpath.gate.lists import visible_channels
from headend.hotpath.gate.memory import Station
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.routes import answers
from headend.hotpath.gate.rows import Addresses, Words
from headend.playback.ports import ChannelView


class CategoryCalls:
    """CategoryList."""

    def __init__(self, callers: Callers, addresses: Addresses) -> None:
        self._callers = callers
        self._addresses = addresses

    @answers("CategoryList", "GET", "/category/list/")
    def categories(self, request: Request) -> Answer:
        """The categories of the caller's channels.

        Choice: Those without any of the caller's channels are left out.
        """
        caller = self._callers.need(request)
        words = Words(caller.operator, language_of(request, caller.operator), {})
        channels = visible_channels(caller.access)
        fields = category_fields(caller.access.station, channels, words, self._addresses)
        return ok_with_message(self._callers.wire(request, caller), {"categories": fields})


def category_fields(
    station: Station, channels: Iterable[ChannelView], words: Words, addresses: Addresses
) -> list[dict[str, object]]:
    """The categories that some channels are in, in the operator's order."""
    counts = Counter(
        category for channel in channels for category in {channel.category_id, *channel.extra_category_ids}
    )
    return [
        {
            "id": category.id,
            "name": words.name(category.names),
            "description": category.description,
            "color": category.colour,
            "channels_count": counts[category.id],
            "icon_url": addresses.whole(category.icon_url),
            "icon_tv_url": addresses.whole(category.icon_tv_url),
            "dashboard_icon_url": addresses.whole(category.icon_dashboard_url),
        }
        for category in station.lineup.categories
        if counts[category.id]
    ]
