"""Which parameters fill which columns of a record, and how what was sent is put there.

A call that creates or changes a record writes what was sent and nothing else; a parameter sent empty empties its
column. What does not fit is refused with VALIDATION and told by parameter in `error_fields`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet

from headend.interfaces.console.checks import problems_of
from headend.interfaces.content_api import NOT_FOUND, VALIDATION
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import LONGEST_TEXT, Parameter, Sent, loose
from headend.kernel.errors import NotFound
from headend.operators.actions import difference, refresh_others
from headend.operators.models import Operator, OperatorOwned

LONG_TEXT = 20_000
ADDRESS = 1000
LANGUAGES = ("", *(f"_lang{number}" for number in range(1, 6)))

Among: TypeAlias = Callable[[Operator], "QuerySet[Any]"]
"""The records of an operator that a parameter may name by their numbers."""

Problems: TypeAlias = dict[str, list[str]]
"""What is wrong, by parameter."""


def own(model: type[OperatorOwned]) -> Among:
    """The operator's own records of a model."""
    return lambda operator: model.objects.of(operator.pk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A parameter and the column that it fills; `among` says what numbers mean where they name records."""

    parameter: Parameter
    column: str
    among: Among | None = None


def text(name: str, column: str = "", longest: int = LONGEST_TEXT) -> Field:
    """A text."""
    return Field(parameter=loose(name, str, longest=longest), column=column or name)


def texts(name: str, column: str = "", longest: int = LONGEST_TEXT) -> tuple[Field, ...]:
    """A text in the operator's language and in its five extra ones."""
    return tuple(text(f"{name}{each}", f"{column or name}{each}", longest) for each in LANGUAGES)


def value(name: str, kind: type, column: str = "") -> Field:
    """A number, flag, day or moment."""
    return Field(parameter=loose(name, kind), column=column or name)


def link(name: str, column: str, among: Among) -> Field:
    """The number of a record."""
    return Field(parameter=loose(name, int), column=column, among=among)


def links(name: str, column: str, among: Among) -> Field:
    """The numbers of records."""
    return Field(parameter=loose(name, int, is_list=True), column=column, among=among)


@dataclass(frozen=True, slots=True)
class Form:
    """The parameters of a kind of record. `others` are those that the calls themselves make something of."""

    fields: tuple[Field, ...]
    others: tuple[Parameter, ...] = ()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What a call `takes`."""
        return (*(each.parameter for each in self.fields), *self.others)

    def fill(self, guest: Guest, record: Model, sent: Sent, more: "Mapping[str, Iterable[Model]] | None" = None) -> Any:
        """Put what was sent into a record; gives what its many-to-many fields shall lead to, `more` among them.

        Refuses with VALIDATION what does not fit.
        """
        problems: Problems = {}
        found: dict[str, list[Any]] = {name: list(records) for name, records in (more or {}).items()}
        filled = [each for each in self.fields if each.parameter.name in sent]
        for field in filled:
            self._put(guest, record, field, sent[field.parameter.name], found, problems)
        self._check(record, filled, found, problems)
        if problems:
            raise refused(problems)
        return found

    def _put(  # noqa: PLR0913 - what it puts where
        self, guest: Guest, record: Model, field: Field, given: Any, found: dict[str, list[Any]], problems: Problems
    ) -> None:
        name = field.parameter.name
        if field.among is None:
            setattr(record, field.column, _plain(guest, record, field.column, given))
        elif field.parameter.is_list:
            found[field.column] = named(guest, name, given, field.among, problems)
        else:
            records = named(guest, name, [] if given is None else [given], field.among, problems)
            setattr(record, field.column, records[0] if records else None)

    def _check(
        self, record: Model, filled: Sequence[Field], found: Mapping[str, Iterable[Model]], problems: Problems
    ) -> None:
        """Ask the columns that were filled, a new record's name, and what must hold of the record as a whole."""
        names = {each.column: each.parameter.name for each in self.fields}
        asked = {each.column for each in filled if each.among is None} | ({"name"} if record.pk is None else set())
        try:
            record.clean_fields(exclude={each.name for each in record._meta.fields} - asked)
        except ValidationError as error:
            for column, messages in error.message_dict.items():
                problems.setdefault(names.get(column, column), []).extend(messages)
        if not problems:
            for column, words in problems_of(record, found).items():
                problems.setdefault(names.get(column, column), []).append(str(words))


def refused(problems: Problems) -> Refused:
    """The refusal of values that are not acceptable."""
    said = "; ".join(f"{name}: {' '.join(words)}" for name, words in problems.items())
    return Refused(VALIDATION, said, {"error_fields": problems})


def bad(name: str, words: str) -> Refused:
    """The refusal of one value."""
    return refused({name: [words]})


def named(guest: Guest, name: str, numbers: Iterable[int], among: Among, problems: Problems) -> list[Any]:
    """The records with these numbers, each once; what is not among them is a problem."""
    wanted = list(dict.fromkeys(numbers))
    records = among(guest.operator).in_bulk([each for each in wanted if each < 2**63]) if wanted else {}
    unknown = [each for each in wanted if each not in records]
    if unknown:
        problems.setdefault(name, []).append(f"there is no {', '.join(map(str, unknown[:20]))}")
    return [records[each] for each in wanted if each in records]


def find(guest: Guest, number: int, among: Among, what: str) -> Any:
    """The record with a number; refuses with NOT_FOUND."""
    found = among(guest.operator).filter(pk=number).first()
    if found is None:
        raise Refused(NOT_FOUND, f"there is no {what} {number}")
    return found


@contextmanager
def over_what_came_meanwhile(record: Model, read: Model) -> Iterator[None]:
    """A transaction for writing a record that was changed since it was `read` (a copy), with waiting in between.

    What others have made of its other fields by now stays; refuses with NOT_FOUND when it is gone.
    """
    with transaction.atomic():
        if record.pk is not None:
            try:
                refresh_others(record, difference(read, record))
            except NotFound as error:
                raise Refused(NOT_FOUND, str(error)) from error
        yield


def find_behind(guest: Guest, number: int | None, among: "QuerySet[Any]", name: str) -> Any:
    """The record behind which another one shall stand, None when none was named."""
    found = among.filter(pk=number).first() if number is not None else None
    if number is not None and found is None:
        raise bad(name, f"there is no {number} here")
    return found


def object_in(sent: Sent, name: str) -> dict[str, Any]:
    """A JSON object that was sent as text; "" is an empty one. Refuses with VALIDATION."""
    try:
        found = json.loads(sent[name] or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "\\u0000" in sent[name]:  # which databases do not keep
        raise bad(name, "this is no JSON object")
    return found


def _plain(guest: Guest, record: Model, column: str, given: Any) -> Any:
    field: Any = record._meta.get_field(column)
    if isinstance(given, datetime):
        return aware(guest, given)
    return field.get_default() if given is None and not field.null else given


def aware(guest: Guest, moment: datetime) -> datetime:
    """A moment as it was sent; without a zone it is in the operator's."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(guest.operator.time_zone))
