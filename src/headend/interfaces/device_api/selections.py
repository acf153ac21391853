"""Selections, and what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.looks import look_of
from headend.interfaces.device_api.selection_rows import NAMES, ROWS
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.errors import HeadendError, Invalid
from headend.kernel.formats import Fields
from headend.portal.errors import UnknownRibbon, UnknownSelection
from headend.portal.models import ItemKind, Origin, Selection
from headend.portal.queries import (
    in_time_order,
    item_numbers,
    known_numbers,
    page_of,
    ribbon_for,
    selection_shown,
    selections_shown,
    within_tariffs,
)
from headend.portal.rules import RibbonType, read_attributes

MOST_LISTED, MOST_AT_ONCE = 100, 200
FURTHEST = 1_000_000
_ERRORS = {1: "no such selection, or a bad parameter"}
_REFUSALS: Mapping[type[HeadendError], int] = {UnknownSelection: 1, UnknownRibbon: 1, Invalid: 1}
_TIME_ORDERS = {"program_begin_time": False, "-program_begin_time": True}


# --- which there are -------------------------------------------------------------------------------------------------


@DEVICE_API.call("SelectionList", "GET", "/selection/list/", errors=_ERRORS, refusals=_REFUSALS)
@DEVICE_API.call(
    "NoAuthSelectionList", "GET", "/noauth/selection/list/", needs=Needs.KEY, errors=_ERRORS, refusals=_REFUSALS
)
def list_selections(  # noqa: PLR0913 - the documented parameters
    caller: Guest,
    program_id: int | None = None,
    type: int | None = None,  # noqa: A002 - the wire's name
    content_type: int | None = None,
    video_provider_id: int | None = None,
    limit: int = MOST_LISTED,
    page: int = 1,
    order: str = "date",
) -> Fields:
    """List the selections that are not hidden, by when they were made.

    Choice: `count` of a generated selection is how many items its rule finds now; `video_provider_id` keeps the
    selections of titles with one by this provider.
    """
    if order not in ("date", "-date") or page < 1 or not 1 <= limit <= MOST_LISTED or page > FURTHEST:
        raise Refused(1)
    found = selections_shown(
        caller.operator.pk, kind=content_type, origin=type, programme=program_id, provider=video_provider_id
    ).order_by(*(("created_at", "pk") if order == "date" else ("-created_at", "-pk")))
    rows = found[(page - 1) * limit : page * limit]
    return {"selections": [_row(caller, selection) for selection in rows]}


def _row(caller: Guest, selection: Selection) -> dict[str, Any]:
    by_rule = selection.origin == Origin.BY_RULE
    return {
        "promo_image": whole(caller.localized(selection, "promo_image")),
        "id": selection.pk,
        "name": caller.name_of(selection),
        "count": len(item_numbers(selection, caller.now)) if by_rule else selection.item_count,  # type: ignore[attr-defined]
        "type": selection.origin,
    }


# --- what is in one --------------------------------------------------------------------------------------------------


@DEVICE_API.call("SelectionDetail", "GET", "/selection/detail/", errors=_ERRORS, refusals=_REFUSALS)
def selection_detail(  # noqa: PLR0913 - the documented parameters
    viewer: Viewer,
    selection_id: int | None = None,
    program_id: int | None = None,
    portal_dashboard_id: int | None = None,
    compact: bool = False,
    cursor: int = 0,
    limit: int = MOST_AT_ONCE,
    order: str = "",
) -> Fields:
    """Tell what is in a selection, page by page.

    Choice: one of `selection_id`, `program_id` (the newest selection that holds the programme) and
    `portal_dashboard_id` (a ribbon that shows a selection) is needed and counts in this order; `cursor` is a place in
    the selection; `count` is how many items there are now; `compact` leaves descriptions, persons and `meta` empty.
    """
    selection = _selection(viewer, selection_id, program_id, portal_dashboard_id)
    numbers = item_numbers(selection, viewer.now)
    return _detail(viewer, selection, numbers, _Wish(compact, cursor, limit, order))


@DEVICE_API.call(
    "NoAuthSelectionDetail", "GET", "/noauth/selection/detail/", needs=Needs.KEY, errors=_ERRORS, refusals=_REFUSALS
)
def selection_detail_for_guests(  # noqa: PLR0913 - the documented parameters
    caller: Guest,
    tariff_id: int | None = None,
    exclude_tariff_id: int | None = None,
    selection_id: int | None = None,
    program_id: int | None = None,
    portal_dashboard_id: int | None = None,
    compact: bool = False,
    cursor: int = 0,
    limit: int = MOST_AT_ONCE,
    order: str = "",
) -> Fields:
    """Tell what is in a selection before signing in; channels and titles that a tariff gives, or does not give."""
    selection = _selection(caller, selection_id, program_id, portal_dashboard_id)
    numbers = within_tariffs(
        caller.operator.pk, selection.kind, item_numbers(selection, caller.now), tariff_id, exclude_tariff_id
    )
    return _detail(caller, selection, numbers, _Wish(compact, cursor, limit, order))


def _selection(caller: Guest, number: int | None, programme: int | None, ribbon: int | None) -> Selection:
    operator = caller.operator.pk
    if number is not None:
        return selection_shown(operator, number=number)
    if programme is not None:
        return selection_shown(operator, programme=programme)
    if ribbon is None:
        raise Refused(1, "selection_id, program_id or portal_dashboard_id is needed")
    found = ribbon_for(caller.operator, look_of(caller).viewer, ribbon, RibbonType.SELECTION)
    return selection_shown(operator, number=read_attributes(found.kind, found.attributes).selection)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which part of a selection is wanted, and how."""

    is_compact: bool
    cursor: int
    limit: int
    order: str

    def __post_init__(self) -> None:
        is_page = 0 <= self.cursor <= FURTHEST and 1 <= self.limit <= MOST_AT_ONCE
        if not is_page or self.order not in ("", *_TIME_ORDERS):
            raise Refused(1)


def _detail(caller: Guest, selection: Selection, numbers: Sequence[int], wish: _Wish) -> Fields:
    look = look_of(caller)
    if wish.order and selection.kind == ItemKind.PROGRAMME:
        numbers = in_time_order(numbers, is_descending=_TIME_ORDERS[wish.order])
    known = known_numbers(selection.operator_id, selection.kind, numbers, shown_at=caller.now)
    page = page_of([number for number in numbers if number in known], wish.cursor, wish.limit)
    rows = ROWS[ItemKind(selection.kind)](caller, look, page.numbers)
    name = NAMES[ItemKind(selection.kind)]
    contents = [{name: _compact(rows[number], wish)} for number in page.numbers if number in rows]
    return {
        "name": caller.name_of(selection),
        "count": page.count,
        "type": selection.origin,
        "promo_image": whole(caller.localized(selection, "promo_image")),
        "next_cursor": page.next_cursor,
        "contents": contents,
    }


_WIDE = {
    "description": "",
    "short_description": "",
    "meta": "{}",
    "actors": "",
    "actors_info": [],
    "program_meta": "{}",
}


def _compact(row: dict[str, Any], wish: _Wish) -> dict[str, Any]:
    return {**row, **{name: _WIDE[name] for name in row.keys() & _WIDE.keys()}} if wish.is_compact else row
