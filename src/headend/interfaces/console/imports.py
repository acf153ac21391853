"""What a table would change: each row is recognised, read, checked and compared before anything is written.

Rows are taken in parts, with a few queries for each part, so that a table of any length costs as much a row.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.utils.translation import gettext as _

from headend.interfaces.console.cells import References, read_cell, reference
from headend.interfaces.console.checks import problems_of
from headend.interfaces.console.reach import may_write, only_operator, reachable
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.unique import Uniqueness
from headend.kernel.actor import Actor
from headend.kernel.portions import portions
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
    """One row that would be written; `changes` as `operators.actions.difference` says them, links by name."""

    line: int
    obj: Any
    is_new: bool
    changes: dict[str, Any]
    links: Links


@dataclass(slots=True)
class Plan:
    """What an import would do. Nothing is written until `write`."""

    rows: list[Planned] = field(default_factory=list)
    same: list[tuple[int, Any]] = field(default_factory=list)  # line and record of what stays as it is
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

    @property
    def unchanged(self) -> int:
        """How many records are as the table says already."""
        return len(self.same)

    @property
    def refused(self) -> int:
        """How many rows have something wrong with them."""
        return len({problem.line for problem in self.problems})


@dataclass(frozen=True, slots=True)
class _Read:
    """A row whose record is known by number (None: it is new), before the record is loaded."""

    line: int
    row: Row
    operator: Operator | None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class _Taken:
    """A row put into a record, beside what the record was (None: it is new)."""

    line: int
    before: Any
    obj: Any
    links: Links


def plan_import(sheet: Sheet, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Plan:
    """Say what an import would do, row by row; nothing is written."""
    return _whole(plan_parts(sheet, headings, rows))


def _whole(parts: Iterable[Plan]) -> Plan:
    whole = Plan()
    for part in parts:
        whole.rows += part.rows
        whole.same += part.same
        whole.problems += part.problems
        whole.unknown_columns = part.unknown_columns
    return whole


def plan_parts(sheet: Sheet, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Plan]:
    """As `plan_import`, in parts, at least one; each may be written before the next is asked for."""
    names = [str(heading or "").strip() for heading in headings]
    lines = ((line, dict(zip(names, cells, strict=False))) for line, cells in enumerate(rows, 2))
    unknown = [name for name in names if name and name not in sheet.known]
    return _Planner(sheet).parts(lines, unknown)


def plan_rows(sheet: Sheet, rows: Iterable[tuple[int, Row]]) -> Plan:
    """As `plan_import`, of rows that name their own columns, each with the number that problems name it by."""
    given = list(rows)
    unknown = {name: None for _line, row in given for name in row if name not in sheet.known}
    return _whole(_Planner(sheet).parts(iter(given), list(unknown)))


class _Planner:
    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._references = References(sheet.staff)
        self._uniqueness = Uniqueness(sheet.model)
        self._seen: dict[Any, int] = {}
        self._part = Plan()

    def parts(self, lines: Iterator[tuple[int, Row]], unknown: list[str]) -> Iterator[Plan]:
        filled = self._filled(lines)
        is_first = True
        while (chunk := list(islice(filled, CHUNK))) or is_first:
            is_first, self._part = False, Plan(unknown_columns=unknown)
            self._plan(chunk)
            self._part.problems.sort(key=lambda problem: problem.line)
            yield self._part

    def _plan(self, chunk: Sequence[tuple[int, Row]]) -> None:
        owned = [_Read(line, row, who) for line, row in chunk for who in self._attempt(line, self._operator_of, row)]
        self._learn(owned)
        recognised = self._recognise_all(owned)
        numbers = [read.number for read in recognised if read.number is not None]
        rows = reachable(self._sheet.model, self._sheet.staff).order_by().select_related(*self._joined())
        records = rows.in_bulk(numbers)
        taken = [each for read in recognised for each in self._attempt(read.line, self._take, read, records)]
        clashes = self._uniqueness.clashes([(each.line, each.obj) for each in taken])
        for line, clash in clashes.items():
            self._part.problems += _problems(line, clash)
        self._compare([each for each in taken if each.line not in clashes])

    def _joined(self) -> list[str]:
        fields = self._sheet.fields.items()
        return [name for name, made in fields if isinstance(made, models.ForeignKey)]

    def _filled(self, lines: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
        for line, given in lines:
            row = {name: cell for name, cell in given.items() if name in self._sheet.known}
            if any(cell not in (None, "") for cell in row.values()):
                yield line, row

    def _attempt(self, line: int, step: Any, *arguments: Any) -> list[Any]:
        """The answer of one step of a row; where something is wrong none, and problems of its line."""
        try:
            return [step(*arguments)]
        except ValidationError as error:
            self._part.problems += _problems(line, error)
            return []

    # --- which record is it ---

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

    def _learn(self, reads: Sequence[_Read]) -> None:
        """Find what these rows refer to, with a query for each kind of record; what is missed is found out later."""
        wanted: dict[tuple[Any, int | None], set[str]] = defaultdict(set)
        for name, made in self._sheet.fields.items():
            if not isinstance(made, models.ForeignKey | models.ManyToManyField):
                continue
            for read in reads:
                texts = str(read.row.get(name) or "")
                parts = texts.split("|") if isinstance(made, models.ManyToManyField) else [texts]
                wanted[made.remote_field.model, read.operator.pk if read.operator else None].update(
                    text for part in parts if (text := part.strip())
                )
        for (model, operator_id), names in wanted.items():
            self._references.learn(model, names, operator_id)

    def _recognise_all(self, reads: Sequence[_Read]) -> list[_Read]:
        keyed = [(read, keys) for read in reads for keys in self._attempt(read.line, self._keys_of, read)]
        found = [self._numbers_by(place, [keys for _read, keys in keyed]) for place in range(len(self._sheet.keys))]
        return [each for read, keys in keyed for each in self._attempt(read.line, self._recognise, read, keys, found)]

    def _keys_of(self, read: _Read) -> list[tuple[Any, ...]]:
        """What a row says for each of the sheet's keys, behind its operator; () where one field is empty."""
        return [self._key_values(key, read) for key in self._sheet.keys]

    def _key_values(self, key: tuple[str, ...], read: _Read) -> tuple[Any, ...]:
        operator_id = read.operator.pk if read.operator else None
        values = []
        for name in key:
            try:
                value = self._read(self._sheet.fields[name], read.row.get(name), operator_id)
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from error
            values.append(value.pk if isinstance(value, models.Model) else value)
        return () if any(value in (None, "") for value in values) else (operator_id, *values)

    def _numbers_by(self, place: int, keys: Sequence[Sequence[tuple[Any, ...]]]) -> Mapping[Any, list[int]]:
        """The numbers of the records within reach that have these values of the key at `place`."""
        columns = [self._sheet.fields[name].attname for name in self._sheet.keys[place]]
        owner = ["operator_id"] if self._sheet.has_operator else []
        wanted = {values[place] for values in keys if values[place]}
        index: dict[Any, list[int]] = defaultdict(list)
        if wanted:
            some = {f"{columns[-1]}__in": {values[-1] for values in wanted}}
            rows = reachable(self._sheet.model, self._sheet.staff).filter(**some).order_by()
            for number, *values in rows.values_list("pk", *owner, *columns):
                index[tuple(values) if owner else (None, *values)].append(number)
        return index

    def _recognise(self, read: _Read, keys: Sequence[Any], found: Sequence[Mapping[Any, list[int]]]) -> _Read:
        text = str(read_cell(models.CharField(), read.row.get("id")))
        if text:
            if not text.isdecimal() or len(text) > 18:
                raise ValidationError({"id": _no_such(text)})
            return self._once(read, int(text), int(text))
        for values, index in zip(keys, found, strict=True):
            numbers = index.get(values, []) if values else []
            if len(numbers) == 1:
                return self._once(read, numbers[0], numbers[0])
        first = next(((place, values) for place, values in enumerate(keys) if values), None)
        return self._once(read, None, first)

    def _once(self, read: _Read, number: int | None, key: Any) -> _Read:
        if key is not None:
            if key in self._seen:
                raise ValidationError(_("This is the same record as in line %(line)d.") % {"line": self._seen[key]})
            self._seen[key] = read.line
        return _Read(read.line, read.row, read.operator, number)

    # --- what would it become ---

    def _take(self, read: _Read, records: Mapping[Any, Any]) -> _Taken:
        before = records.get(read.number) if read.number is not None else None
        if read.number is not None and before is None:
            raise ValidationError({"id": _no_such(str(read.number))})
        if before is not None and not may_write(before, self._sheet.staff):
            raise ValidationError({"id": _("This record serves all operators; you cannot change it.")})
        obj = copy(before) if before is not None else self._sheet.new(read.operator)
        links = self._fill(obj, read.row)
        self._sheet.read_extra(obj, read.row)
        _validate(obj, links, before)
        return _Taken(read.line, before, obj, links)

    def _compare(self, taken: Sequence[_Taken]) -> None:
        self._sheet.compare_secrets([each.obj for each in taken])
        linked = {name: self._linked_now(name, taken) for name in {name for each in taken for name in each.links}}
        for each in taken:
            changes = difference(each.before, each.obj)
            for name, links in each.links.items():
                changes |= _link_changes(name, linked[name].get(each.obj.pk, {}), links)
            if changes or each.before is None:
                self._part.rows.append(Planned(each.line, each.obj, each.before is None, changes, each.links))
            else:
                self._part.same.append((each.line, each.obj))

    def _linked_now(self, name: str, taken: Sequence[_Taken]) -> Mapping[int, dict[int, models.Model]]:
        """Where a many-to-many field of these records leads now."""
        made = self._sheet.fields[name]
        own, other = made.m2m_column_name(), made.m2m_reverse_name()
        numbers = [each.obj.pk for each in taken if each.before is not None]
        pairs = made.remote_field.through._default_manager.filter(**{f"{own}__in": numbers}).values_list(own, other)
        pairs = list(pairs)
        targets = made.remote_field.model._default_manager.in_bulk({target for _own, target in pairs})
        linked: dict[int, dict[int, models.Model]] = defaultdict(dict)
        for number, target in pairs:
            linked[number][target] = targets[target]
        return linked

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


def _validate(obj: Any, links: Mapping[str, Iterable[models.Model]], before: Any) -> None:
    # References were found among what may be referred to, and need not be asked for again.
    known = [each.name for each in obj._meta.concrete_fields if isinstance(each, models.ForeignKey)]
    required = [name for name in known if getattr(obj, f"{name}_id") is None]
    obj.clean_fields(exclude=set(known) - set(required))
    obj.clean()
    problems = problems_of(obj, links, before)
    if problems:
        raise ValidationError({name or NON_FIELD_ERRORS: words for name, words in problems.items()})


def _link_changes(name: str, before: Mapping[int, models.Model], links: Iterable[models.Model]) -> dict[str, Any]:
    """Which names came and went: {field: {"added": [], "removed": []}}; {} for none."""
    after = {each.pk: each for each in links}
    added = [reference(each) for number, each in after.items() if number not in before]
    removed = [reference(each) for number, each in before.items() if number not in after]
    return {name: {"added": added, "removed": removed}} if added or removed else {}


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


def write(plan: Plan, sheet: Sheet, actor: Actor) -> list[Problem]:
    """Write what was planned in short transactions, with an audit entry for each record; says what was refused.

    Where one row of a transaction is refused by the database, because somebody wrote meanwhile, its neighbours are
    written one by one. Afterwards the plan says what was done: refused rows are problems and no longer rows.
    """
    written: list[Planned] = []
    for batch in portions(plan.rows, CHUNK):
        sheet.make_secrets([row.obj for row in batch])
        written += batch if _written(batch, actor) else [row for row in batch if _written([row], actor)]
    kept = {row.line for row in written}
    words = _("Somebody changed these records at the same moment.")
    refused = [Problem(row.line, words) for row in plan.rows if row.line not in kept]
    plan.rows, plan.problems = written, [*plan.problems, *refused]
    return refused


def write_whole(plan: Plan, sheet: Sheet, actor: Actor) -> None:
    """Write what was planned, all of it or nothing, in the caller's transaction or one of its own."""
    sheet.make_secrets([row.obj for row in plan.rows])
    with transaction.atomic():
        _write(plan.rows, actor)


def _written(rows: Sequence[Planned], actor: Actor) -> bool:
    """Write these rows, all or none of them; says whether the database took them."""
    try:
        with transaction.atomic():
            _write(rows, actor)
    except (IntegrityError, DataError):
        for row in rows:
            if row.is_new:
                row.obj.pk, row.obj._state.adding = None, True
        return False
    return True


def _write(rows: Sequence[Planned], actor: Actor) -> None:
    plain = [row for row in rows if not row.links]
    add_many(actor=actor, objects=[row.obj for row in plain if row.is_new])
    changed = [row.obj for row in plain if not row.is_new]
    names = sorted({name for row in plain if not row.is_new for name in row.changes})
    save_many(actor=actor, objects=changed, fields=names)
    for row in rows:
        if row.links:
            save(actor=actor, obj=row.obj, links=row.links)
