"""Titles made from what channels have recorded, so that people find yesterday's films among the films."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias

import msgspec
from django.db import transaction
from django.db.models import Q

from headend.catalog.models import Channel, Programme
from headend.catalog.ports import ProgrammeDetails
from headend.catalog.queries import blocked_programmes
from headend.kernel.actor import Actor
from headend.kernel.portions import portions
from headend.operators.actions import add_many, delete_many, save
from headend.vod.models import Asset, Title, TitleSource

SETTLES_AFTER = timedelta(hours=2)
"""After its end a programme's recording is whole for certain."""
LONGEST_NAME = 200
AT_ONCE = 500
_details = msgspec.json.Decoder(ProgrammeDetails)


class Recorded(NamedTuple):
    """What was done: titles and recordings that are new, and those that the archives have lost."""

    titles: int = 0
    recordings: int = 0
    titles_gone: int = 0
    recordings_gone: int = 0


def make_recorded_titles(*, actor: Actor, operator_id: int, now: datetime) -> Recorded:
    """Bring an operator's titles in line with what its channels have recorded; done again, nothing changes.

    A title for each name on each channel, with a file for each showing. What the archive has lost goes, and so do
    titles without showings. One transaction for each channel.
    """
    made = Title.objects.of(operator_id).filter(source=TitleSource.ARCHIVE)
    wanted = Q(recording_days__gt=0, is_enabled=True) | Q(pk__in=made.values("channel"))
    channels = Channel.objects.of(operator_id).filter(wanted).select_related("guide_channel")
    done = [_of_channel(actor, channel, now) for channel in channels]
    return Recorded(*map(sum, zip(*done, strict=True))) if done else Recorded()


@transaction.atomic
def _of_channel(actor: Actor, channel: Channel, now: datetime) -> Recorded:
    made = Title.objects.filter(channel=channel, source=TitleSource.ARCHIVE)
    titles = {title.name: title for title in made}
    recordings = Asset.objects.filter(title__in=made).exclude(recorded_at=None)
    known = {(name, moment): pk for name, moment, pk in recordings.values_list("title__name", "recorded_at", "pk")}
    showings, before = _showings(channel, now), len(titles)
    gone = [pk for showing, pk in known.items() if showing not in showings]
    new = {showing: programme for showing, programme in showings.items() if showing not in known}
    for (name, _), programme in new.items():
        if name not in titles:
            titles[name] = _title(actor, channel, name, programme)
    assets = [_asset(channel, titles[name], moment, programme) for (name, moment), programme in new.items()]
    add_many(actor=actor, objects=assets)
    _drop(actor, gone)
    empty = delete_many(actor=actor, objects=made.filter(assets=None))
    return Recorded(len(titles) - before, len(assets), empty, len(gone))


def _drop(actor: Actor, numbers: list[int]) -> None:
    for some in portions(numbers, AT_ONCE):
        delete_many(actor=actor, objects=Asset.objects.filter(pk__in=some))


Showing: TypeAlias = tuple[str, datetime]
"""The name of a programme and when it began on its channel."""


def _showings(channel: Channel, now: datetime) -> dict[Showing, Programme]:
    """What the archive of a channel has whole, and nobody has blocked."""
    if not channel.is_enabled:
        return {}
    shift = timedelta(minutes=channel.guide_shift_minutes)
    since, until = now - shift - timedelta(days=channel.recording_days), now - shift - SETTLES_AFTER
    programmes = Programme.objects.filter(
        guide_channel=channel.guide_channel_id, start__gte=int(since.timestamp()), stop__lte=int(until.timestamp())
    )
    blocked = blocked_programmes(channel.operator_id, now)
    return {
        (programme.title[:LONGEST_NAME], datetime.fromtimestamp(programme.start, UTC) + shift): programme
        for programme in programmes.order_by("start")
        if programme.pk not in blocked
    }


def _title(actor: Actor, channel: Channel, name: str, programme: Programme) -> Title:
    details = _details.decode(programme.details)
    title = Title(
        operator_id=channel.operator_id,
        source=TitleSource.ARCHIVE,
        channel=channel,
        copyright_holder_id=channel.copyright_holder_id,
        needs_parent_code=channel.needs_parent_code,
        name=name,
        description=details.description,
        year=int(details.date[:4]) if details.date[:4].isdecimal() else None,
        countries=", ".join(details.countries)[:200],
        language=details.spoken_language[:100],
        age=programme.age,
        duration_minutes=(programme.stop - programme.start) // 60,
        horizontal_poster_url=details.icons[0] if details.icons else "",
        thumbnail_big_url=details.icons[0] if details.icons else "",
    )
    save(actor=actor, obj=title, links={"tariffs": channel.tariffs.filter(used_for_channels=True)})
    return title


def _asset(channel: Channel, title: Title, moment: datetime, programme: Programme) -> Asset:
    name = _details.decode(programme.details).subtitle or f"{moment:%Y-%m-%d %H:%M}"
    return Asset(
        operator_id=channel.operator_id,
        title=title,
        name=name[:LONGEST_NAME],
        duration_seconds=programme.stop - programme.start,
        recorded_at=moment,
        external_id=f"{channel.pk}-{programme.start}",
    )
