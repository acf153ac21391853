"""Records that this version did not write: a newer one's, an older one's, and a file that holds none."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.roles.service import headend

STAFF = ("--staff-username", "anna")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with tables and nobody in them."""
    data = tmp_path_factory.mktemp("service") / "data"
    assert "somebody who may log in" in headend("up", "--data", data).stderr
    return data


@pytest.fixture
def records(made: Path) -> Callable[[str], None]:
    """What writes into the records, past this version."""

    def write(statement: str) -> None:
        with sqlite3.connect(made / "db.sqlite3") as connection:
            connection.execute(statement)
        connection.close()

    return write


TAKEN_DOWN = "INSERT INTO django_migrations (app, name, applied) VALUES ('{}', '{}', '2026-01-01')"
FORGOTTEN = "DELETE FROM django_migrations WHERE app = '{}' AND name = '{}'"
FUTURE, LATEST = ("catalog", "0999_future"), ("games", "0001_initial")


def test_a_newer_version_s_records_are_left_alone(made: Path, records: Callable[[str], None], free_port: int) -> None:
    records(TAKEN_DOWN.format(*FUTURE))
    try:
        for call in (
            ("up", *STAFF, "--port", free_port),
            ("guide", "import", "x.xml", "--source", "a"),
            ("export", "channels"),
        ):
            (made / "prepared").unlink(missing_ok=True)  # another version has another stamp
            refused = headend(*call, "--data", made)
            assert (refused.returncode, refused.stdout) == (2, "")
            words = f"headend: the records in {made} are those of a newer version of Headend (catalog.0999_future)\n"
            assert refused.stderr == words
    finally:
        records(FORGOTTEN.format(*FUTURE))


def test_commands_wait_until_an_older_version_s_records_were_brought_up(
    made: Path, records: Callable[[str], None]
) -> None:
    records(FORGOTTEN.format(*LATEST))
    try:
        refused = headend("channels", "match", "--data", made)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "are an older version's; the next start brings them up" in refused.stderr
    finally:
        records(TAKEN_DOWN.format(*LATEST))


def test_a_file_that_holds_no_records(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"no database" * 1000)
    refused = headend("export", "channels", "--data", tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"headend: the records in {tmp_path} cannot be used: file is not a database\n"
