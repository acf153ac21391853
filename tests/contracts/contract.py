"""What the documentation of the wire APIs says of every call: where it is, what it takes, answers and refuses with.

`*_api.json` hold it: for each call its API, verb, path, what it needs, its own parameters, the fields of its answer by
dotted path, and its error numbers. "?" behind a type: may be missing; "[]": a list. A "moment" is a number in JSON and
a local time in XML. Calls of the APIs in `APART` have names that others have too: "billing.AccountInfo" is one's own.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

PAGES = ("device_api.json", "billing_api.json", "content_api.json", "dealers_api.json")
OWN_PAGE = "own_calls.json"
APART = {"billing", "content", "dealers"}
NUMBERS = {"number", "float", "double", "decimal"}


@dataclass(frozen=True)
class Documented:
    """One call as it is documented."""

    name: str
    api: str
    verb: str
    path: str
    needs: str
    parameters: Mapping[str, str]
    fields: Mapping[str, str]
    errors: list[int]
    is_ours: bool = False


def documented() -> dict[str, Documented]:
    """All calls by what they are known as, those that we have added ourselves (`own_calls.json`) behind the others."""
    every = (_documented(page, name, said) for page in (*PAGES, OWN_PAGE) for name, said in _read(page))
    return {call.name: call for call in every}


def _read(page: str) -> Iterable[tuple[str, Any]]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / page).read_text())
    return found.items()


def _documented(page: str, name: str, said: Any) -> Documented:
    known_as = f"{said['api']}.{name}" if said["api"] in APART else name
    return Documented(known_as, **said, is_ours=page == OWN_PAGE)


def faults_in(call: Documented, answer: object, may_be_empty: frozenset[str] = frozenset()) -> list[str]:
    """What an answer lacks or says in another type: JSON as Python values, XML as its <rss> element.

    A list whose entries are documented must have one, or nothing would be proved of them; `may_be_empty` names, by
    dotted path, those that stay empty all the same.
    """
    return list(_faults(call.fields, "", answer, may_be_empty))


def _faults(fields, prefix, value, may_be_empty):
    for path, said in fields.items():
        parent, _, name = path.rpartition(".")
        if parent != prefix:
            continue
        kind, is_optional = said.removesuffix("?"), said.endswith("?")
        found = _child(value, name)
        if found is None:
            if not is_optional and name != "error_message":
                yield f"{path} is missing"
        elif kind.endswith("[]"):
            yield from _list_faults(fields, path, kind[:-2], found, may_be_empty)
        elif kind == "object":
            if not isinstance(found, dict | ElementTree.Element):
                yield f"{path} is no object: {found!r}"
            elif path not in may_be_empty or len(found):
                yield from _faults(fields, path, found, may_be_empty)
        elif not _is(kind, found):
            yield f"{path} is no {kind}: {found!r}"


def _list_faults(fields, path, kind, found, may_be_empty):
    entries = found.findall("item") if isinstance(found, ElementTree.Element) else found
    if not isinstance(entries, list):
        yield f"{path} is no list: {found!r}"
        return
    has_fields = any(each.startswith(f"{path}.") for each in fields)
    if not entries and has_fields and path not in may_be_empty:
        yield f"{path} is empty, so that nothing is proved of its entries"
    for entry in entries:
        if kind == "object" and has_fields:
            yield from _faults(fields, path, entry, may_be_empty)
        elif kind != "object" and not _is(kind, entry):
            yield f"an entry of {path} is no {kind}: {entry!r}"


def _child(value, name):
    if isinstance(value, ElementTree.Element):
        return value.find(name)
    return value.get(name) if isinstance(value, dict) else None


def _is(kind, found):
    if isinstance(found, ElementTree.Element):
        return _is_text_of(kind, found)
    if kind == "boolean":
        return isinstance(found, bool) or found in (0, 1)
    if kind in NUMBERS | {"moment"}:
        return isinstance(found, int | float) and not isinstance(found, bool)
    return isinstance(found, str)


def _is_text_of(kind, found):
    if len(found):
        return False
    if kind == "moment":
        return re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", found.text or "") is not None
    if kind in NUMBERS | {"boolean"}:
        try:
            float(found.text or "")
        except ValueError:
            return False
    return True
