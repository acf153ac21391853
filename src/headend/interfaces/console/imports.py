"""What a table would change: each row is recognised, read, checked and compared before anything is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from headend.interfaces.console.cells import References, read_cell, reference
from headend.interfaces.console.checks import problems_of
from headend.interfaces.console.reach import may_write, only_operator, reachable
from headend.interfaces.console.sheets import Sheet
from headend.kernel.actor import Actor
from headend.operators.actions import add_many, difference, save, save_many
from headend.operators.models import Operator

CHUNK = 500

Row = Mapping[str, Any]
Links = dict[str, list[models.Model]]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one row; `line` counts from 1, the headings being the first."""

    line: int
    message: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """One row that would be written; `changes` as `operators.actions.difference` says them."""

    line: int
    obj: Any
    is_new: bool
    changes: dict[str, Any]
    links: Links


@dataclass(slots=True)
class Plan:
    """What an import would do. Nothing is written until `write`."""

    rows: list[Planned] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)

    @property
    def created(self) -> int:
        """How many records are new."""
        return sum(row.is_new for row in self.rows)

    @property
    def updated(self) -> int:
        """How many records change."""
        return len(self.rows) - self.created


@dataclass(frozen=True, slots=True)
class _Read:
    """A row whose record is known by number (None: it is new), before the record is loaded."""

    line: int
    row: Row
    operator: Operator | None
    number: int | None


def plan_import(sheet: Sheet, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Plan:
    """Say what an import would do, row by row; nothing is written."""
    return _Planner(sheet).run([str(heading or "").strip() for heading in headings], rows)


class _Planner:
    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._references = References(sheet.staff)
        self._indexes: dict[tuple[str, ...], dict[Any, list[int]]] = {}
        self._seen: dict[Any, int] = {}
        self._plan = Plan()

    def run(self, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Plan:
        known = {"id", "operator", *self._sheet.columns, *self._sheet.extra}
        self._plan.unknown_columns = [name for name in names if name and name not in known]
        filled = self._filled(names, known, rows)
        while chunk := list(islice(filled, CHUNK)):
            recognised = [read for line, row in chunk if (read := self._attempt(line, self._recognise, line, row))]
            numbers = [read.number for read in recognised if read.number is not None]
            records = reachable(self._sheet.model, self._sheet.staff).order_by().in_bulk(numbers)
            for read in recognised:
                self._attempt(read.line, self._take, read, records)
        self._plan.problems.sort(key=lambda problem: problem.line)
        return self._plan

    def _filled(
        self, names: Sequence[str], known: set[str], rows: Iterable[Sequence[Any]]
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        for line, cells in enumerate(rows, 2):
            row = {name: cell for name, cell in zip(names, cells, strict=False) if name in known}
            if any(cell not in (None, "") for cell in row.values()):
                yield line, row

    def _attempt(self, line: int, step: Any, *arguments: Any) -> Any:
        """Do one step of a row; what is wrong with it becomes problems of its line."""
        try:
            return step(*arguments)
        except ValidationError as error:
            self._plan.problems += _problems(line, error)
            return None

    # --- which record is it ---

    def _recognise(self, line: int, row: Row) -> _Read:
        operator = self._operator_of(row)
        text = str(read_cell(models.CharField(), row.get("id")))
        if text:
            if not text.isdecimal() or len(text) > 18:
                raise ValidationError({"id": _no_such(text)})
            return self._once(_Read(line, row, operator, int(text)), int(text))
        first_key = None
        for key in self._sheet.keys:
            values = self._key_values(key, row, operator)
            if not values:
                continue
            first_key = first_key or (key, values)
            numbers = self._index(key).get(values, [])
            if len(numbers) == 1:
                return self._once(_Read(line, row, operator, numbers[0]), numbers[0])
        return self._once(_Read(line, row, operator, None), first_key)

    def _operator_of(self, row: Row) -> Operator | None:
        if not self._sheet.has_operator:
            return None
        text = str(row.get("operator") or "").strip()
        if not text:
            return only_operator(self._sheet.staff)
        try:
            operator = self._references.one(Operator, text, None)
        except ValidationError as error:
            raise ValidationError({"operator": error.messages}) from error
        return operator if isinstance(operator, Operator) else None

    def _key_values(self, key: tuple[str, ...], row: Row, operator: Operator | None) -> tuple[Any, ...]:
        """What a row says for the fields of a key, behind its operator; nothing when one of them is empty."""
        operator_id = operator.pk if operator else None
        values = []
        for name in key:
            try:
                value = self._read(self._sheet.fields[name], row.get(name), operator_id)
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from error
            values.append(value.pk if isinstance(value, models.Model) else value)
        return () if any(value in (None, "") for value in values) else (operator_id, *values)

    def _index(self, key: tuple[str, ...]) -> dict[Any, list[int]]:
        """The numbers of all records within reach by operator and key: one query for the whole table."""
        if key not in self._indexes:
            columns = [self._sheet.fields[name].attname for name in key]
            owner = ["operator_id"] if self._sheet.has_operator else []
            index = defaultdict(list)
            rows = reachable(self._sheet.model, self._sheet.staff).order_by().values_list("pk", *owner, *columns)
            for number, *values in rows.iterator():
                index[tuple(values) if owner else (None, *values)].append(number)
            self._indexes[key] = index
        return self._indexes[key]

    def _once(self, read: _Read, key: Any) -> _Read:
        if key is not None:
            if key in self._seen:
                raise ValidationError(_("This is the same record as in line %(line)d.") % {"line": self._seen[key]})
            self._seen[key] = read.line
        return read

    # --- what would it become ---

    def _take(self, read: _Read, records: Mapping[Any, Any]) -> None:
        before = records.get(read.number) if read.number is not None else None
        if read.number is not None and before is None:
            raise ValidationError({"id": _no_such(str(read.number))})
        if before is not None and not may_write(before, self._sheet.staff):
            raise ValidationError({"id": _("This record serves all operators; you cannot change it.")})
        obj = copy(before) if before is not None else self._sheet.new(read.operator)
        links = self._fill(obj, read.row)
        self._sheet.read_extra(obj, read.row)
        _validate(obj, links)
        changes = difference(before, obj)
        changes |= {name: _names_of(linked) for name, linked in links.items() if _differs(before, name, linked)}
        if changes or before is None:
            self._plan.rows.append(Planned(read.line, obj, before is None, changes, links))
        else:
            self._plan.unchanged += 1

    def _fill(self, obj: Any, row: Row) -> Links:
        """Put the cells into the record; answers where its many-to-many fields shall lead."""
        links: Links = {}
        errors: dict[str, Any] = {}
        operator_id = getattr(obj, "operator_id", None)
        for name, made in self._sheet.fields.items():
            if name not in row:
                continue
            try:
                if isinstance(made, models.ManyToManyField):
                    text = str(read_cell(models.CharField(), row[name]))
                    links[name] = self._references.several(made.remote_field.model, text, operator_id)
                else:
                    setattr(obj, name, self._read(made, row[name], operator_id))
            except ValidationError as error:
                errors[name] = error.messages
        if errors:
            raise ValidationError(errors)
        return links

    def _read(self, made: Any, raw: Any, operator_id: int | None) -> Any:
        if not isinstance(made, models.ForeignKey):
            return read_cell(made, raw)
        text = str(read_cell(models.CharField(), raw))
        return self._references.one(made.remote_field.model, text, operator_id) if text else None


def _validate(obj: Any, links: Mapping[str, Iterable[models.Model]]) -> None:
    # References were found among what may be referred to, and need not be asked for again.
    known = [each.name for each in obj._meta.concrete_fields if isinstance(each, models.ForeignKey)]
    required = [name for name in known if getattr(obj, f"{name}_id") is None]
    obj.clean_fields(exclude=set(known) - set(required))
    obj.clean()
    obj.validate_unique()
    obj.validate_constraints()
    problems = problems_of(obj, links)
    if problems:
        raise ValidationError({name or NON_FIELD_ERRORS: words for name, words in problems.items()})


def _differs(before: Any, name: str, linked: Iterable[models.Model]) -> bool:
    old = set(getattr(before, name).values_list("pk", flat=True)) if before else set()
    return old != {each.pk for each in linked}


def _names_of(linked: Iterable[models.Model]) -> str:
    return ", ".join(reference(each) for each in linked)


def _no_such(text: str) -> str:
    return _("There is no record with the number %(number)s.") % {"number": text[:40]}


def _problems(line: int, error: ValidationError) -> list[Problem]:
    if not hasattr(error, "error_dict"):
        return [Problem(line, message) for message in error.messages]
    return [
        Problem(line, message, "" if name == NON_FIELD_ERRORS else name)
        for name, messages in error.message_dict.items()
        for message in messages
    ]


def write(plan: Plan, actor: Actor) -> None:
    """Write what was planned, all of it or nothing, with an audit entry for each record."""
    with transaction.atomic():
        plain = [row for row in plan.rows if not row.links]
        add_many(actor=actor, objects=[row.obj for row in plain if row.is_new])
        changed = [row.obj for row in plain if not row.is_new]
        names = sorted({name for row in plain if not row.is_new for name in row.changes})
        save_many(actor=actor, objects=changed, fields=names)
        for row in plan.rows:
            if row.links:
                save(actor=actor, obj=row.obj, links=row.links)
