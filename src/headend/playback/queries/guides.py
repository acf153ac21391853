"""The guide as the gate knows it: the programmes of some days, by guide channel."""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from headend.catalog.models import Channel, GuideCategory, Programme
from headend.kernel.portions import portions
from headend.playback.ports import ProgrammeView

DAY = 86_400
PAST_DAYS = 1  # also of channels without recordings: what has just ended is still asked for
MOST_PAST_DAYS = 31
FUTURE_DAYS = 8  # a week ahead, and a day until the window is moved again

_FIELDS = ("guide_channel_id", "id", "start", "stop", "title", "category_id", "age", "details")


def days_in_use(guide_channel_ids: Collection[int] | None = None) -> dict[int, int]:
    """How many past days are wanted of each guide channel that a channel points at."""
    channels = Channel.objects.exclude(guide_channel=None)
    if guide_channel_ids is not None:
        channels = channels.filter(guide_channel__in=guide_channel_ids)
    days: dict[int, int] = {}
    for number, recorded in channels.order_by().values_list("guide_channel_id", "recording_days"):
        wanted = min(recorded + PAST_DAYS, MOST_PAST_DAYS)
        days[number] = max(days.get(number, PAST_DAYS), wanted)
    return days


def guides_of(days: dict[int, int], now: int) -> dict[int, tuple[ProgrammeView, ...]]:
    """The programmes of guide channels from so many days ago until a week ahead, in the order of their starts.

    `days` is {guide channel: past days}; one without programmes gets an empty tuple.
    """
    guides: dict[int, tuple[ProgrammeView, ...]] = dict.fromkeys(days, ())
    in_order = sorted(days, key=lambda number: (days[number], number))
    for past, numbers in groupby(in_order, key=days.__getitem__):
        for chunk in portions(list(numbers), 200):
            guides.update(_programmes(chunk, now - past * DAY, now + FUTURE_DAYS * DAY))
    return guides


def _programmes(
    guide_channel_ids: Sequence[int], since: int, until: int
) -> Iterable[tuple[int, tuple[ProgrammeView, ...]]]:
    rows = (
        Programme.objects.filter(guide_channel__in=guide_channel_ids, stop__gt=since, start__lt=until)
        .order_by("guide_channel_id", "start")
        .values_list(*_FIELDS)
        .iterator(chunk_size=5000)
    )
    for number, programmes in groupby(rows, key=lambda row: row[0]):
        yield (
            number,
            tuple(
                ProgrammeView(pk, start, stop, title, category or 0, age, details)
                for _, pk, start, stop, title, category, age, details in programmes
            ),
        )


def programme_categories() -> dict[int, tuple[str, ...]]:
    """The kinds of programmes in their order, with their names: the default, then languages 1 to 5."""
    names = ("name", "name_lang1", "name_lang2", "name_lang3", "name_lang4", "name_lang5")
    return {row[0]: row[1:] for row in GuideCategory.objects.order_by("sort", "pk").values_list("pk", *names)}
