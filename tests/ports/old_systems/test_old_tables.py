"""Tables of other systems: a dump and a live database give the same rows, and a broken one says where."""

import gzip
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pymysql
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.adapters.old_systems.databases import Database
from headend.adapters.old_systems.dumps import Dump
from headend.interfaces.cli.databases import mysql, postgresql
from headend.subscribers.errors import OldSystemUnreadable

HERE = Path(__file__).parent
DUMPS = ("smarty", "stalker", "xtream")


def rows_of(path: Path, table: str) -> list[dict[str, str | None]]:
    with closing(Dump(path)) as dump:
        return [dict(row) for row in dump.rows(table)]


def test_a_dump_is_read_as_it_was_written() -> None:
    with closing(Dump(HERE / "smarty.sql")) as dump:
        assert dump.columns()["clients_client"] == ("id", "name", "api_key")
        assert dump.columns()["tvmiddleware_channel"][-1] == "mediahills_id"
        assert [row["name"] for row in dump.rows("tvmiddleware_category")] == [
            "News", "It's \"films\"; (all), really", "Theirs",
        ]  # fmt: skip
        assert [row["id"] for row in dump.rows("tvmiddleware_customer")] == ["20", "21", "22", "23"]
        tariffs = list(dump.rows("tvmiddleware_tariff"))
        assert (tariffs[0]["description"], tariffs[1]["description"]) == (None, "Two lines\nof text")
        assert dump.sizes()["custom_loyalty"] == 3


def test_statements_of_many_lines_are_read() -> None:
    assert [row["name"] for row in rows_of(HERE / "stalker.sql", "itv")] == ["First", "Film 'n' night", "Off"]
    assert rows_of(HERE / "stalker.sql", "video")[0]["description"] == "A house;\nand its (people)"


def test_packed_dumps_are_read(tmp_path) -> None:
    path = tmp_path / "dump.sql.gz"
    path.write_bytes(gzip.compress((HERE / "xtream.sql").read_bytes()))
    assert [row["username"] for row in rows_of(path, "users")] == ["900100", "gina"]


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(st.one_of(st.none(), _TEXT), _TEXT), max_size=5))
def test_any_text_comes_back_from_a_dump(tmp_path_factory, rows) -> None:
    def quoted(text: str | None) -> str:
        if text is None:
            return "NULL"
        escaped = re.sub(r"['\\]", lambda found: "\\" + found[0], text).replace("\n", "\\n").replace("\r", "\\r")
        return f"'{escaped}'"

    listed = ",".join(f"({quoted(one)},{quoted(two)})" for one, two in rows)
    path = tmp_path_factory.mktemp("dump") / "dump.sql"
    insert = f"INSERT INTO `t` VALUES {listed};\n" if rows else ""
    path.write_bytes(f"CREATE TABLE `t` (\n  `one` text,\n  `two` text\n);\n{insert}".encode())
    assert [(row["one"], row["two"]) for row in rows_of(path, "t")] == rows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("INSERT INTO `t` VALUES (1,'no end", "line 1: this statement has no end"),
        ("\nINSERT INTO `t` (`a`,`b`) VALUES (1);", "line 2: 1 values for 2 columns of t"),
        ("INSERT INTO `t` (`a`) VALUES SELECT 1;", "line 1: this statement has no end"),
    ],
)
def test_a_broken_dump_says_where(text, words, tmp_path) -> None:
    path = tmp_path / "dump.sql"
    path.write_text(text)
    with pytest.raises(OldSystemUnreadable, match=words):
        rows_of(path, "t")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data) -> None:
    path = tmp_path_factory.mktemp("dump") / "dump.sql"
    path.write_bytes(b"INSERT INTO `t` (`a`) VALUES " + data)
    with suppress(OldSystemUnreadable):
        rows_of(path, "t")


def test_what_is_not_there_is_told() -> None:
    for address in ("sqlite:////nowhere/at.all", "mysql://nobody:secret@127.0.0.1:1/x", "oracle://x/y"):
        with pytest.raises(OldSystemUnreadable) as error:
            Database(address)
        assert "secret" not in str(error.value)
    with pytest.raises(OldSystemUnreadable):
        Dump(Path("/nowhere.sql"))


# --- the same tables, live -------------------------------------------------------------------------------------------


def fill(cursor: Any, quote: str, mark: str, names: Sequence[str] = DUMPS) -> None:
    """Make the tables of all dumps, or of some, with columns of text, and fill them."""
    for name in names:
        with closing(Dump(HERE / f"{name}.sql")) as dump:
            for table, columns in dump.columns().items():
                made = ", ".join(f"{quote}{column}{quote} text" for column in columns)
                cursor.execute(f"DROP TABLE IF EXISTS {quote}{table}{quote}")
                cursor.execute(f"CREATE TABLE {quote}{table}{quote} ({made})")
                marks = ", ".join(mark for _ in columns)
                for row in dump.rows(table):
                    cursor.execute(f"INSERT INTO {quote}{table}{quote} VALUES ({marks})", tuple(row.values()))


def same_as_dumps(address: str) -> None:
    with closing(Database(address)) as database:
        # What two systems have of one name is that of the last.
        for name in ("xtream", "stalker", "smarty"):
            with closing(Dump(HERE / f"{name}.sql")) as dump:
                for table, columns in dump.columns().items():
                    if database.columns()[table] != columns:
                        assert table == "users"
                        continue
                    assert list(database.rows(table)) == list(dump.rows(table))
                    assert database.sizes()[table] == len(list(dump.rows(table)))
        assert list(database.rows("no_such_table")) == []


@pytest.fixture
def sqlite_address(tmp_path: Path) -> str:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        fill(connection.cursor(), '"', "?")
        connection.commit()
    return f"sqlite:///{path}"


def test_a_live_sqlite_gives_the_same(sqlite_address) -> None:
    same_as_dumps(sqlite_address)


@pytest.mark.needs("mariadbd")
def test_a_live_mariadb_gives_the_same() -> None:
    with mysql() as server:
        parts = urlsplit(server.url)
        place = {"host": "127.0.0.1", "port": parts.port, "user": parts.username, "database": "headend"}
        with closing(pymysql.connect(**place, password=parts.password, charset="utf8mb4")) as connection:
            fill(connection.cursor(), "`", "%s")
            connection.commit()
        same_as_dumps(server.url)


@pytest.mark.needs("initdb")
def test_a_live_postgresql_gives_the_same() -> None:
    with postgresql() as server:
        with psycopg.connect(server.url) as connection:
            fill(connection.cursor(), '"', "%s")
        same_as_dumps(server.url)
