"""Orders of channels and selections made from what people watch; making one again brings it up to date."""

from collections.abc import Collection, Sequence

from django.db import transaction

from headend.audience.queries import Viewers, watched_channels, watched_programmes, watched_titles
from headend.audience.rules import Criterion, rank
from headend.catalog.actions.channel_orders import arrange_channels
from headend.catalog.models import Channel, ChannelSort
from headend.kernel.actor import Actor
from headend.operators.actions import save
from headend.portal.actions import save_selection
from headend.portal.models import Origin, Selection
from headend.portal.rules import ItemKind


@transaction.atomic
def order_channels_by_popularity(*, actor: Actor, viewers: Viewers, criterion: Criterion, name: str) -> ChannelSort:
    """Make a named order of all channels: those that are watched, the most popular first, then the others as before."""
    order = ChannelSort.objects.of(viewers.operator_id).filter(name=name).first()
    order = order or ChannelSort(operator_id=viewers.operator_id, name=name)
    save(actor=actor, obj=order)
    arrange_channels(actor=actor, order=order, channel_ids=_channels(viewers, criterion))
    return order


@transaction.atomic
def select_channels_by_popularity(
    *, actor: Actor, viewers: Viewers, criterion: Criterion, name: str, size: int
) -> Selection:
    """Make a selection of the most popular channels; where too few are watched, the first of the others fill it."""
    return _select(actor, viewers, ItemKind.CHANNEL, name, _channels(viewers, criterion)[:size])


@transaction.atomic
def select_programmes_by_popularity(
    *,
    actor: Actor,
    viewers: Viewers,
    name: str,
    size: int,
    categories: Collection[int] = (),
    channels: Collection[int] = (),
) -> Selection:
    """Make a selection of the programmes that were watched longest, of some categories and channels or of all."""
    popular = rank(watched_programmes(viewers, categories, channels), Criterion.TIME)
    return _select(actor, viewers, ItemKind.PROGRAMME, name, popular[:size])


@transaction.atomic
def select_titles_by_popularity(
    *, actor: Actor, viewers: Viewers, criterion: Criterion, name: str, size: int
) -> Selection:
    """Make a selection of the most popular titles."""
    return _select(actor, viewers, ItemKind.TITLE, name, rank(watched_titles(viewers), criterion)[:size])


def _channels(viewers: Viewers, criterion: Criterion) -> list[int]:
    """The channels that are switched on: the popular ones first, then the others in the order of the channel list."""
    listed = Channel.objects.of(viewers.operator_id).filter(is_enabled=True).values_list("pk", flat=True)
    known = dict.fromkeys(listed)
    popular = [number for number in rank(watched_channels(viewers), criterion) if number in known]
    return list(dict.fromkeys([*popular, *known]))


def _select(actor: Actor, viewers: Viewers, kind: ItemKind, name: str, numbers: Sequence[int]) -> Selection:
    found = Selection.objects.of(viewers.operator_id).filter(name=name, kind=kind.value, origin=Origin.BY_HAND).first()
    selection = found or Selection(operator_id=viewers.operator_id, name=name, kind=kind.value)
    return save_selection(actor=actor, selection=selection, numbers=numbers)
