"""Which guide a channel has: found by the platform, confirmed, refused or chosen by a person."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from headend.catalog.errors import UnknownGuideChannel
from headend.catalog.models import Channel, GuideChannel, GuideSource, MatchState
from headend.catalog.queries import guide_channels_for, guide_index, names_of
from headend.catalog.rules import Match, MatchKind
from headend.kernel.actor import Actor
from headend.operators.actions import record, save_many
from headend.operators.models import Operator

BY_A_PERSON = (MatchState.BY_HAND, MatchState.REFUSED)
MOST_NAMES = 1000

_STATES = {MatchKind.BY_ID: MatchState.BY_ID, MatchKind.BY_NAME: MatchState.BY_NAME}
_USED = (
    "name",
    "name_lang1",
    "name_lang2",
    "name_lang3",
    "name_lang4",
    "name_lang5",
    "meta",
    "guide_id",
    "guide_channel_id",
    "guide_match",
)


@dataclass(frozen=True, slots=True)
class MatchReport:
    """How the guides of an operator's channels stand now, without those that a person has decided.

    `changed` channels have another guide or state than before; `ambiguous` names those, of very many the first, for
    which several guide channels would do.
    """

    by_id: int = 0
    by_name: int = 0
    unmatched: int = 0
    changed: int = 0
    ambiguous: tuple[str, ...] = ()


@transaction.atomic
def match_guides(*, actor: Actor, operator: Operator) -> MatchReport:
    """Find the guides of an operator's channels, by id and then by name; what a person decided stays."""
    report = apply_matches(operator=operator)
    if report.changed:
        changes = {"by_id": report.by_id, "by_name": report.by_name, "changed": report.changed}
        record(actor=actor, verb="match", obj=Channel(operator=operator), changes=changes)
    return report


def match_guides_of_source(*, actor: Actor, source: GuideSource) -> None:
    """Match the channels of all operators that a guide source serves: for the end of its import."""
    operators = Operator.objects.filter(pk__in=Channel.objects.values("operator"))
    if source.operator_id is not None:
        operators = operators.filter(pk=source.operator_id)
    for operator in operators:
        match_guides(actor=actor, operator=operator)


def apply_matches(*, operator: Operator) -> MatchReport:
    """Match without an audit entry, as part of an action that writes its own."""
    index = guide_index(operator)
    # Locked, so that a person's decision made meanwhile is not written over.
    undecided = Channel.objects.of(operator.pk).exclude(guide_match__in=BY_A_PERSON).order_by("pk").select_for_update()
    channels = list(undecided.only(*_USED))
    found = [(channel, index.match(names_of(channel))) for channel in channels]
    changed = [channel for channel, match in found if _put(channel, match)]
    for channel in changed:
        channel.save(update_fields=("guide_channel", "guide_match", "updated_at"))
    kinds = [match.kind for _, match in found]
    return MatchReport(
        by_id=kinds.count(MatchKind.BY_ID),
        by_name=kinds.count(MatchKind.BY_NAME),
        unmatched=kinds.count(MatchKind.NONE),
        changed=len(changed),
        ambiguous=tuple(channel.name for channel, match in found if match.kind is MatchKind.AMBIGUOUS)[:MOST_NAMES],
    )


def _put(channel: Channel, match: Match) -> bool:
    before = (channel.guide_channel_id, channel.guide_match)
    channel.guide_channel_id = match.guide_channel
    channel.guide_match = _STATES.get(match.kind, MatchState.NONE)
    return (channel.guide_channel_id, channel.guide_match) != before


def confirm_matches(*, actor: Actor, channels: Collection[Channel]) -> int:
    """Agree with the guides that these channels have; says how many were not confirmed before."""
    confirmed = [channel for channel in channels if channel.guide_channel_id is not None]
    for channel in confirmed:
        channel.guide_match = MatchState.BY_HAND
    return save_many(actor=actor, objects=confirmed, fields=("guide_match",))


def refuse_matches(*, actor: Actor, channels: Collection[Channel]) -> int:
    """Take these channels' guides away for good; says how many had one or could have got one."""
    return _decide(actor, channels, None, MatchState.REFUSED)


def choose_guide(*, actor: Actor, channel: Channel, guide_channel: GuideChannel) -> None:
    """Give a channel this guide; UnknownGuideChannel when its source belongs to another operator."""
    if not guide_channels_for(channel.operator).filter(pk=guide_channel.pk).exists():
        raise UnknownGuideChannel(f"no guide channel {guide_channel.pk} for {channel.operator}")
    _decide(actor, [channel], guide_channel, MatchState.BY_HAND)


def reopen_matches(*, actor: Actor, channels: Collection[Channel]) -> int:
    """Forget what was decided about these channels, so that the next matching looks for their guides again."""
    return _decide(actor, channels, None, MatchState.NONE)


def _decide(actor: Actor, channels: Collection[Channel], guide: GuideChannel | None, state: MatchState) -> int:
    for channel in channels:
        channel.guide_channel, channel.guide_match = guide, state
    return save_many(actor=actor, objects=channels, fields=("guide_channel", "guide_match"))
