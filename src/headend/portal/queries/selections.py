"""Selections and their items, which are numbers of records of one kind; each kind says which of them there are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from headend.advertising.models import AdMovie
from headend.cameras.models import Camera
from headend.catalog.models import Channel, Programme, Radio, Tariff
from headend.portal.errors import UnknownSelection
from headend.portal.models import Application, ItemKind, Origin, Selection, SelectionItem
from headend.portal.queries.programmes import DAY, showings
from headend.portal.rules import MOST_LISTED, Order, RibbonAttributes, SelectionRule, read_rule
from headend.vod.models import Title
from headend.vod.queries import TitleFilter, filtered, ordered, shown_titles


@dataclass(frozen=True, slots=True)
class Page:
    """Some numbers of a selection, how many it has in all, and where the next page begins (-1: there is none)."""

    numbers: tuple[int, ...]
    count: int
    next_cursor: int


def page_of(numbers: Sequence[int], cursor: int, limit: int) -> Page:
    """Cut a page out of a selection's numbers."""
    until = cursor + limit
    return Page(tuple(numbers[cursor:until]), len(numbers), until if until < len(numbers) else -1)


# --- which selections ------------------------------------------------------------------------------------------------


def selections_shown(
    operator_id: int,
    *,
    kind: int | None = None,
    origin: int | None = None,
    programme: int | None = None,
    provider: int | None = None,
) -> QuerySet[Selection]:
    """The selections that are not hidden, with `item_count` for those made by hand.

    `programme` must be among their items, or a title of `provider`.
    """
    selections: QuerySet[Selection] = Selection.objects.of(operator_id).filter(is_hidden=False)
    if kind is not None:
        selections = selections.filter(kind=kind)
    if origin is not None:
        selections = selections.filter(origin=origin)
    if programme is not None:
        selections = selections_with(selections, ItemKind.PROGRAMME, programme)
    if provider is not None:
        titles = Title.objects.of(operator_id).filter(provider=provider).values("pk")
        holding = SelectionItem.objects.filter(number__in=titles, selection__kind=ItemKind.TITLE)
        selections = selections.filter(pk__in=holding.values("selection"))
    return selections.annotate(item_count=Count("items"))


def selections_with(selections: QuerySet[Selection], kind: ItemKind, number: int) -> QuerySet[Selection]:
    """Keep the selections by hand that hold this item."""
    holding = SelectionItem.objects.filter(number=number, selection__kind=kind).values("selection")
    return selections.filter(pk__in=holding)


def selection_shown(operator_id: int, *, number: int | None = None, programme: int | None = None) -> Selection:
    """A selection by its number, or the newest one that holds a programme; raises UnknownSelection.

    Hidden ones are shown to whoever knows their number, as ribbons do.
    """
    selections: QuerySet[Selection] = Selection.objects.of(operator_id)
    if number is not None:
        selections = selections.filter(pk=number)
    elif programme is not None:
        selections = selections_with(selections.filter(is_hidden=False), ItemKind.PROGRAMME, programme)
    found = selections.order_by("-pk").first() if number is not None or programme is not None else None
    if found is None:
        raise UnknownSelection("there is no such selection")
    return found


# --- their items -----------------------------------------------------------------------------------------------------


def item_numbers(selection: Selection, now: datetime) -> list[int]:
    """The numbers of a selection's items in its order, also of those that are gone since they were chosen."""
    if selection.origin == Origin.BY_RULE:
        return find_items(selection.operator_id, selection.kind, read_rule(selection.kind, selection.rule), now)
    return list(SelectionItem.objects.filter(selection=selection).values_list("number", flat=True))


def known_numbers(operator_id: int, kind: int, numbers: Iterable[int], *, shown_at: datetime | None = None) -> set[int]:
    """Which of these numbers are the operator's records of the kind; with a moment only those that are shown then."""
    wanted = list(dict.fromkeys(numbers))
    if not wanted or kind not in RECORDS:
        return set()
    records = RECORDS[ItemKind(kind)](operator_id)
    if shown_at is not None and kind == ItemKind.TITLE:
        records = shown_titles(operator_id, shown_at)
    elif shown_at is not None and kind != ItemKind.PROGRAMME:
        records = records.filter(is_enabled=True)
    return set(records.filter(pk__in=wanted).values_list("pk", flat=True))


def programmes_of(operator_id: int) -> QuerySet[Programme]:
    """The programmes of the guides that an operator's channels use."""
    guides = Channel.objects.of(operator_id).exclude(guide_channel=None).order_by().values("guide_channel")
    return Programme.objects.filter(guide_channel__in=guides)


RECORDS: Mapping[ItemKind, Callable[[int], QuerySet[Any]]] = {
    ItemKind.CHANNEL: lambda operator_id: Channel.objects.of(operator_id),
    ItemKind.PROGRAMME: programmes_of,
    ItemKind.TITLE: lambda operator_id: Title.objects.of(operator_id),
    ItemKind.CAMERA: lambda operator_id: Camera.objects.of(operator_id),
    ItemKind.RADIO: lambda operator_id: Radio.objects.of(operator_id),
    ItemKind.AD: lambda operator_id: AdMovie.objects.of(operator_id),
    ItemKind.APPLICATION: lambda operator_id: Application.objects.of(operator_id),
}
"""The records that selections of each kind may hold, by the operator's number."""


# --- rules -----------------------------------------------------------------------------------------------------------


def find_items(operator_id: int, kind: int, rule: SelectionRule, now: datetime) -> list[int]:
    """The numbers that a rule finds now, in its order."""
    if kind == ItemKind.CHANNEL:
        return _numbers(_channels(operator_id, rule), rule.most)
    if kind == ItemKind.PROGRAMME:
        return _programmes(operator_id, rule, int(now.timestamp()))
    if kind == ItemKind.TITLE:
        titles = filtered(titles_wanted(operator_id, rule, now), TitleFilter(search=rule.words), now)
        return _numbers(ordered(titles, _TITLE_ORDERS[rule.order]), rule.most)
    return []


_TITLE_ORDERS = {Order.OWN: "", Order.NEWEST: "-created_at", Order.RATING: "-kinopoisk_rating", Order.NAME: "name"}


def titles_wanted(operator_id: int, wanted: SelectionRule | RibbonAttributes, now: datetime) -> QuerySet[Title]:
    """The titles that are shown now and are as a rule or a ribbon describes them."""
    described = TitleFilter(
        genres=wanted.genres if wanted.all_genres else (),
        any_genres=() if wanted.all_genres else wanted.genres,
        provider=wanted.provider,
        kinopoisk_from=wanted.kinopoisk_from or None,
        year_from=wanted.year_from or None,
        year_to=wanted.year_to or None,
    )
    titles = filtered(shown_titles(operator_id, now), described, now)
    return titles.filter(imdb_rating__gte=wanted.imdb_from) if wanted.imdb_from else titles


def _numbers(rows: QuerySet[Any], most: int) -> list[int]:
    return list(rows.values_list("pk", flat=True)[: min(most, MOST_LISTED)])


_CHANNEL_ORDERS = {Order.OWN: ("sort", "lcn", "name", "pk"), Order.NEWEST: ("-pk",), Order.NAME: ("name", "pk")}


def _channels(operator_id: int, rule: SelectionRule) -> QuerySet[Channel]:
    channels: QuerySet[Channel] = Channel.objects.of(operator_id).filter(is_enabled=True)
    if rule.words:
        channels = channels.filter(name__icontains=rule.words)
    if rule.channel_category:
        channels = channels.filter(_in_category(rule.channel_category))
    if rule.tariff:
        channels = channels.filter(tariffs=rule.tariff)
    return channels.order_by(*_CHANNEL_ORDERS.get(rule.order, _CHANNEL_ORDERS[Order.OWN]))


def _in_category(category: int) -> Q:
    extra = Channel.extra_categories.through.objects.filter(category=category).values("channel")
    return Q(category=category) | Q(pk__in=extra)


def _programmes(operator_id: int, rule: SelectionRule, now: int) -> list[int]:
    channels = Channel.objects.of(operator_id).filter(is_enabled=True).select_related("guide_channel")
    if rule.channels:
        channels = channels.filter(pk__in=rule.channels)
    if rule.channel_category:
        channels = channels.filter(_in_category(rule.channel_category))
    programmes = Programme.objects.all()
    if rule.words:
        programmes = programmes.filter(title__icontains=rule.words)
    if rule.programme_category:
        programmes = programmes.filter(category=rule.programme_category)
    in_order = channels.order_by("sort", "lcn", "name", "pk")
    since, until = now - rule.days_back * DAY, now + max(rule.days_ahead * DAY, 1)
    found = showings(list(in_order), since=since, until=until, programmes=programmes)
    kept = (each.programme.pk for each in found if not rule.recorded_only or each.has_record(now))
    return list(dict.fromkeys(kept))[: min(rule.most, MOST_LISTED)]


# --- in another order, and fewer of them -----------------------------------------------------------------------------


def in_time_order(numbers: Sequence[int], *, is_descending: bool) -> list[int]:
    """Programmes by when they begin; those that are gone are left out."""
    starts = dict(Programme.objects.filter(pk__in=numbers).values_list("pk", "start"))
    known = [number for number in numbers if number in starts]
    return sorted(known, key=starts.__getitem__, reverse=is_descending)


def within_tariffs(
    operator_id: int, kind: int, numbers: Sequence[int], given: int | None, not_given: int | None
) -> list[int]:
    """Keep the channels or titles that one tariff gives and another does not; other kinds stay as they are."""
    kept = list(numbers)
    if given is not None:
        found = _of_tariff(operator_id, kind, kept, given)
        kept = kept if found is None else [number for number in kept if number in found]
    if not_given is not None:
        found = _of_tariff(operator_id, kind, kept, not_given)
        kept = kept if found is None else [number for number in kept if number not in found]
    return kept


def _of_tariff(operator_id: int, kind: int, numbers: Sequence[int], tariff: int) -> set[int] | None:
    if kind not in (ItemKind.CHANNEL, ItemKind.TITLE):
        return None
    records: QuerySet[Any] = RECORDS[ItemKind(kind)](operator_id).filter(pk__in=numbers)
    if kind == ItemKind.CHANNEL and Tariff.objects.of(operator_id).filter(pk=tariff, all_channels=True).exists():
        return set(numbers)
    return set(records.filter(tariffs=tariff).values_list("pk", flat=True))
