"""Values of records as cells of a table, and back; references as names people know."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.timezone import get_current_timezone, is_naive
from django.utils.translation import gettext as _

from headend.interfaces.console.reach import reachable
from headend.operators.models import OperatorOwned, Staff

SEPARATOR = " | "
# A spreadsheet takes a text that begins so for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_YES = frozenset({"1", "true", "yes", "on", "да", "sì", "si", "y", "t", "x"})
_NO = frozenset({"0", "false", "no", "off", "нет", "n", "f", ""})

# What stands for a record in a cell. Others are "#number name": their names are not unique.
_KNOWN_BY = {
    "operators.operator": "name",
    "operators.dealer": "name",
    "catalog.category": "name",
    "catalog.copyrightholder": "name",
    "catalog.guidesource": "name",
    "catalog.guidecategory": "name",
    "catalog.tariff": "name",
    "delivery.datacentre": "name",
    "delivery.streamingserver": "name",
    "subscribers.devicetype": "system_name",
    "subscribers.account": "number",
    "ingest.inbox": "name",
}

# Those that cells may name in another way too than exports do.
_FOUND_BY = _KNOWN_BY | {"subscribers.customer": "external_id", "catalog.channel": "name"}
_MOST_REMEMBERED = 50_000


def guard(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguard(text: str) -> str:
    """The text that `guard` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def write_cell(value: Any) -> str | int | Decimal | bool | None:
    """A value as a table has it: numbers stay numbers, times are ISO 8601 in UTC, lists and objects JSON."""
    if value is None or isinstance(value, str | bool | int | Decimal):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if value else ""


def reference(obj: models.Model) -> str:
    """What stands for a record in a cell of another one."""
    field = _KNOWN_BY.get(obj._meta.label_lower)
    return str(getattr(obj, field)) if field else f"#{obj.pk} {obj}"


class References:
    """Finds the records that cells speak of, among those that the staff member reaches; remembers what it found."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff
        self._found: dict[tuple[type[models.Model], int | None, str], models.Model] = {}

    def one(self, model: type[models.Model], text: str, operator_id: int | None) -> models.Model:
        """The record named `text` ("#12 BBC One", "#12" or its name); ValidationError when there is not just one."""
        key = (model, operator_id, text)
        if key not in self._found:
            self._found[key] = self._find(model, text, operator_id)
        return self._found[key]

    def several(self, model: type[models.Model], text: str, operator_id: int | None) -> list[models.Model]:
        """The records named in a cell, with "|" between."""
        names = filter(None, (part.strip() for part in text.split("|")))
        return [self.one(model, name, operator_id) for name in names]

    def learn(self, model: type[models.Model], texts: Iterable[str], operator_id: int | None) -> None:
        """Find many at once; `one` says what is wrong with those that this does not find."""
        if len(self._found) > _MOST_REMEMBERED:
            self._found.clear()
        tidy = {str(_tidy(text)) for text in texts}
        unknown = [text for text in tidy if (model, operator_id, text) not in self._found]
        numbered = {int(number): text for text in unknown if (number := _number_in(text))}
        rows = self._among(model, operator_id)
        for number, obj in rows.order_by().in_bulk(list(numbered)).items():
            self._found[model, operator_id, numbered[number]] = obj
        field = _FOUND_BY.get(model._meta.label_lower)
        named = [text for text in unknown if not _number_in(text)]
        if field and named:
            self._learn_named(model, field, rows, named, operator_id)

    def _learn_named(self, model: Any, field: str, rows: Any, texts: Iterable[str], operator_id: int | None) -> None:
        wanted = {}
        for text in texts:
            with suppress(ValidationError):
                wanted[read_cell(model._meta.get_field(field), text)] = text
        found: dict[Any, list[models.Model]] = defaultdict(list)
        for obj in rows.order_by().filter(**{f"{field}__in": list(wanted)}):
            found[getattr(obj, field)].append(obj)
        for value, (obj, *others) in found.items():
            if value in wanted and not others:
                self._found[model, operator_id, wanted[value]] = obj

    def _among(self, model: type[models.Model], operator_id: int | None) -> models.QuerySet[Any]:
        rows = reachable(model, self._staff)
        return rows.filter(operator_id=operator_id) if issubclass(model, OperatorOwned) else rows

    def _find(self, model: type[models.Model], text: str, operator_id: int | None) -> models.Model:
        rows = self._among(model, operator_id)
        number, field = _number_in(text), _FOUND_BY.get(model._meta.label_lower)
        if number:
            rows = rows.filter(pk=int(number))
        elif field:
            rows = rows.filter(**{field: read_cell(model._meta.get_field(field), text)})
        else:
            raise ValidationError(_("“%(text)s”: name it by its number, such as #12."), params={"text": text})
        found = list(rows[:2])
        if not found:
            raise ValidationError(_("There is no “%(text)s”."), params={"text": text})
        if len(found) > 1:
            words = _("There are several “%(text)s”; name it by its number, such as #12.")
            raise ValidationError(words, params={"text": text})
        return found[0]


def _number_in(text: str) -> str:
    """The record's number in "#12 BBC One"; "" in texts that begin with no number."""
    number = text[1:].partition(" ")[0] if text.startswith("#") else ""
    return number if number.isdecimal() and len(number) < 19 else ""


def read_cell(field: Any, raw: Any) -> Any:
    """What a cell says for a field that is no reference; an empty cell is the field's default."""
    raw = _tidy(raw)
    if isinstance(field, models.BooleanField):
        return _read_boolean(field, raw)
    if raw == "":
        return None if field.null else "" if field.empty_strings_allowed else field.get_default()
    reader = next((read for kind, read in _READERS if isinstance(field, kind)), None)
    return reader(raw) if reader else field.to_python(raw)


def _tidy(raw: Any) -> Any:
    """Take away what a spreadsheet put there: blanks, the guard before a formula, the ".0" of a whole number."""
    if raw is None:
        return ""
    if isinstance(raw, str):
        return unguard(raw.strip())
    return int(raw) if isinstance(raw, float) and raw.is_integer() else raw


def _read_boolean(field: Any, raw: Any) -> bool:
    word = str(raw).lower()
    if word in _YES:
        return True
    if word in _NO:
        return bool(field.get_default()) if word == "" else False
    raise ValidationError(_("“%(word)s” is neither yes nor no."), params={"word": raw})


def _read_moment(raw: Any) -> datetime:
    if isinstance(raw, str):
        try:
            raw = datetime.fromisoformat(raw)
        except ValueError as error:
            raise ValidationError(_("A time looks like 2026-01-31T18:00+01:00.")) from error
    if isinstance(raw, date) and not isinstance(raw, datetime):
        raw = datetime.combine(raw, time())
    if not isinstance(raw, datetime):
        raise ValidationError(_("A time looks like 2026-01-31T18:00+01:00."))
    return raw.replace(tzinfo=get_current_timezone()) if is_naive(raw) else raw


def _read_date(raw: Any) -> date:
    try:
        return raw.date() if isinstance(raw, datetime) else date.fromisoformat(str(raw))
    except ValueError as error:
        raise ValidationError(_("A date looks like 2026-01-31.")) from error


def _read_json(raw: Any) -> Any:
    try:
        return json.loads(str(raw))
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValidationError(_("This is not JSON.")) from error


def _read_decimal(raw: Any) -> Decimal:
    try:
        number = Decimal(str(raw).replace(",", "."))
    except ArithmeticError as error:
        raise ValidationError(_("“%(text)s” is not a number."), params={"text": raw}) from error
    if not number.is_finite():
        raise ValidationError(_("“%(text)s” is not a number."), params={"text": raw})
    return number


def _read_whole(raw: Any) -> int:
    try:
        return int(str(raw))
    except ValueError as error:
        raise ValidationError(_("“%(text)s” is not a whole number."), params={"text": str(raw)[:40]}) from error


# In this order: a DateTimeField is a DateField too.
_READERS: Iterable[tuple[type[Any], Callable[[Any], Any]]] = (
    (models.DateTimeField, _read_moment),
    (models.DateField, _read_date),
    (models.JSONField, _read_json),
    (models.DecimalField, _read_decimal),
    (models.IntegerField, _read_whole),
)
