"""Changing many channels at once: on and off, their category, their numbers and their order."""

from collections.abc import Collection, Sequence

from django.db import transaction

from headend.catalog.actions.places import STEP
from headend.catalog.models import Category, Channel
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import save_many
from headend.operators.models import Operator


def set_enabled(*, actor: Actor, channels: Collection[Channel], is_enabled: bool) -> int:
    """Switch channels on or off; says how many were not so before."""
    for channel in channels:
        channel.is_enabled = is_enabled
    return save_many(actor=actor, objects=channels, fields=("is_enabled",))


def set_category(*, actor: Actor, channels: Collection[Channel], category: Category | None) -> int:
    """Put channels into a category of their operator, or into none; says how many were not there before."""
    for channel in channels:
        if category is not None and channel.operator_id != category.operator_id:
            raise Invalid(f"{category} is a category of another operator than {channel}", "category")
        channel.category = category
    return save_many(actor=actor, objects=channels, fields=("category",))


def renumber(*, actor: Actor, channels: Sequence[Channel], start: int = 1) -> int:
    """Number channels through in the given order, from `start`; says how many had another number."""
    for number, channel in enumerate(channels, start):
        channel.lcn = number
    return save_many(actor=actor, objects=channels, fields=("lcn",))


@transaction.atomic
def reorder(*, actor: Actor, operator: Operator, channels: Sequence[Channel]) -> int:
    """Bring some or all of an operator's channels into this order; says how many changed their position.

    Together they stand where they stood; all others stay where they are.
    """
    wanted = [channel.pk for channel in channels if channel.operator_id == operator.pk]
    everything = list(Channel.objects.of(operator.pk).select_for_update())
    by_number = {channel.pk: channel for channel in everything}
    moved = iter([by_number[number] for number in dict.fromkeys(wanted) if number in by_number])
    places = set(wanted)
    ordered = [next(moved) if channel.pk in places else channel for channel in everything]
    for position, channel in enumerate(ordered, 1):
        channel.sort = position * STEP
    return save_many(actor=actor, objects=ordered, fields=("sort",))
