"""The guide: its channels and their icons, exact times, and programmes whose recordings may not be watched."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from django.conf import settings

from headend.catalog.actions.exact_times import set_exact_times
from headend.catalog.actions.guide_icons import set_guide_icons
from headend.catalog.actions.programme_blockings import block_programme
from headend.catalog.errors import FetchFailed, PictureRefused, UnknownProgramme
from headend.catalog.models import GuideChannel
from headend.catalog.pictures import PictureKind
from headend.catalog.queries import channel_with_prefix, guide_channels_for, programme_at
from headend.interfaces.content_api import BAD_PARAMETER, NOT_FOUND, VALIDATION, asks, writes
from headend.interfaces.content_api.exact_times import exact_time, read_exact_times
from headend.interfaces.content_api.forms import ADDRESS, aware, bad, find
from headend.interfaces.content_api.pages import USUAL, page_of
from headend.interfaces.pictures import kept_pictures
from headend.interfaces.wire.callers import Guest, whole
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Longest
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields

NOT_ALLOWED, BAD_SIZES, NO_ICON, NO_MAIN = 1, 2, 3, 4
_SIZE = re.compile(r"([1-9]\d{0,3})[x_]([1-9]\d{0,3})")
MOST_SIZES, LARGEST = 10, 1000

# --- channels --------------------------------------------------------------------------------------------------------


@asks("EPGChannelList", "/epgchannel/list/")
def list_guide_channels(guest: Guest, limit: int = USUAL, page: int = 1, source: int | None = None) -> Fields:
    """List the channels of guides that the operator may use, those of one source with `source`.

    Choice: without `source` those of all sources. `timeshift` is in hours; a guide's channels have no categories.
    """
    channels = guide_channels_for(guest.operator)
    channels = channels.filter(source=source) if source is not None else channels
    shown = page_of(channels.select_related("source").order_by("pk"), limit, page)
    rows = [_row(channel, place) for place, channel in enumerate(shown, (page - 1) * min(limit, 100) + 1)]
    return {"channels": rows, "count": channels.count()}


def _row(channel: GuideChannel, place: int) -> Fields:
    updated = channel.source.last_run_at
    return {
        "id": channel.pk,
        "source": channel.source_id,
        "icon_url": whole(channel.icon_url),
        "source_channel_id": channel.guide_id,
        "extra_category_ids": [],
        "sort_number": place,
        "timeshift": channel.shift_minutes / 60,
        "source_update_date": updated.date().isoformat() if updated else "",
        "extra_icons": {size: whole(url) for size, url in channel.extra_icons.items()},
    }


@writes(
    "EPGChannelIconUpload",
    "/epgchannel/icon/upload/",
    errors={
        NOT_ALLOWED: "the guide is shared by all operators, and shared_guide_operators does not name this one",
        BAD_SIZES: "extra_sizes cannot be read",
        NO_ICON: "the icon cannot be had, or is no picture",
        NO_MAIN: "the channel has no icon yet, and skip_main_size is set",
    },
    for_gate=True,
)
def upload_icon(
    guest: Guest,
    icon_url: Annotated[str, Longest(ADDRESS)],
    epg_channel_id: int,
    extra_sizes: str = "",
    skip_main_size: bool = False,
) -> Fields:
    """Give a guide's channel an icon, and the same in other sizes ("64x48, 128x96").

    Choice: a guide of the operator's own needs no permission. The guide's next import leaves such an icon alone.
    """
    channel: GuideChannel = find(guest, epg_channel_id, guide_channels_for, "guide channel")
    if not _may_change(guest, channel):
        raise Refused(NOT_ALLOWED)
    sizes = _sizes(extra_sizes)
    if skip_main_size and not channel.icon_url:
        raise Refused(NO_MAIN)
    store = kept_pictures()
    try:
        data = store.fetch(icon_url)
        main = None if skip_main_size else store.keep(data, PictureKind.LOGO.limit)
        extra = {f"{width}x{height}": store.keep(data, (width, height)) for width, height in sizes}
    except (FetchFailed, PictureRefused) as error:
        raise Refused(NO_ICON, str(error)) from error
    set_guide_icons(actor=guest.actor, channel=channel, icon_url=main, extra=extra)
    return {}


def _may_change(guest: Guest, channel: GuideChannel) -> bool:
    is_own = channel.source.operator_id == guest.operator.pk
    return is_own or guest.operator.pk in settings.HEADEND.shared_guide_operators


def _sizes(text: str) -> list[tuple[int, int]]:
    words = [word for word in re.split(r"[,;\s]+", text) if word]
    found = [(int(each[1]), int(each[2])) for word in words if (each := _SIZE.fullmatch(word))]
    if len(found) != len(words) or len(found) > MOST_SIZES or any(max(size) > LARGEST for size in found):
        raise Refused(BAD_SIZES, f"up to {MOST_SIZES} sizes such as 64x48, none above {LARGEST}")
    return found


# --- programmes ------------------------------------------------------------------------------------------------------


@writes(
    "EPGProgramTimeSpecify",
    "/epg/program/time/specify/",
    refusals={UnknownProgramme: NOT_FOUND, Invalid: VALIDATION},
    for_gate=True,
)
def specify_time(guest: Guest, external_id: str = "", start: str = "", stop: str = "") -> Fields:
    """Say when a programme really began and ended; with a body in XML of up to a thousand programmes at once.

    Choice: the call is signed like all others; with a body in XML `client_id` and `signature` stand in the query, and
    the signature is made over `client_id` alone. `external_id` is the number that the platform tells of a programme.
    The exact times stay until the guide's source is imported again and has others.
    """
    if guest.asked.document:
        times = read_exact_times(guest.asked.document)
    elif not (external_id and start and stop):
        raise Refused(BAD_PARAMETER, "external_id, start and stop are needed")
    else:
        times = [exact_time(external_id=external_id, start=start, stop=stop)]
    may_change = guest.operator.pk in settings.HEADEND.shared_guide_operators
    set_exact_times(actor=guest.actor, operator=guest.operator, times=times, may_change_shared=may_change)
    return {}


@writes(
    "ProgramBlockingCreate",
    "/programblocking/create/",
    errors={
        1: "no such programme",
        2: "no channel with this prefix",
        3: "nothing is on the channel then",
        4: "neither pid, nor prefix and time_start",
    },
    refusals={UnknownProgramme: 1},
    for_gate=True,
)
def block(
    guest: Guest, pid: int | None = None, prefix: str = "", time_start: int | None = None, end_date: str = ""
) -> Fields:
    """Keep everybody from watching the recording of a programme, found by its number, or by the address prefix of its
    channel and a moment (epoch seconds).

    Choice: `end_date` is a day, which is the last, or a moment; without it the programme is blocked for good.
    """
    if pid is None:
        pid = _found_on_channel(guest, prefix, time_start)
    blocking = block_programme(
        actor=guest.actor, operator=guest.operator, programme_id=pid, ends_at=_end(guest, end_date)
    )
    return {"id": blocking.pk}


def _found_on_channel(guest: Guest, prefix: str, moment: int | None) -> int:
    if not prefix or moment is None:
        raise Refused(4)
    channel = channel_with_prefix(guest.operator.pk, prefix)
    if channel is None:
        raise Refused(2)
    programme = programme_at(channel, moment)
    if programme is None:
        raise Refused(3)
    return programme.pk


def _end(guest: Guest, text: str) -> datetime | None:
    if not text:
        return None
    try:
        if len(text) == len("2026-11-22"):
            day = date.fromisoformat(text) + timedelta(days=1)
            return datetime.combine(day, time(), ZoneInfo(guest.operator.time_zone))
        return aware(guest, datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise bad("end_date", "this is neither a day nor a moment") from error
