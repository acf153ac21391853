"""Programmes of some channels in a period, each with the channel on which it is shown."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from headend.catalog.models import Channel, Programme

HOUR, DAY = 3600, 86_400


@dataclass(frozen=True, slots=True)
class Showing:
    """A programme on a channel; times are seconds since the epoch, moved by the channel's own shift."""

    programme: Programme
    channel: Channel
    starts: int
    stops: int

    def has_record(self, now: int) -> bool:
        """Say whether it has begun and the channel's recordings reach back to it."""
        reach = max(self.channel.recording_days * DAY, self.channel.pause_live_seconds)
        return reach > 0 and now - reach <= self.starts <= now


def showings(
    channels: Collection[Channel], *, since: int, until: int, programmes: QuerySet[Programme] | None = None
) -> list[Showing]:
    """What is shown from `since` until before `until`, in the order of its beginning. One query.

    Where several channels have one guide, as HD and SD twins do, the first of them counts.
    """
    first: dict[int, Channel] = {}
    for channel in channels:
        if channel.guide_channel_id is not None:
            first.setdefault(channel.guide_channel_id, channel)
    widest = max((abs(channel.guide_shift_minutes) for channel in first.values()), default=0) * 60
    rows = Programme.objects.all() if programmes is None else programmes
    rows = rows.filter(guide_channel__in=first, stop__gt=since - widest, start__lt=until + widest)
    found = (_showing(row, first[row.guide_channel_id]) for row in rows.select_related("category"))
    within = (each for each in found if each.stops > since and each.starts < until)
    return sorted(within, key=lambda each: (each.starts, each.channel.sort, each.programme.pk))


def showings_of(channels: Collection[Channel], numbers: Iterable[int]) -> Iterator[Showing]:
    """The programmes with these numbers that are on one of the channels, in the order of the numbers."""
    by_guide: dict[int, list[Channel]] = defaultdict(list)
    for channel in channels:
        if channel.guide_channel_id is not None:
            by_guide[channel.guide_channel_id].append(channel)
    wanted = list(dict.fromkeys(numbers))
    rows = Programme.objects.filter(guide_channel__in=by_guide).select_related("category").in_bulk(wanted)
    return (_showing(rows[number], by_guide[rows[number].guide_channel_id][0]) for number in wanted if number in rows)


def _showing(programme: Programme, channel: Channel) -> Showing:
    shift = channel.guide_shift_minutes * 60
    return Showing(programme, channel, programme.start + shift, programme.stop + shift)
