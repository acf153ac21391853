"""Reading the catalogue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from headend.catalog.models import (
    Channel,
    GuideChannel,
    GuideSource,
    HbbChannel,
    HbbEvent,
    HbbProvider,
    MatchState,
    Programme,
    ProgrammeBlocking,
    Radio,
)
from headend.catalog.rules import ChannelNames, GuideIndex, GuideNames
from headend.operators.models import Operator

# --- channels and their guides ---


def guide_channels_for(operator: Operator) -> QuerySet[GuideChannel]:
    """The guide channels that an operator may use: of its own sources, and of those that serve everybody."""
    return GuideChannel.objects.filter(Q(source__operator=None) | Q(source__operator=operator))


def guide_index(operator: Operator) -> GuideIndex:
    """All that an operator's channels can be matched with; its own sources go before those of everybody."""
    rows = guide_channels_for(operator).values_list("id", "guide_id", "name", "names", "source", "source__operator")
    return GuideIndex(
        GuideNames(number, guide_id, (name, *names), rank=source if owner is None else source - _OWN_FIRST)
        for number, guide_id, name, names, source, owner in rows.iterator()
    )


_OWN_FIRST = 2**62
FOREVER = 2**62


def names_of(channel: Channel) -> ChannelNames:
    """What a channel is known by: its names, and the one by which its list names the guide."""
    listed: Any = channel.meta.get("list") if isinstance(channel.meta, dict) else None
    guide_name = listed.get("guide_name") if isinstance(listed, dict) else None
    languages = (getattr(channel, f"name_lang{number}") for number in range(1, 6))
    names = (channel.name, guide_name, *languages)
    return ChannelNames(
        channel.pk, channel.guide_id, tuple(str(name) for name in names if name), channel.guide_channel_id
    )


def matches_to_review(operator: Operator, state: MatchState = MatchState.BY_NAME) -> QuerySet[Channel]:
    """Channels whose guide a person should look at: those matched by name; with state NONE those without a guide."""
    channels = Channel.objects.of(operator.pk).filter(guide_match=state)
    return channels.select_related("guide_channel__source")


@dataclass(frozen=True, slots=True)
class GuideCandidate:
    """A guide channel that a channel may mean; `score` from 0 to 1."""

    guide_channel: GuideChannel
    score: float


def guide_candidates(
    operator: Operator, channels: Iterable[Channel], limit: int = 5
) -> dict[int, list[GuideCandidate]]:
    """For each of an operator's channels the guide channels it may mean, the likeliest first: {channel id: […]}."""
    index = guide_index(operator)
    found = {channel.pk: index.candidates(names_of(channel), limit) for channel in channels}
    wanted = {candidate.id for candidates in found.values() for candidate in candidates}
    guides = GuideChannel.objects.select_related("source").in_bulk(wanted)
    return {
        number: [GuideCandidate(guides[candidate.id], candidate.score) for candidate in candidates]
        for number, candidates in found.items()
    }


# --- guide sources ---


def guide_source(number: int) -> GuideSource | None:
    """The guide source with this number."""
    return GuideSource.objects.filter(pk=number).first()


def guide_sources_called(name: str) -> list[GuideSource]:
    """The guide sources with this name: the one that serves all operators, or those of single operators."""
    called = list(GuideSource.objects.filter(name=name).order_by("pk"))
    return [source for source in called if source.operator_id is None][:1] or called


def due_guide_sources(now: datetime) -> list[int]:
    """The numbers of the sources that should be imported now."""
    due = GuideSource.objects.filter(Q(next_run_at=None) | Q(next_run_at__lte=now), is_enabled=True)
    return list(due.exclude(url="").filter(interval_minutes__gt=0).values_list("pk", flat=True))


def longest_recording_days() -> int:
    """How many days of the past any channel of any operator keeps."""
    return Channel.objects.aggregate(days=Max("recording_days"))["days"] or 0


# --- programmes ---


def programmes_on(guides: Iterable[GuideChannel], now: int) -> dict[int, Programme]:
    """What is on at a moment (epoch seconds) in some guides, by the guide channel's number; shifts are minded."""
    by_shift: dict[int, list[int]] = {}
    for guide in guides:
        by_shift.setdefault(guide.shift_minutes * 60, []).append(guide.pk)
    found: dict[int, Programme] = {}
    for shift, numbers in by_shift.items():
        on_air = Programme.objects.filter(guide_channel__in=numbers, start__lte=now - shift, stop__gt=now - shift)
        found |= {programme.guide_channel_id: programme for programme in on_air.select_related("category")}
    return found


def programme_of(operator_id: int, programme_id: int) -> Programme | None:
    """A programme in the guide of one of an operator's channels."""
    used = Channel.objects.of(operator_id).exclude(guide_channel=None).values("guide_channel")
    return Programme.objects.filter(pk=programme_id, guide_channel__in=used).first()


def blocked_programmes(operator_id: int, now: datetime) -> dict[int, int]:
    """The programmes whose recordings may not be watched, by number, until before when in epoch seconds."""
    runs_on = Q(ends_at=None) | Q(ends_at__gt=now)
    rows = ProgrammeBlocking.objects.of(operator_id).filter(runs_on).values_list("programme_id", "ends_at")
    return {programme: FOREVER if ends is None else int(ends.timestamp()) for programme, ends in rows}


def channel_with_prefix(operator_id: int, prefix: str) -> Channel | None:
    """An operator's channel with this address prefix; of several the first in its list."""
    channels = Channel.objects.of(operator_id).filter(url_prefix=prefix) if prefix else Channel.objects.none()
    found: Channel | None = channels.select_related("guide_channel").first()
    return found


def programme_at(channel: Channel, moment: int) -> Programme | None:
    """What is on a channel at a moment (epoch seconds); the shifts of its guide are minded."""
    there = moment - channel.guide_shift_minutes * 60
    on_air = Programme.objects.filter(guide_channel=channel.guide_channel_id, start__lte=there, stop__gt=there)
    return on_air.first()


# --- HbbTV ---


def hbb_provider(operator_id: int, number: int, kind: int) -> HbbProvider | None:
    """An operator's provider of this number and kind that is switched on."""
    found: HbbProvider | None = (
        HbbProvider.objects.of(operator_id).filter(pk=number, kind=kind, is_enabled=True).first()
    )
    return found


def hbb_channel(provider: HbbProvider, channel_id: int) -> HbbChannel | None:
    """A channel as a provider knows it; None when it has nothing there."""
    return HbbChannel.objects.filter(provider=provider, channel=channel_id).first()


def hbb_events(channel: HbbChannel, since: datetime, until: datetime, most: int = 100) -> list[HbbEvent]:
    """What a provider shows on a channel in a while, the earliest first."""
    return list(channel.events.filter(at__gte=since, at__lt=until).order_by("at", "pk")[:most])


# --- radio ---


def radios_of(operator_id: int) -> QuerySet[Radio]:
    """The radio stations that an operator has switched on, in their order."""
    radios: QuerySet[Radio] = Radio.objects.of(operator_id).filter(is_enabled=True)
    return radios.select_related("channel").prefetch_related("tariffs").order_by("sort", "name", "pk")
