"""Tariffs, channels and categories of an operator as one readable file (YAML) that is edited and planned with."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django.db import models
from django.utils.translation import gettext as _

from headend.interfaces.console.catalog_sheets import CategorySheet, ChannelSheet, TariffSheet
from headend.interfaces.console.cells import SEPARATOR
from headend.interfaces.console.reach import reachable
from headend.interfaces.console.sheets import Sheet
from headend.kernel.errors import Invalid
from headend.operators.models import Operator, Staff

MOST_BYTES = 20_000_000
# In the order in which they are written: each may name records of those before it.
SHEETS: dict[str, type[Sheet]] = {"categories": CategorySheet, "channels": ChannelSheet, "tariffs": TariffSheet}
_HEAD = """\
# What {operator} sells: tariffs, channels and their categories. Change what you like, then see what that does:
#   headend plan FILE            and, if it is what you meant:   headend plan FILE --apply
# A field that is missing stays as it is; '' empties it. A record without id is new. Nothing is ever deleted.
"""
Rows = list[tuple[int, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A file as it was read; `base` says from which state it was exported, rows are numbered by their line."""

    operator: str
    base: str
    rows: Mapping[str, Rows]


def write_plan(operator: Operator, staff: Staff) -> str:
    """The file of an operator."""
    records = records_of(operator, staff)
    content: dict[str, Any] = {"operator": str(operator.pk), "base": digest_of(records)}
    content |= {name: [_shown(sheet, row) for row in records[name]] for name, sheet in SHEETS.items()}
    text = yaml.dump(content, Dumper=_Texts, allow_unicode=True, sort_keys=False, width=120)
    return _HEAD.format(operator=str(operator).replace("\n", " ")) + text


class _Texts(yaml.SafeDumper):
    """Writes texts without quotes wherever that is clear: everything is read as text."""

    yaml_implicit_resolvers = {}


def records_of(operator: Operator, staff: Staff) -> dict[str, list[dict[str, str]]]:
    """All records of a plan, as the rows of their sheets."""
    return {name: list(_rows(sheet(staff), operator)) for name, sheet in SHEETS.items()}


def digest_of(records: Mapping[str, list[dict[str, str]]]) -> str:
    """Tells one state of the records from another."""
    digest = hashlib.sha256()
    for name in SHEETS:
        digest.update(repr((name, [sorted(row.items()) for row in records[name]])).encode())
    return digest.hexdigest()[:32]


def _rows(sheet: Sheet, operator: Operator) -> Iterator[dict[str, str]]:
    names = sheet.headings()
    for cells in sheet.rows(reachable(sheet.model, sheet.staff).filter(operator=operator).order_by("pk")):
        yield {name: _text(cell) for name, cell in zip(names, cells, strict=True) if name != "operator"}


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def _shown(sheet: type[Sheet], row: Mapping[str, str]) -> dict[str, Any]:
    """A row without what says nothing: what is empty, and what is as it is in a new record."""
    shown: dict[str, Any] = {}
    for name, text in row.items():
        made: Any = sheet.model._meta.get_field(name)
        if isinstance(made, models.ManyToManyField):
            shown |= {name: text.split(SEPARATOR)} if text else {}
        elif text and (name in ("id", "name", "price") or text != _text(made.get_default())):
            shown[name] = text
    return shown


def read_plan(data: bytes) -> PlanFile:
    """The content of a file; raises Invalid with the line as its place."""
    if len(data) > MOST_BYTES:
        raise Invalid(_("The file is larger than %(number)d MB.") % {"number": MOST_BYTES // 1_000_000})
    try:
        root = yaml.compose(data, Loader=_NoAliases)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        raise Invalid(
            _("This is not YAML: %(text)s") % {"text": getattr(error, "problem", None) or error}, place
        ) from error
    content = dict(_entries(root))
    unknown = sorted(content.keys() - SHEETS.keys() - {"operator", "base"})
    if unknown:
        raise Invalid(
            _("There is no “%(text)s” in a plan.") % {"text": unknown[0]}, f"line {_line(content[unknown[0]])}"
        )
    rows = {name: [_row(each) for each in _items(content.get(name))] for name in SHEETS}
    return PlanFile(_scalar(content.get("operator")), _scalar(content.get("base")), rows)


class _NoAliases(yaml.SafeLoader):
    """Reads a tree without repetitions: a small file cannot become a large one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, _("aliases are not read"), event.start_mark)
        return super().compose_node(parent, index)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _entries(node: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(node, yaml.MappingNode):
        raise Invalid(_("Names and values are expected here."), f"line {_line(node)}" if node else "")
    return ((_scalar(key), value) for key, value in node.value)


def _items(node: Any) -> list[Any]:
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise Invalid(_("A list is expected here."), f"line {_line(node)}")
    return list(node.value)


def _scalar(node: Any) -> str:
    if node is None:
        return ""
    if not isinstance(node, yaml.ScalarNode):
        raise Invalid(_("A text or number is expected here."), f"line {_line(node)}")
    return str(node.value)


def _row(node: Any) -> tuple[int, dict[str, Any]]:
    fields = {name: _cell(value) for name, value in _entries(node)}
    return _line(node), fields


def _cell(node: Any) -> str:
    return SEPARATOR.join(map(_scalar, node.value)) if isinstance(node, yaml.SequenceNode) else _scalar(node)
