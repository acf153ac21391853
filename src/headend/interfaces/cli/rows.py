"""What an import did or would do with each row of its table, in words and as objects."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from headend.interfaces.console.cells import reference
from headend.interfaces.console.imports import Plan, Planned, Problem


@dataclass(frozen=True, slots=True)
class Row:
    """`state` is created, changed, unchanged or refused; `changes` by field [old, new], "changed" for secrets, or
    {"added": [], "removed": []} for references to several.
    """

    line: int
    state: str
    name: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Tally:
    """The sums over all rows; `last` is the line of the last one."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    last: int = 1
    unknown_columns: list[str] = field(default_factory=list)

    def add(self, part: Plan) -> None:
        """Count another part."""
        self.created += part.created
        self.changed += part.updated
        self.unchanged += part.unchanged
        self.refused += part.refused
        self.unknown_columns = part.unknown_columns
        lines = [row.line for row in part.rows] + [line for line, _obj in part.same]
        self.last = max([self.last, *lines, *(problem.line for problem in part.problems)])

    @property
    def is_empty(self) -> bool:
        """Whether there was no row at all."""
        return not (self.created or self.changed or self.unchanged or self.refused)

    def counts(self, *, dry_run: bool) -> dict[str, Any]:
        """The sums as an object."""
        words = ("created", "changed", "unchanged", "refused", "unknown_columns")
        return {"dry_run": dry_run} | {word: getattr(self, word) for word in words}

    def in_words(self, *, dry_run: bool) -> str:
        """The sums as a sentence."""
        words = (f"{getattr(self, word)} {word}" for word in ("created", "changed", "unchanged", "refused"))
        unknown = f"; unknown columns: {', '.join(self.unknown_columns)}" if self.unknown_columns else ""
        return f"{'nothing was written; it would be: ' if dry_run else ''}{', '.join(words)}{unknown}"


def rows_of(part: Plan) -> Iterator[Row]:
    """The rows of a part in their order."""
    wrong: dict[int, list[Problem]] = {}
    for problem in part.problems:
        wrong.setdefault(problem.line, []).append(problem)
    rows = [_planned(row) for row in part.rows]
    rows += [Row(line, "unchanged", str(obj)) for line, obj in part.same]
    rows += [Row(line, "refused", problems=tuple(problems)) for line, problems in wrong.items()]
    yield from sorted(rows, key=lambda row: row.line)


def _planned(row: Planned) -> Row:
    changes = {name: _named(row.obj, name, change) for name, change in row.changes.items()}
    if row.is_new:  # what was left empty says nothing
        changes = {name: change for name, change in changes.items() if not _is_empty(change)}
    return Row(row.line, "created" if row.is_new else "changed", str(row.obj), changes)


def _named(obj: models.Model, name: str, change: Any) -> Any:
    """A change with the names of records in place of their numbers, where they are at hand."""
    if not isinstance(obj._meta.get_field(name), models.ForeignKey) or not isinstance(change, list):
        return change
    old, _new = change
    linked = getattr(obj, name)
    return [f"#{old}" if old is not None else None, reference(linked) if linked else None]


def _is_empty(change: Any) -> bool:
    return isinstance(change, list) and change[1] in (None, "", [], {})


def as_object(row: Row) -> dict[str, Any]:
    """A row as JSON has it."""
    found: dict[str, Any] = {"line": row.line, "state": row.state}
    if row.problems:
        return found | {"problems": [{"column": each.column, "message": each.message} for each in row.problems]}
    return found | {"name": row.name} | ({"changes": row.changes} if row.changes else {})


def in_words(row: Row) -> str:
    """A row as a line for people."""
    if row.problems:
        reasons = (f"{each.column}: {each.message}" if each.column else each.message for each in row.problems)
        return f"line {row.line}: refused: {'; '.join(reasons)}"
    changes = "; ".join(f"{name}: {_change(change)}" for name, change in row.changes.items())
    return f"line {row.line}: {row.state} {row.name}{': ' if changes else ''}{changes}"


def _change(change: Any) -> str:
    if isinstance(change, dict):
        return ", ".join([f"+{name}" for name in change["added"]] + [f"-{name}" for name in change["removed"]])
    if isinstance(change, list):
        old, new = change
        return _value(new) if old in (None, "") else f"{_value(old)} -> {_value(new)}"
    return "set anew (not shown)"


def _value(value: Any) -> str:
    return "nothing" if value in (None, "", [], {}) else str(value)
