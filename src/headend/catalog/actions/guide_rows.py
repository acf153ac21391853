"""Writes programmes by the hundred thousand, through Django's own statements but without a model for each row."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connections, router
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from headend.catalog.models import Programme


class Row(NamedTuple):
    """A programme's columns; `id` is None for a new one."""

    id: int | None
    guide_channel_id: int
    start: int
    stop: int
    title: str
    category_id: int | None
    age: int
    details: str
    fingerprint: int


def insert(rows: Sequence[Row]) -> None:
    """Write rows whose values have the types of their columns; what has the number or start of one that is there stays
    as it is there.
    """
    fields = Programme._meta.concrete_fields
    _insert(fields, [row for row in rows if row.id is not None])
    _insert([field for field in fields if not field.primary_key], [row for row in rows if row.id is None])


def _insert(fields: Sequence[Any], rows: Sequence[Row]) -> None:
    connection = connections[router.db_for_write(Programme)]
    if not rows:
        return
    at_once = max(1, connection.ops.bulk_batch_size(fields, rows))
    compiler = type("AsGiven", (_AsGiven, connection.ops.compiler(InsertQuery.compiler)), {})
    for start in range(0, len(rows), at_once):
        query = InsertQuery(Programme, on_conflict=OnConflict.IGNORE)
        some: Any = rows[start : start + at_once]  # `raw` asks them for their attributes alone
        query.insert_values(fields, some, raw=True)
        compiler(query, connection, connection.alias).execute_sql()


class _AsGiven:
    """A database's compiler of insertions that hands the values on as they are.

    Django's makes an object of each row, and then makes sure of the type of each value through nine calls: a third of
    what a guide's import costs. What comes from there has the right types, and no column that needs more than `%s`.
    """

    connection: Any

    def prepare_value(self, _field: object, value: object) -> object:
        return value

    def assemble_as_sql(self, fields: Sequence[object], rows: Sequence[Any]) -> Any:
        if self.connection.vendor == "postgresql":  # which has a quicker way than one placeholder for each value
            return super().assemble_as_sql(fields, rows)  # type: ignore[misc]
        return [["%s"] * len(fields)] * len(rows), rows
