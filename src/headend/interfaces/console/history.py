"""Audit entries made readable: names instead of numbers, old beside new."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Page, Paginator
from django.db.models import Field, ForeignKey, ManyToManyField, Model
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from headend.interfaces.console.lists import CappedPaginator
from headend.interfaces.console.reach import reachable
from headend.operators.models import AuditEntry, Staff

VERBS = {
    "add": gettext_lazy("added"),
    "change": gettext_lazy("changed"),
    "delete": gettext_lazy("deleted"),
    "import": gettext_lazy("imported"),
    "match": gettext_lazy("matched guides"),
    "sign_out": gettext_lazy("signed out"),
    "send": gettext_lazy("sent"),
    "stop": gettext_lazy("stopped"),
    "test": gettext_lazy("tried out"),
    "replay": gettext_lazy("sent again"),
}
VERB_COLOURS = {
    "add": "success",
    "change": "info",
    "delete": "danger",
    "import": "warning",
    "match": "info",
    "sign_out": "default",
    "send": "success",
    "stop": "warning",
    "test": "info",
    "replay": "info",
    "other": "default",
}
# What imports and other actions write down beside fields of records, and fields that have no name of their own.
COUNTED = {
    "password": gettext_lazy("password"),
    "sealed_parent_code": gettext_lazy("parental code"),
    "sealed_secret": gettext_lazy("secret"),
    "sealed_documents": gettext_lazy("identity papers"),
    "digest": gettext_lazy("key"),
    "sealed": gettext_lazy("sealed key"),
    "created": gettext_lazy("new"),
    "updated": gettext_lazy("changed"),
    "unchanged": gettext_lazy("unchanged"),
    "removed": gettext_lazy("taken back"),
    "repeated": gettext_lazy("repeated"),
    "skipped": gettext_lazy("left out"),
    "errors": gettext_lazy("errors"),
    "matched": gettext_lazy("guides matched"),
    "by_id": gettext_lazy("matched by id"),
    "by_name": gettext_lazy("matched by name"),
    "changed": gettext_lazy("changed"),
    "disabled": gettext_lazy("disabled"),
    "channels_created": gettext_lazy("new channels"),
    "channels_updated": gettext_lazy("changed channels"),
    "is_unmodified": gettext_lazy("nothing new at the source"),
    "error": gettext_lazy("error"),
    "place": gettext_lazy("place"),
    "device": gettext_lazy("device"),
    "file": gettext_lazy("file"),
    "size": gettext_lazy("bytes"),
}
MOST_NAMES = 12

Name = tuple[type[Model], int]


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a change in words; `old` is None where there was nothing to compare with."""

    label: str
    new: str
    old: str | None = None


def history_of(obj: Model, staff: Staff, number: str) -> Page[Any]:
    """One page of what was done to a record, newest first, each entry with its `lines`."""
    entries = AuditEntry.objects.filter(entity=obj._meta.label_lower, object_id=obj.pk).order_by("-id")
    page = Paginator(entries, 25).get_page(number)
    describe(list(page.object_list), staff)
    return page


def page_of_entries(entries: Any, staff: Staff, number: str) -> Page[Any]:
    """One page of the audit log."""
    page = CappedPaginator(entries, 50).get_page(number)
    describe(list(page.object_list), staff)
    return page


def describe(entries: Sequence[AuditEntry], staff: Staff) -> None:
    """Set `entry.lines` and `entry.verb_words` on each; names that staff may not see stay numbers."""
    names = _names(entries, staff)
    for entry in entries:
        model = model_of(entry)
        entry.lines = [_line(model, name, change, names) for name, change in _changes(entry)]  # type: ignore[attr-defined]
        entry.verb_words = VERBS.get(entry.verb, entry.verb)  # type: ignore[attr-defined]
        entry.verb_colour = VERB_COLOURS.get(entry.verb, "default")  # type: ignore[attr-defined]


def change_lines(changes: Sequence[tuple[Model, Mapping[str, Any]]]) -> list[list[Line]]:
    """The same words for changes that are not written yet; references stay numbers."""
    return [[_line(type(obj), name, change, {}) for name, change in changed.items()] for obj, changed in changes]


def _changes(entry: AuditEntry) -> Iterable[tuple[str, Any]]:
    return entry.changes.items() if isinstance(entry.changes, dict) else ()


def model_of(entry: AuditEntry) -> type[Model] | None:
    """The kind of record an entry speaks of; None when the platform has no such kind any more."""
    try:
        return apps.get_model(entry.entity)
    except (LookupError, ValueError):
        return None


def entity_label(entry: AuditEntry) -> str:
    """The kind of record in words."""
    model = model_of(entry)
    return str(model._meta.verbose_name) if model else entry.entity


def _field(model: type[Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _names(entries: Sequence[AuditEntry], staff: Staff) -> dict[Name, str]:
    """The names of all records that the entries point at, with one query for each kind."""
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for entry in entries:
        for name, change in _changes(entry):
            field = _field(model_of(entry), name)
            if isinstance(field, ForeignKey | ManyToManyField):
                wanted[field.remote_field.model].update(_numbers(change))
    return {
        (model, row.pk): str(row)
        for model, numbers in wanted.items()
        for row in reachable(model, staff).filter(pk__in=numbers)
    }


def _numbers(change: Any) -> set[int]:
    if isinstance(change, dict):
        change = [*change.get("added", [])[:MOST_NAMES], *change.get("removed", [])[:MOST_NAMES]]
    return {value for value in change if isinstance(value, int)} if isinstance(change, list) else set()


def _line(model: type[Model] | None, name: str, change: Any, names: dict[Name, str]) -> Line:
    field = _field(model, name)
    label = COUNTED.get(name) or (field.verbose_name if isinstance(field, Field) else name.replace("_", " "))
    if change == "changed":
        return Line(str(label), _("set anew (not shown)"))
    if isinstance(change, dict) and ("added" in change or "removed" in change):
        return Line(str(label), _links(field, change, names))
    if isinstance(change, list) and len(change) == 2:
        old, new = (_value(field, value, names) for value in change)
        return Line(str(label), new, old)
    return Line(str(label), _value(field, change, names))


def _links(field: Any, change: dict[str, list[int]], names: dict[Name, str]) -> str:
    parts = []
    for sign, numbers in (("+", change.get("added", [])), ("−", change.get("removed", []))):
        shown = [_value(field, number, names) for number in numbers[:MOST_NAMES]]
        more = [_("and %(number)d more") % {"number": len(numbers) - MOST_NAMES}] if numbers[MOST_NAMES:] else []
        parts += [f"{sign} {', '.join([*shown, *more])}"] if numbers else []
    return "; ".join(parts)


def _value(field: Any, value: Any, names: dict[Name, str]) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return "—"
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    if isinstance(field, ForeignKey | ManyToManyField):
        return value if isinstance(value, str) else names.get((field.remote_field.model, value), f"#{value}")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    choices = dict(getattr(field, "flatchoices", None) or ())
    return str(choices[value]) if value in choices else _plain(field, value)


def _plain(field: Any, value: Any) -> str:
    if field is not None and field.get_internal_type() == "DateTimeField" and isinstance(value, str):
        return localize(localtime(datetime.fromisoformat(value)))
    return str(value)
