"""Selections and what is in them."""

from collections.abc import Sequence

from django.db import transaction

from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import record, save
from headend.portal.errors import UnknownItem
from headend.portal.models import Origin, Selection, SelectionItem
from headend.portal.queries import known_numbers
from headend.portal.rules import MOST_LISTED, read_rule


@transaction.atomic
def save_selection(*, actor: Actor, selection: Selection, numbers: Sequence[int] | None = None) -> Selection:
    """Create or change a selection; `numbers` become its items in this order, None leaves them as they are.

    Raises UnknownItem (`place` is the number) and Invalid, for a rule that cannot be read or too many items.
    """
    if selection.origin == Origin.BY_RULE:
        read_rule(selection.kind, selection.rule)
        numbers = ()
    wanted = None if numbers is None else list(dict.fromkeys(numbers))
    if wanted is not None:
        _check(selection, wanted)
    save(actor=actor, obj=selection)
    if wanted is not None:
        _set_items(actor, selection, wanted)
    return selection


def _check(selection: Selection, numbers: Sequence[int]) -> None:
    if len(numbers) > MOST_LISTED:
        raise Invalid(f"a selection has {MOST_LISTED} items at most", "items")
    known = known_numbers(selection.operator_id, selection.kind, numbers)
    # What was chosen before and is gone since may stay: saving a selection anew must not fail for it.
    chosen = set(SelectionItem.objects.filter(selection=selection.pk).values_list("number", flat=True))
    for number in numbers:
        if number not in known | chosen:
            raise UnknownItem(f"there is no {number} among {selection.get_kind_display()}", str(number))


def _set_items(actor: Actor, selection: Selection, numbers: Sequence[int]) -> None:
    items = SelectionItem.objects.filter(selection=selection)
    before = list(items.values_list("number", flat=True))
    if before == list(numbers):
        return
    items.delete()
    SelectionItem.objects.bulk_create(
        [SelectionItem(selection=selection, number=number, position=place) for place, number in enumerate(numbers, 1)],
        batch_size=500,
    )
    record(actor=actor, verb="change", obj=selection, changes={"items": [before[:50], list(numbers)[:50]]})
