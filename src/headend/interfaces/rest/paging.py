"""Lists, page by page. A cursor holds the last record's place in the order, not a count: what comes and goes meanwhile
neither repeats records nor leaves any out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field, create_model

from headend.interfaces.rest.problems import Problem

DEFAULT, MOST = 50, 500
_SALT = "headend.rest.cursor"
_OWN = frozenset({"limit", "cursor", "sort", "fields"})


@dataclass(frozen=True, slots=True)
class Filter:
    """What a parameter of a list keeps: the look-up in the records, its type and what it is for."""

    lookup: str
    kind: Any
    text: str = ""


def query_shape(name: str, filters: Mapping[str, Filter], sorts: tuple[str, ...]) -> type[Schema]:
    """The parameters of a list."""
    orders: Any = Literal[tuple(f"{sign}{each}" for each in sorts for sign in ("", "-"))]
    given: dict[str, Any] = {
        "limit": (int, Field(DEFAULT, ge=1, le=MOST, description="How many at most.")),
        "cursor": (str | None, Field(None, max_length=2000, description="`next_cursor` of the page before.")),
        "sort": (orders, Field("id", description="In which order; with `-` the other way round.")),
        "fields": (str | None, Field(None, max_length=2000, description="Only these fields, separated by commas.")),
    }
    kept = {each: (about.kind | None, Field(None, description=about.text)) for each, about in filters.items()}
    made: type[Schema] = create_model(name, __base__=Schema, **{**given, **kept})
    return made


def page(
    request: HttpRequest, records: QuerySet[Any], filters: Mapping[str, Filter], query: Any
) -> tuple[list[Any], str | None]:
    """The records of a page and the cursor of the next; raises Problem."""
    if unknown := set(request.GET) - _OWN - set(filters):
        name = min(unknown)
        raise Problem(422, "invalid", f"there is no parameter {name}", [(name, "no such parameter")])
    found = records
    for name, about in filters.items():
        value = getattr(query, name)
        if value is not None:
            found = found.filter(**{about.lookup: value})
    sign, field = ("-", query.sort[1:]) if query.sort[0] == "-" else ("", query.sort)
    if query.cursor:
        found = found.filter(_behind(records.model, query.cursor, query.sort))
    order = (f"{sign}{field}", *([f"{sign}id"] if field != "id" else []))
    rows = list(found.order_by(*order)[: query.limit + 1])
    if len(rows) <= query.limit:
        return rows, None
    last = rows[query.limit - 1]
    return rows[: query.limit], _cursor(last, query.sort, field)


def _cursor(last: Model, sort: str, field: str) -> str:
    value = _column(type(last), field).value_to_string(last)
    return signing.dumps([sort, value, last.pk], salt=_SALT)


def _column(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


def _behind(model: type[Model], cursor: str, sort: str) -> Q:
    field = sort.removeprefix("-")
    try:
        of, text, number = signing.loads(cursor, salt=_SALT)
        if of != sort:
            raise ValueError("it belongs to another order")
        value = _column(model, field).to_python(text)
    except (signing.BadSignature, ValidationError, ValueError, TypeError) as error:
        raise Problem(422, "invalid", "the cursor is not one of this list", [("cursor", "not of this list")]) from error
    way = "lt" if sort.startswith("-") else "gt"
    return Q(**{f"{field}__{way}": value}) | Q(**{field: value, f"pk__{way}": number})
