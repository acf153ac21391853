"""HbbTV: what providers show on channels, and what devices tell of it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from headend.catalog.actions.hbb import keep_report
from headend.catalog.models import Channel, HbbChannel, HbbProvider, HbbReportKind
from headend.catalog.queries import hbb_channel, hbb_events, hbb_provider
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Guest, whole
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Longest
from headend.kernel.calls import Needs
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields

_AHEAD = timedelta(days=1)
_LATEST = 2**33  # seconds since the epoch that any clock may say
_OF_CHANNELS = {
    1: "a parameter is missing or bad",
    2: "there is no such channel",
    3: "this provider has nothing on the channel",
    4: "there is no such event",
}
_OF_REPORTS = {
    1: "a parameter is missing or bad",
    2: "the list of events is empty or too long",
    3: "there is no such provider",
    4: "this provider does not want to know it",
    5: "the provider could not be told",
}


@DEVICE_API.call("HbbChannelInfo", "GET", "/hbb/channel/info/", needs=Needs.KEY, errors=_OF_CHANNELS)
def channel_info(guest: Guest, type: int, hbb_id: int, cid: int, current_channel_time: int | None = None) -> Fields:
    """Tell what a provider's pages of a channel need, and what it shows next.

    Choice: `hbb_id` is the provider, as the channel list names it; events are told for a day from
    `current_channel_time` on, which is now when it is not sent, a hundred at most.
    """
    entry = _entry(guest, type, hbb_id, cid)
    since = guest.now if current_channel_time is None else _moment(current_channel_time)
    events = hbb_events(entry, since, since + _AHEAD)
    return {
        "url": whole(entry.provider.url),
        "api_key": entry.provider.api_key,
        "events": [
            {"time": int(event.at.timestamp()), "id": event.pk, "type": event.kind, "data": event.data}
            for event in events
        ],
    }


@DEVICE_API.call("HbbChannelEvent", "GET", "/hbb/channel/event/", needs=Needs.KEY, errors=_OF_CHANNELS)
def channel_event(  # noqa: PLR0913 - the documented parameters
    guest: Guest,
    type: int,
    event_type: str,
    cid: int,
    hbb_id: int,
    event_id: int,
    display_height: int,
    display_width: int,
    aspect: str = "16:9",
) -> Fields:
    """Tell what a provider's event shows.

    Choice: `data` is the event's own object, in a list of one; what fits the screen's size is the device's choice.
    """
    del display_height, display_width, aspect
    entry = _entry(guest, type, hbb_id, cid)
    event = entry.events.filter(pk=event_id, kind=event_type).first()
    if event is None:
        raise Refused(4)
    return {"time": int(event.at.timestamp()), "type": event.kind, "data": [event.data]}


def _entry(guest: Guest, kind: int, provider_id: int, channel_id: int) -> HbbChannel:
    if not Channel.objects.of(guest.operator.pk).filter(pk=channel_id, is_enabled=True).exists():
        raise Refused(2)
    provider = hbb_provider(guest.operator.pk, provider_id, kind)
    entry = hbb_channel(provider, channel_id) if provider else None
    if entry is None:
        raise Refused(3)
    return entry


def _moment(seconds: int) -> datetime:
    if not 0 <= seconds < _LATEST:
        raise Refused(1, "current_channel_time is no time")
    return datetime.fromtimestamp(seconds, UTC)


@DEVICE_API.call("HbbActivity", "POST", "/hbb/activity/", needs=Needs.KEY, errors=_OF_REPORTS, refusals={Invalid: 2})
def activity(guest: Guest, type: int, hbb_id: int, log_events: list[dict[str, Any]], event_id: str = "") -> Fields:
    """Take in what viewers do on a provider's pages.

    Choice: it is kept for the operator, who hands it on, and not sent to the provider while a device waits.
    """
    provider = _provider(guest, type, hbb_id)
    if not provider.takes_activity:
        raise Refused(4)
    keep_report(
        provider=provider,
        kind=HbbReportKind.ACTIVITY,
        entries=log_events,
        event_ref=event_id,
        device_uid=guest.device_uid,
    )
    return {}


@DEVICE_API.call(
    "HbbEventError", "POST", "/hbb/event/error/", needs=Needs.KEY, errors=_OF_REPORTS, refusals={Invalid: 2}
)
def event_error(  # noqa: PLR0913 - the documented parameters
    guest: Guest,
    type: int,
    hbb_id: int,
    event_id: int,
    error_info: Annotated[str, Longest(4000)],
    log_events: list[dict[str, Any]],
) -> Fields:
    """Take in that a provider's event went wrong on a device.

    Choice: it is kept as activity is; of `error_info` the first 200 characters.
    """
    provider = _provider(guest, type, hbb_id)
    if not provider.takes_errors:
        raise Refused(4)
    keep_report(
        provider=provider,
        kind=HbbReportKind.ERROR,
        entries=log_events,
        event_ref=str(event_id),
        device_uid=guest.device_uid,
        message=error_info,
    )
    return {}


def _provider(guest: Guest, kind: int, number: int) -> HbbProvider:
    provider = hbb_provider(guest.operator.pk, number, kind)
    if provider is None:
        raise Refused(3)
    return provider
