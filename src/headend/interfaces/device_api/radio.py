"""Radio stations."""

from headend.catalog.models import Radio
from headend.catalog.queries import radios_of
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.places import country_of
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.kernel.formats import Fields
from headend.playback.queries.holdings import tariffs_of


@DEVICE_API.call("RadioList", "GET", "/radio/list/", bad_parameter=1, errors={1: "a parameter is bad"})
def radio_list(viewer: Viewer, icon_width: int = 0, icon_height: int = 0, search: str = "") -> Fields:
    """List the radio stations.

    Choice: all of the operator's stations are listed, but only those with `has_subscription` have a `url`; a station
    of no tariff is for everybody. `channel_name` is the television channel of the same house. Logos come in one size.
    """
    del icon_width, icon_height
    held = tariffs_of(viewer.account, country_of(viewer), viewer.now)
    wanted = search.casefold()
    stations = [each for each in radios_of(viewer.operator.pk) if wanted in viewer.name_of(each).casefold()]
    return {"radio": [radio_row(viewer, station, held) for station in stations]}


def radio_row(viewer: Guest, radio: Radio, held: frozenset[int]) -> Fields:
    """A station on the wire; `held` are the tariffs that count for the account now."""
    tariffs = list(radio.tariffs.all())
    is_given = not tariffs or any(tariff.pk in held and tariff.used_for_radio for tariff in tariffs)
    channel = radio.channel
    return {
        "id": radio.pk,
        "name": viewer.name_of(radio),
        "url": whole(radio.stream_url) if is_given else "",
        "logo_url": whole(radio.logo_url or (channel.icon_url if channel else "")),
        "channel_name": viewer.name_of(channel),
        "description": viewer.localized(radio, "description"),
        "has_subscription": int(is_given),
    }
