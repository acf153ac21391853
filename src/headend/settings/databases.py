"""From `database_url` to Django's DATABASES. Three engines: SQLite (default), PostgreSQL and MySQL/MariaDB."""

from pathlib import Path
from typing import Any

import dj_database_url

from headend.settings.config import BadSetting

# FULL: what was acknowledged is on disk, also after kill -9 or a power cut.
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;"


def database(url: str, data: Path) -> dict[str, Any]:
    """Django's settings of the database at `url`, or of `<data>/db.sqlite3` when it is empty."""
    if not url:
        return _sqlite({"NAME": str(data / "db.sqlite3")})
    try:
        settings: dict[str, Any] = dict(dj_database_url.parse(url.replace("mariadb://", "mysql://", 1)))
    except ValueError as error:
        raise BadSetting("database_url", "environment or file", "it is no database address") from error
    engine = settings["ENGINE"]
    if engine.endswith("sqlite3"):
        return _sqlite(settings)
    options = settings.setdefault("OPTIONS", {})
    if engine.endswith("mysql"):
        _use_pymysql()
        options |= {"charset": "utf8mb4", "init_command": "SET sql_mode='STRICT_TRANS_TABLES'"}
        options.setdefault("isolation_level", "read committed")
        settings["TEST"] = {"CHARSET": "utf8mb4"}
    return settings | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def _sqlite(settings: dict[str, Any]) -> dict[str, Any]:
    # IMMEDIATE: a transaction that will write takes the lock at its start, where waiting for it works.
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS}
    return settings | {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": options, "CONN_MAX_AGE": None}


def _use_pymysql() -> None:
    import pymysql  # noqa: PLC0415 - only where MySQL is used: it takes the name of Django's usual driver

    pymysql.install_as_MySQLdb()
