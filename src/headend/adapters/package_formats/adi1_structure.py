"""What elements of CableLabs ADI 1.1 consist of, and how a document departs from it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from headend.adapters.package_formats.markup import Element
from headend.adapters.package_formats.values import Notes, Said


class _Shape(NamedTuple):
    """What may stand in an element: a pattern over the names of its children, each with a blank behind it."""

    children: str = ""
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


AMS_REQUIRED = (
    "Asset_Name", "Asset_ID", "Asset_Class", "Provider", "Provider_ID", "Product", "Version_Minor", "Version_Major",
    "Description", "Creation_Date",
)  # fmt: skip
_SHAPES = {
    "ADI": _Shape("Metadata (Asset )*"),
    "Asset": _Shape("Metadata (Asset )*(Content )?"),
    "Metadata": _Shape("AMS (App_Data )*"),
    "AMS": _Shape(required=frozenset(AMS_REQUIRED), optional=frozenset({"Verb"})),
    "App_Data": _Shape(required=frozenset({"App", "Name", "Value"})),
    "Content": _Shape(required=frozenset({"Value"})),
}


def check_structure(root: Element, notes: Notes) -> None:
    """Note where a document is not as its type has it; it is read all the same, unless the profile is strict."""
    if namespace := root.attributes.get("xmlns"):
        notes.add("namespace", Said(namespace, root.line, root.name))
    for element in _each(root):
        if departures := "; ".join(_departures(element)):
            notes.add("structure", Said(departures, element.line, element.name))


def _each(root: Element) -> Iterator[Element]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        yield element
        waiting += reversed(element.children)


def _departures(element: Element) -> Iterator[str]:
    shape = _SHAPES.get(element.name)
    if shape is None:
        yield f"there is no element {element.name}"
        return
    names = set(element.attributes) - {"xmlns"}
    if missing := shape.required - names:
        yield f"without {', '.join(sorted(missing))}"
    if surplus := names - shape.required - shape.optional:
        yield f"with {', '.join(sorted(surplus))}"
    if element.text:
        yield f"with a text, {element.text[:40]!r}"
    yield from _misplaced(element, shape)


def _misplaced(element: Element, shape: _Shape) -> Iterator[str]:
    children = "".join(f"{each.name} " for each in element.children if each.name in _SHAPES)
    if not re.fullmatch(shape.children, children):
        order = list(dict.fromkeys(children.split()))
        yield f"its elements are {', '.join(order[:10])}" if order else "without elements"
