"""The tables of a live database by its address: mysql://, mariadb://, postgresql:// or sqlite:///; only read."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import psycopg
import pymysql
from pymysql.cursors import SSCursor

from headend.subscribers.errors import OldSystemUnreadable
from headend.subscribers.ports import OldRow

_ERRORS = (pymysql.MySQLError, psycopg.Error, sqlite3.Error, OSError)
_COLUMNS = (
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = {schema}"
    " ORDER BY table_name, ordinal_position"
)


class Cursor(Protocol):
    """What the three drivers have in common."""

    def execute(self, query: str) -> Any: ...
    def fetchmany(self, size: int, /) -> Sequence[Sequence[Any]]: ...
    def close(self) -> Any: ...


class Database:
    """A database that nothing is written to; `close` ends the connection."""

    def __init__(self, address: str) -> None:
        self._connection, self._quote, schema = _connected(address)
        self._named = {"name": "headend"} if schema == "current_schema()" else {}  # PostgreSQL keeps the rows there
        self._columns = self._read_columns(schema)

    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of each table."""
        return self._columns

    def close(self) -> None:
        self._connection.close()

    def rows(self, table: str) -> Iterator[OldRow]:
        """The rows of a table; raises OldSystemUnreadable."""
        names = self._columns.get(table)
        if names:
            listed = ", ".join(map(self._quoted, names))
            for row in self._all(f"SELECT {listed} FROM {self._quoted(table)}"):  # noqa: S608 - names it told us
                yield dict(zip(names, map(_text, row), strict=True))

    def sizes(self) -> Mapping[str, int]:
        """How many rows each table has."""
        query = "SELECT COUNT(*) FROM "
        return {table: int(number) for table in self._columns for (number,) in self._all(query + self._quoted(table))}

    def _quoted(self, name: str) -> str:
        return self._quote + name.replace(self._quote, self._quote * 2) + self._quote

    def _read_columns(self, schema: str) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        if schema:
            for table, column in self._all(_COLUMNS.format(schema=schema)):
                found[str(table)] = (*found.get(str(table), ()), str(column))
            return found
        for (table,) in list(self._all("SELECT name FROM sqlite_master WHERE type = 'table'")):
            columns = self._all(f"PRAGMA table_info({self._quoted(table)})")
            found[table] = tuple(str(column[1]) for column in columns)
        return found

    def _all(self, query: str) -> Iterator[Sequence[Any]]:
        try:
            cursor: Cursor = self._connection.cursor(**self._named)
            try:
                cursor.execute(query)
                while rows := cursor.fetchmany(1000):
                    yield from rows
            finally:
                cursor.close()
        except _ERRORS as error:
            raise OldSystemUnreadable(f"the database answers: {error}") from error


def _connected(address: str) -> tuple[Any, str, str]:
    """The connection, how names are quoted, and the schema as the information schema is asked for it ("": SQLite)."""
    try:
        parts = urlsplit(address)
        scheme = parts.scheme.partition("+")[0]
        if scheme in ("mysql", "mariadb"):
            return _mysql(parts), "`", "DATABASE()"
        if scheme in ("postgresql", "postgres"):
            return psycopg.connect(parts.geturl(), connect_timeout=20), '"', "current_schema()"
        if scheme == "sqlite":
            path = Path(unquote(parts.path[1:]))  # sqlite:///here.db, sqlite:////there/is.db
            return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True), '"', ""
    except (*_ERRORS, ValueError) as error:
        raise OldSystemUnreadable(f"the database cannot be reached: {error}") from error
    raise OldSystemUnreadable("an address begins with mysql://, mariadb://, postgresql:// or sqlite:///")


def _mysql(parts: SplitResult) -> Any:
    return pymysql.connect(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=unquote(parts.path.lstrip("/")),
        charset="utf8mb4",
        connect_timeout=20,
        cursorclass=SSCursor,
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", errors="replace")
    return str(value)
