"""Advertising before channels and titles."""

from typing import Any
from urllib.parse import urlencode

from django.core import signing

from headend.advertising.actions import GivenBlock, Screen, ShowEvent, give_blocks, note_event
from headend.advertising.errors import AdsDisabled, FrequencyCapped
from headend.advertising.models import AdMovie
from headend.catalog.models import Channel
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.places import country_of
from headend.interfaces.wire.callers import Stranger, Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields, to_json
from headend.playback.queries.holdings import tariffs_of

SURFACES = frozenset(
    {"COMPANION", "SBERBOX", "STARGATE", "SATELLITE", "TIME", "TV_HUAWEI", "TV", "OTHER", "TEST"}
)  # fmt: skip
_OUR_OWN = 0
_SALT = "ads"
_DAY = 86_400


@DEVICE_API.call(
    "AdsList",
    "GET",
    "/ads/list/",
    errors={
        1: "a channel or a video has to be named, one that there is",
        2: "there is no advertising here",
        3: "the provider of the advertising failed",
        4: "there is no such surface",
        5: "there is no such time zone",
        6: "a channel and a video cannot both be meant",
        7: "enough has been shown for now; error_message says when to ask again",
    },
    refusals={AdsDisabled: 2},
)
def ads_list(  # noqa: PLR0913 - the documented parameters
    viewer: Viewer,
    channel_id: int | None = None,
    mediahills_id: int | None = None,
    video_id: int | None = None,
    program_id: int | None = None,
    movie_width: int = 0,
    movie_height: int = 0,
    os_family: str = "",
    os_version: str = "",
    app_id: str = "",
    surface: str = "OTHER",
    vendor: str = "",
    model: str = "",
    sber_device_type: str = "",
    terminal_uid: str = "",
    timezone: float | None = None,
) -> Fields:
    """Tell what to show before a channel, a programme of one, or a video.

    Choice: the times of blocks are the operator's, `timezone` (hours) is only looked at. What devices tell of
    themselves is for providers whom they ask by themselves, with `provider_options`; our own blocks have `provider` 0.
    Movies larger than `movie_width` and `movie_height` are left out when there are smaller ones. `skipoffset` -1: it
    cannot be skipped. A block counts as seen when it is given; `events` are addresses to call when its first movie
    begins ("shown") and when it is skipped ("skipped").
    """
    del mediahills_id, program_id, os_family, os_version, app_id, vendor, model, sber_device_type, terminal_uid
    if surface.upper() not in SURFACES:
        raise Refused(4)
    if timezone is not None and not -12 <= timezone <= 14:
        raise Refused(5)
    if channel_id is not None and video_id is not None:
        raise Refused(6)
    try:
        given = give_blocks(
            account=viewer.account,
            channel=_channel(viewer, channel_id, video_id),
            tariffs=tariffs_of(viewer.account, country_of(viewer), viewer.now),
            moment=viewer.now,
            screen=Screen(movie_width, movie_height),
        )
    except FrequencyCapped as capped:
        raise Refused(7, to_json({"next_time_request": capped.next_at}).decode()) from capped
    return {"ads": [_row(block) for block in given]}


def _channel(viewer: Viewer, channel_id: int | None, video_id: int | None) -> Channel | None:
    """The channel that is meant, None for a video. Whether there is such a video, its own call tells."""
    if channel_id is None and video_id is not None:
        return None
    channel: Channel | None = Channel.objects.of(viewer.operator.pk).filter(pk=channel_id, is_enabled=True).first()
    if channel is None:
        raise Refused(1)
    return channel


def _row(given: GivenBlock) -> dict[str, Any]:
    block = given.block
    days = block.days if isinstance(block.days, list) and block.days else range(1, 8)
    return {
        "days": ",".join(str(day) for day in days),
        "begin_time": f"{block.begins_at:%H:%M}" if block.begins_at else "00:00",
        "end_time": f"{block.ends_at:%H:%M}" if block.ends_at else "24:00",
        "display_order": block.order,
        "provider": block.provider.number if block.provider else _OUR_OWN,
        "movies": _movies(given),
        "events": [{"type": event.value, "url": _event_url(given.show_id, event)} for event in ShowEvent],
    }


def _movies(given: GivenBlock) -> list[dict[str, Any]]:
    block, provider = given.block, given.block.provider
    if provider is None:
        return [_movie(movie, block.skip_after_seconds) for movie in given.movies]
    options = provider.options if isinstance(provider.options, dict) else {}
    return [
        {
            "name": provider.name,
            "url": provider.url,
            "width": 0,
            "duration": 0,
            "provider_options": [{"name": str(name), "value": str(value)} for name, value in options.items()],
            "skipoffset": block.skip_after_seconds,
        }
    ]


def _movie(movie: AdMovie, skip_after: int) -> dict[str, Any]:
    return {
        "name": movie.name,
        "url": whole(movie.url),
        "width": movie.width,
        "duration": movie.duration_seconds,
        "provider_options": [],
        "skipoffset": skip_after,
    }


# --- what becomes of them --------------------------------------------------------------------------------------------


def _event_url(show_id: int, event: ShowEvent) -> str:
    """Where a device tells what became of a block: signed, so that nobody counts what was never given."""
    ticket = signing.dumps([show_id, event.value], salt=_SALT)
    return whole(f"{DEVICE_API.base}/ads/event/?{urlencode({'ticket': ticket})}")


@DEVICE_API.call(
    "AdsEvent", "GET", "/ads/event/", needs=Needs.NOTHING, errors={1: "this address was not given by us, or long ago"}
)
def ads_event(stranger: Stranger, ticket: str) -> Fields:
    """Note that a block was shown or skipped; the addresses in AdsList lead here. Calling one again changes nothing."""
    try:
        show_id, event = signing.loads(ticket, salt=_SALT, max_age=_DAY)
    except signing.BadSignature as error:
        raise Refused(1) from error
    note_event(show_id=show_id, event=ShowEvent(event), moment=stranger.now)
    return {}
