"""Writes many rows of one table with one prepared statement, without a model instance for each of them.

bulk_create prepares every field of every instance, which for programmes costs three times what the database needs to
store them (`headend bench guide`). The statements are the SQL that all engines know. Values go in as they are, so they
must be what the columns hold: no fields that convert.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows; each has one value for each of `fields`, a foreign key the number it points at."""
    columns = [_column(model, name) for name in fields]
    marks = ", ".join(["%s"] * len(columns))
    _execute(f"INSERT INTO {_table(model)} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608 - own names


def update_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Change rows; each has one value for each of `fields`, and last the primary key."""
    values = ", ".join(f"{_column(model, name)} = %s" for name in fields)
    _execute(f"UPDATE {_table(model)} SET {values} WHERE {_column(model, 'pk')} = %s", rows)  # noqa: S608 - own names


def _execute(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    rows = list(rows)
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return connection.ops.quote_name(str(field.column))  # type: ignore[union-attr]
