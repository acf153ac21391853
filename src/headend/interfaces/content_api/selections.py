"""Selections."""

from copy import copy

from headend.catalog.errors import FetchFailed, PictureRefused
from headend.catalog.pictures import PictureKind
from headend.interfaces.content_api import VALIDATION, writes
from headend.interfaces.content_api.forms import LANGUAGES, Form, bad, find, over_what_came_meanwhile, own, texts, value
from headend.interfaces.content_api.pictures import kept, parameters_of
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Sent
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.portal.actions import save_selection
from headend.portal.models import ItemKind, Origin, Selection, SelectionItem

IMAGES = tuple(f"promo_image{each}" for each in LANGUAGES)
FORM = Form((*texts("name"), value("is_hidden", bool)), parameters_of(IMAGES))


@writes("SelectionCreate", "/selection/create/", refusals={Invalid: VALIDATION}, takes=FORM.parameters)
def create_selection(guest: Guest, type: int, sent: Sent, items_set: list[int] | None = None) -> Fields:
    """Create a selection made by hand: 0 channels, 1 programmes, 2 titles, 3 cameras, 4 radio, 5 movies of
    advertising, 6 applications.
    """
    selection = Selection(operator=guest.operator, kind=type)
    _fill(guest, selection, sent)
    save_selection(actor=guest.actor, selection=selection, numbers=items_set or [])
    return {"id": selection.pk}


@writes(
    "SelectionModify",
    "/selection/modify/",
    errors={1: "one of items_add is in the selection already"},
    refusals={Invalid: VALIDATION},
    takes=FORM.parameters,
)
def modify_selection(  # noqa: PLR0913 - the wire's own parameters
    guest: Guest,
    id: int,
    type: int,
    sent: Sent,
    items_set: list[int] | None = None,
    items_add: list[int] | None = None,
    items_remove: list[int] | None = None,
) -> Fields:
    """Change a selection: its names and pictures, all of its items, or some that come behind the others or go.

    Choice: another `type` needs `items_set`, since what is in the selection is of the old one. What `items_remove`
    names and is not there is passed over. Items of a selection found by a rule cannot be changed.
    """
    selection: Selection = find(guest, id, own(Selection), "selection")
    read = copy(selection)
    changes_items = bool(items_set or items_add or items_remove)
    if selection.origin == Origin.BY_RULE and (changes_items or type != selection.kind):
        raise bad("items_set", "this selection is found by a rule")
    if type != selection.kind and not items_set:
        raise bad("type", "another type needs items_set")
    selection.kind = type
    numbers = _numbers(selection, items_set, items_add, items_remove) if changes_items else None
    _fill(guest, selection, sent)
    with over_what_came_meanwhile(selection, read):
        save_selection(actor=guest.actor, selection=selection, numbers=numbers)
    return {"id": selection.pk}


def _numbers(
    selection: Selection, wanted: list[int] | None, added: list[int] | None, removed: list[int] | None
) -> list[int]:
    present = wanted or list(SelectionItem.objects.filter(selection=selection).values_list("number", flat=True))
    twice = set(present) & set(added or ())
    if twice:
        raise Refused(1, f"{', '.join(map(str, sorted(twice)[:20]))} is in the selection already")
    gone = set(removed or ())
    return [number for number in (*present, *(added or ())) if number not in gone]


def _fill(guest: Guest, selection: Selection, sent: Sent) -> None:
    if selection.kind not in ItemKind.values:
        raise bad("type", "a number from 0 to 6")
    FORM.fill(guest, selection, sent)
    for name in IMAGES:
        if name in sent:
            setattr(selection, name, _picture(name, sent[name]))


def _picture(name: str, url: str) -> str:
    try:
        return kept(url, (PictureKind.BANNER,))[0]
    except (FetchFailed, PictureRefused) as error:
        raise bad(name, str(error)) from error
