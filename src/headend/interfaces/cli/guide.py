"""`headend guide`: bring programme guides in."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, BinaryIO, NoReturn

import typer
from django.db import DatabaseError

from headend.catalog.actions.guide import Reading, ensure_source, import_guide
from headend.catalog.ports import GuideReport, Problem
from headend.interfaces.cli.app import complain
from headend.interfaces.cli.options import Data, Json
from headend.kernel.actor import system
from headend.kernel.errors import HeadendError, Invalid

app = typer.Typer(no_args_is_help=True)
SHOWN = 100
ACTOR = system("headend guide import")


@dataclass(frozen=True, slots=True)
class Tools:
    """What the commands work with; a role puts it into the Typer context's `obj`.

    `open` opens a file or address, unpacked if need be, and raises HeadendError when it cannot. `reading` gets a
    progress line when a person is watching.
    """

    reading: Reading
    open: Callable[[str], AbstractContextManager[BinaryIO]]


@app.command("import")
def bring_in(  # noqa: PLR0913 - the options of a command are its parameters
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="FILE_OR_URL", help="An XMLTV guide; .gz and .xz too.")],
    name: Annotated[
        str,
        typer.Option("--source", metavar="NAME", help="What the source of the guide is called.", show_default=False),
    ],
    zone: Annotated[
        str | None,
        typer.Option("--timezone", metavar="ZONE", help="Zone of times without offset. [default: as before, or UTC]"),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Bring a guide in; the same guide again changes nothing.

    Exit status 0: everything good went in; 1: nothing did; 2: the call makes no sense.
    """
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    tools: Tools = context.obj
    try:
        with tools.open(address) as stream:
            report = import_guide(
                actor=ACTOR, source=_source(name, zone), stream=stream, reading=tools.reading, now=datetime.now(UTC)
            )
    except (HeadendError, DatabaseError) as error:
        _fail(error, as_json)
    (_print_json if as_json else _print_report)(report)
    if not (report.created or report.updated or report.unchanged):
        raise typer.Exit(1)


def _source(name: str, zone: str | None) -> Any:
    try:
        return ensure_source(actor=ACTOR, name=name, zone=zone)
    except Invalid as error:
        complain(str(error))
        raise typer.Exit(2) from error


def _fail(error: Exception, as_json: bool) -> NoReturn:
    place = f" ({error.place})" if isinstance(error, Invalid) and error.place else ""
    complain(f"nothing was brought in: {error}{place}")
    if as_json:
        _print_json(GuideReport(errors=1, problems=(Problem(0, f"{error}{place}"),)))
    raise typer.Exit(1) from error


def _print_json(report: GuideReport) -> None:
    typer.echo(json.dumps(asdict(report), ensure_ascii=False))


def _print_report(report: GuideReport) -> None:
    for problem in report.problems[:SHOWN]:
        name = f" {problem.name}:" if problem.name else ""
        typer.echo(f"line {problem.line}:{name} {problem.message}{' (left out)' if problem.is_loss else ''}")
    if len(report.problems) > SHOWN:
        typer.echo(f"... and {len(report.problems) - SHOWN} more; --json has them")
    counts: dict[str, Any] = asdict(report)
    words = (f"{counts[word]} {word}" for word in ("created", "updated", "unchanged", "removed", "skipped"))
    typer.echo(f"programmes: {', '.join(words)} ({report.errors} of them bad)")
    if report.repeated:
        typer.echo(f"{report.repeated} programmes stood in the guide more than once")
    typer.echo(f"guide channels: {report.channels_created} created, {report.channels_updated} updated")
