"""`headend migrate` with the systems that it knows and the places where their tables lie."""

from pathlib import Path
from urllib.parse import quote

import typer

from headend.adapters.old_systems.databases import Database
from headend.adapters.old_systems.dumps import Dump
from headend.adapters.old_systems.smarty import read_smarty
from headend.adapters.old_systems.stalker import read_stalker
from headend.adapters.old_systems.xtream import read_xtream
from headend.interfaces.cli.migrate import Tools, app
from headend.subscribers.errors import OldSystemUnreadable
from headend.subscribers.ports import OldTables

__all__ = ["app"]
SYSTEMS = {"smarty": read_smarty, "stalker": read_stalker, "xtream": read_xtream}


@app.callback()
def use_tools(context: typer.Context) -> None:
    """Move in from another system."""
    context.obj = Tools(systems=SYSTEMS, open=open_tables)


def open_tables(source: str) -> OldTables:
    """The tables at an address or in a file; raises OldSystemUnreadable."""
    if "://" in source:
        return Database(source)
    path = Path(source).expanduser()
    try:
        with path.open("rb") as stream:
            is_sqlite = stream.read(15) == b"SQLite format 3"
    except OSError as error:
        raise OldSystemUnreadable(f"{source}: {error.strerror}") from error
    return Database(f"sqlite:///{quote(str(path.absolute()))}") if is_sqlite else Dump(path)
