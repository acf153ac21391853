"""Records as rows of a table: which columns they have, how a row is recognised, and what an import would change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from headend.interfaces.console.cells import References, read_cell, reference, write_cell
from headend.interfaces.console.checks import problems_of
from headend.interfaces.console.reach import may_write, only_operator, reachable
from headend.kernel.actor import Actor
from headend.operators.actions import add_many, difference, save, save_many
from headend.operators.models import Operator, Staff

MOST_SHOWN = 100

Row = Mapping[str, Any]


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
    links: dict[str, list[models.Model]]


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


class Sheet:
    """How one kind of record stands in a table.

    `columns` are fields of the model; `keys` the ways by which a row without a number is recognised, in this order;
    `extra` are columns that are only read (a password).
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...] = ()
    extra: tuple[str, ...] = ()

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self._references = References(staff)
        self._fields = {name: self.model._meta.get_field(name) for name in self.columns}

    # --- out ---------------------------------------------------------------------------------------------------------

    def headings(self) -> list[str]:
        """The first row."""
        return ["id", *self.columns, *(["operator"] if self._names_operator() else [])]

    def rows(self, records: models.QuerySet[Any]) -> Iterator[list[Any]]:
        """The other rows, read in portions."""
        names = self.headings()[1:]
        joined = [name for name in names if isinstance(self.model._meta.get_field(name), models.ForeignKey)]
        linked = [name for name in names if isinstance(self.model._meta.get_field(name), models.ManyToManyField)]
        records = records.select_related(None).select_related(*joined).prefetch_related(*linked)
        for obj in records.iterator(chunk_size=1000):
            yield [obj.pk, *(write_cell(getattr(obj, name)) for name in names)]

    def _names_operator(self) -> bool:
        return self._has_operator() and only_operator(self.staff) is None

    def _has_operator(self) -> bool:
        return any(each.name == "operator" for each in self.model._meta.concrete_fields)

    # --- in ----------------------------------------------------------------------------------------------------------

    def plan(self, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Plan:
        """Say what an import would do, row by row; nothing is written."""
        names = [str(heading or "").strip() for heading in headings]
        known = {"id", "operator", *self.columns, *self.extra}
        plan = Plan(unknown_columns=[name for name in names if name and name not in known])
        seen: dict[Any, int] = {}
        for line, cells in enumerate(rows, 2):
            row = {name: cell for name, cell in zip(names, cells, strict=False) if name in known}
            if any(cell not in (None, "") for cell in row.values()):
                self._plan_row(plan, line, row, seen)
        return plan

    def _plan_row(self, plan: Plan, line: int, row: Row, seen: dict[Any, int]) -> None:
        try:
            planned = self._read_row(line, row, seen)
        except ValidationError as error:
            plan.problems += _problems(line, error)
            return
        if planned is None:
            plan.unchanged += 1
        else:
            plan.rows.append(planned)

    def _read_row(self, line: int, row: Row, seen: dict[Any, int]) -> Planned | None:
        operator = self._operator_of(row)
        before = self._recognise(row, operator)
        self._refuse_twice(line, row, before, operator, seen)
        obj = copy(before) if before else self._new(operator)
        links = self._fill(obj, row)
        self.read_extra(obj, row)
        self._validate(obj, links)
        changes = difference(before, obj)
        changes |= {name: _names_of(linked) for name, linked in links.items() if self._differs(before, name, linked)}
        return Planned(line, obj, before is None, changes, links) if changes or before is None else None

    def _operator_of(self, row: Row) -> Operator | None:
        if not self._has_operator():
            return None
        text = str(row.get("operator") or "").strip()
        if not text:
            return only_operator(self.staff)
        operator = self._references.one(Operator, text, None)
        return operator if isinstance(operator, Operator) else None

    def _recognise(self, row: Row, operator: Operator | None) -> Any:
        """The record that a row speaks of, or None for a new one."""
        rows = reachable(self.model, self.staff)
        text = str(read_cell(models.CharField(), row.get("id")))
        if text:
            found = rows.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
            if found is None:
                raise ValidationError({"id": _("There is no record with the number %(number)s.") % {"number": text}})
            return self._writable(found)
        if operator is not None:
            rows = rows.filter(operator=operator)
        for key in self.keys:
            values = self._key_values(key, row, operator)
            matches = list(rows.filter(**values)[:2]) if values else []
            if len(matches) == 1:
                return self._writable(matches[0])
        return None

    def _writable(self, obj: models.Model) -> models.Model:
        if not may_write(obj, self.staff):
            raise ValidationError({"id": _("This record serves all operators; you cannot change it.")})
        return obj

    def _key_values(self, key: tuple[str, ...], row: Row, operator: Operator | None) -> dict[str, Any]:
        """What a row says for the fields of a key; nothing when one of them is empty."""
        values = {
            name: self._read(self._fields[name], row.get(name), operator.pk if operator else None) for name in key
        }
        return {} if any(value in (None, "") for value in values.values()) else values

    def _read(self, field_: Any, raw: Any, operator_id: int | None) -> Any:
        if not isinstance(field_, models.ForeignKey):
            return read_cell(field_, raw)
        text = str(read_cell(models.CharField(), raw))
        return self._references.one(field_.remote_field.model, text, operator_id) if text else None

    def _refuse_twice(self, line: int, row: Row, before: Any, operator: Operator | None, seen: dict[Any, int]) -> None:
        keys = [before.pk] if before else self._new_keys(row, operator)
        for key in keys:
            if key in seen:
                raise ValidationError(_("This is the same record as in line %(line)d.") % {"line": seen[key]})
            seen[key] = line

    def _new_keys(self, row: Row, operator: Operator | None) -> list[Any]:
        found = (self._key_values(key, row, operator) for key in self.keys)
        return [(operator.pk if operator else None, *values.items()) for values in found if values][:1]

    def _new(self, operator: Operator | None) -> models.Model:
        if not self._has_operator():
            return self.model()
        if operator is None and not (self.staff.is_superuser and self.model._meta.get_field("operator").null):
            raise ValidationError({"operator": _("Say which operator this belongs to.")})
        return self.model(operator=operator)

    def _fill(self, obj: Any, row: Row) -> dict[str, list[models.Model]]:
        """Put the cells into the record; answers where its many-to-many fields shall lead."""
        links: dict[str, list[models.Model]] = {}
        errors: dict[str, ValidationError] = {}
        for name, field_ in self._fields.items():
            if name not in row:
                continue
            try:
                self._fill_one(obj, field_, row[name], links)
            except ValidationError as error:
                errors[name] = error
        if errors:
            raise ValidationError(errors)
        return links

    def _fill_one(self, obj: Any, field_: Any, raw: Any, links: dict[str, list[models.Model]]) -> None:
        operator_id = getattr(obj, "operator_id", None)
        if isinstance(field_, models.ManyToManyField):
            text = str(read_cell(models.CharField(), raw))
            links[field_.name] = self._references.several(field_.remote_field.model, text, operator_id)
        else:
            setattr(obj, field_.name, self._read(field_, raw, operator_id))

    def read_extra(self, obj: Any, row: Row) -> None:
        """Take the columns that are only read; for sheets that have some."""

    def _validate(self, obj: Any, links: Mapping[str, Iterable[models.Model]]) -> None:
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

    def _differs(self, before: Any, name: str, linked: Iterable[models.Model]) -> bool:
        old = set(getattr(before, name).values_list("pk", flat=True)) if before else set()
        return old != {each.pk for each in linked}


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


def _names_of(linked: Iterable[models.Model]) -> str:
    return ", ".join(reference(each) for each in linked)


def _problems(line: int, error: ValidationError) -> list[Problem]:
    if not hasattr(error, "error_dict"):
        return [Problem(line, message) for message in error.messages]
    return [
        Problem(line, message, "" if name == NON_FIELD_ERRORS else name)
        for name, messages in error.message_dict.items()
        for message in messages
    ]
