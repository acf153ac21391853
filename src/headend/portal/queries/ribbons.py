"""What the ribbons of a dashboard hold."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from headend.catalog.models import Channel, Programme
from headend.portal.models import Ribbon
from headend.portal.queries.audience import Held
from headend.portal.queries.programmes import DAY, Showing, showings, showings_of
from headend.portal.queries.selections import titles_wanted
from headend.portal.rules import RibbonAttributes, read_attributes
from headend.vod.models import Title
from headend.vod.queries import TitleFilter, filtered, for_lists, ordered

MOST = 100


def channels_of_ribbon(ribbon: Ribbon, held: Held) -> list[Channel]:
    """The channels of a ribbon that are the viewer's: in the ribbon's own order where it names them."""
    attributes = read_attributes(ribbon.kind, ribbon.attributes)
    channels = _channels(attributes, held, ribbon.operator_id)
    if not attributes.channels:
        return channels[:MOST]
    places = {number: place for place, number in enumerate(attributes.channels)}
    return sorted(channels, key=lambda channel: places[channel.pk])


def _channels(attributes: RibbonAttributes, held: Held, operator_id: int) -> list[Channel]:
    channels = held.channels(operator_id)
    if attributes.channels:
        channels = channels.filter(pk__in=attributes.channels)
    if attributes.channel_category:
        category = attributes.channel_category
        extra = Channel.extra_categories.through.objects.filter(category=category).values("channel")
        channels = channels.filter(Q(category=category) | Q(pk__in=extra))
    return list(channels)


def programmes_of_ribbon(ribbon: Ribbon, held: Held, now: int) -> list[Showing]:
    """The programmes of a ribbon: those it names, else those that are on now or begin within a day."""
    attributes = read_attributes(ribbon.kind, ribbon.attributes)
    channels = _channels(attributes, held, ribbon.operator_id)
    if attributes.programmes:
        return list(showings_of(channels, attributes.programmes))
    programmes = Programme.objects.all()
    if attributes.programme_category:
        programmes = programmes.filter(category=attributes.programme_category)
    return showings(channels, since=now, until=now + DAY, programmes=programmes)[:MOST]


def titles_of_ribbon(
    ribbon: Ribbon, now: datetime, *, tariffs: Sequence[int] = (), without_tariffs: Sequence[int] = ()
) -> list[Title]:
    """The titles of a ribbon, read as for lists: those it names in its order, else the newest that it describes.

    `tariffs` and `without_tariffs` narrow them to what these tariffs give, or do not.
    """
    attributes = read_attributes(ribbon.kind, ribbon.attributes)
    titles = filtered(
        titles_wanted(ribbon.operator_id, attributes, now),
        TitleFilter(tariffs=tariffs, without_tariffs=without_tariffs),
        now,
    )
    if not attributes.titles:
        return list(for_lists(ordered(titles, ""))[:MOST])
    named = for_lists(titles).in_bulk(attributes.titles)
    return [named[number] for number in attributes.titles if number in named]
