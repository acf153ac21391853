"""Named orders of channels, made by hand."""

from collections.abc import Sequence

from django.db import transaction

from headend.catalog.models import Channel, ChannelSort, ChannelSortEntry
from headend.kernel.actor import Actor
from headend.operators.actions import record


@transaction.atomic
def arrange_channels(*, actor: Actor, order: ChannelSort, channel_ids: Sequence[int]) -> int:
    """Make these channels, in this sequence, the whole of an order; says how many it has now.

    Numbers that are not among the operator's channels are left out.
    """
    own = set(Channel.objects.of(order.operator_id).values_list("pk", flat=True))
    chosen = [number for number in dict.fromkeys(channel_ids) if number in own]
    before = list(order.entries.order_by("position").values_list("channel_id", flat=True))
    if chosen != before:
        order.entries.all().delete()
        ChannelSortEntry.objects.bulk_create(
            [ChannelSortEntry(channel_sort=order, channel_id=n, position=place) for place, n in enumerate(chosen, 1)],
            batch_size=1000,
        )
        came, went = sorted(set(chosen) - set(before)), sorted(set(before) - set(chosen))
        record(actor=actor, verb="change", obj=order, changes={"channels": {"added": came, "removed": went}})
    return len(chosen)
