"""`headend guide` with the formats and addresses that it reads."""

import sys

import typer

from headend.adapters.epg_sources.xmltv import read_xmltv
from headend.adapters.fetching import open_source
from headend.catalog.actions.guide import Reading
from headend.interfaces.cli.guide import Tools, app
from headend.settings.config import current

__all__ = ["app"]


@app.callback()
def use_tools(context: typer.Context) -> None:
    """Bring in programme guides."""
    reading = Reading(read_xmltv, current().data / "spool", _show if sys.stderr.isatty() else _hide)
    context.obj = Tools(reading, open_source)


def _show(doing: str, done: int, total: int) -> None:
    what = f"{done} of {total} channels" if total else f"{done} programmes"
    sys.stderr.write(f"\r{doing}: {what} {chr(10) if done == total else ''}")
    sys.stderr.flush()


def _hide(_doing: str, _done: int, _total: int) -> None:
    """A file or a pipe wants no progress."""
