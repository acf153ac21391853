"""`headend migrate`: what an operator has in another system, brought in from its database or a dump."""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Annotated, Any, NoReturn

import typer
from django.db import DatabaseError

from headend.interfaces.cli.app import complain
from headend.interfaces.cli.operators import operator_named
from headend.interfaces.cli.options import Data, Json, OperatorName
from headend.interfaces.console.reach import on_behalf_of
from headend.interfaces.moving_in import MovingReport, move_in
from headend.kernel.actor import system as named
from headend.kernel.errors import HeadendError, Invalid
from headend.subscribers.ports import OldSystem, OldTables

app = typer.Typer(no_args_is_help=True)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Tools:
    """What the command works with; `open` opens a dump, or a database by its address."""

    systems: Mapping[str, OldSystem]
    open: Callable[[str], OldTables]


Source = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="DSN_OR_DUMP",
        envvar="HEADEND_MIGRATE_FROM",
        help="A MySQL dump (.gz too), a SQLite file, or mysql://, postgresql://, sqlite:// with name and password.",
    ),
]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only say what would come in.")]


@app.command("smarty")
def smarty(  # noqa: PLR0913 - the options of a command are its parameters
    context: typer.Context,
    source: Source,
    operator: OperatorName = "",
    client: Annotated[
        str, typer.Option("--client", metavar="NUMBER|NAME", help="Whose records; needed where there are several.")
    ] = "",
    dry_run: Dry = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Bring in what a client of Smarty has: accounts, devices, tariffs, channels and video on demand.

    Repeated, it brings in what changed there. The report ends with all that was not understood or not moved. Exit
    status 0: all records came in; 1: some did not, or there were none; 2: the call makes no sense.
    """
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    _migrate(context.obj, "smarty", Asked(source, operator, client, dry_run, as_json))


@app.command("stalker")
def stalker(  # noqa: PLR0913
    context: typer.Context,
    source: Source,
    operator: OperatorName = "",
    dry_run: Dry = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Bring in what a Stalker or Ministra portal has: users, boxes, plans, packages, channels, films; as `smarty`."""
    del data
    _migrate(context.obj, "stalker", Asked(source, operator, "", dry_run, as_json))


@app.command("xtream")
def xtream(  # noqa: PLR0913
    context: typer.Context,
    source: Source,
    operator: OperatorName = "",
    dry_run: Dry = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Bring in what an Xtream Codes or XUI panel has: lines, boxes, bouquets, channels and films; as `smarty`."""
    del data
    _migrate(context.obj, "xtream", Asked(source, operator, "", dry_run, as_json))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the commands were told."""

    source: str
    operator: str
    client: str
    dry_run: bool
    as_json: bool


def _migrate(tools: Tools, system: str, asked: Asked) -> NoReturn:
    owner = operator_named(asked.operator)
    report = MovingReport(is_dry=asked.dry_run)
    try:
        opened = tools.open(asked.source)
    except HeadendError as error:
        _fail(str(error), 1)
    try:
        with closing(opened) as tables:
            move_in(
                tools.systems[system](tables, report.notes, asked.client),
                system=system,
                staff=on_behalf_of(owner),
                actor=named(f"headend migrate {system}"),
                report=report,
                progress=_show if sys.stderr.isatty() else _hide,
            )
    except Invalid as error:
        _fail(str(error), 2)
    except (HeadendError, DatabaseError) as error:
        _fail(f"it broke off and can be repeated: {error}", 1)
    typer.echo(json.dumps(_object(report), ensure_ascii=False) if asked.as_json else _words(report))
    if not report.counts:
        _fail(f"there is nothing in it that {system} is known to have", 1)
    raise typer.Exit(1 if report.refused else 0)


def _fail(words: str, status: int) -> NoReturn:
    complain(words)
    raise typer.Exit(status)


def _show(done: int) -> None:
    typer.echo(f"\r{done} records", nl=False, err=True)


def _hide(_done: int) -> None:
    """A file or a pipe wants no progress."""


def _object(report: MovingReport) -> dict[str, Any]:
    problems = [{"origin": origin, "field": field, "message": message} for origin, field, message in report.problems]
    return {
        "dry_run": report.is_dry,
        "records": {entity: asdict(counts) for entity, counts in report.counts.items()},
        "problems": problems,
        "not_understood": {
            "tables": report.notes.tables,
            "columns": dict(report.notes.columns),
            "values": dict(report.notes.values),
        },
        "not_moved": report.notes.left,
    }


def _words(report: MovingReport) -> str:
    lines = []
    for origin, field, message in report.problems[:SHOWN]:
        lines.append(f"{origin}: {f'{field}: ' if field else ''}{message}")
    if len(report.problems) > SHOWN:
        lines.append(f"... and {len(report.problems) - SHOWN} more; --json has the first thousand")
    for entity, counts in report.counts.items():
        lines.append(f"{entity}: {', '.join(f'{number} {word}' for word, number in asdict(counts).items())}")
    notes = report.notes
    for what, found in (
        ("table not understood", notes.tables),
        ("column not understood", notes.columns),
        ("value not understood", notes.values),
        ("table not moved", notes.left),
    ):
        lines += [f"{what}: {name} ({number})" for name, number in found.items()]
    return "\n".join([*lines, "nothing was written" if report.is_dry else "written"])
