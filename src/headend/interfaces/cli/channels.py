"""`headend channels`: bring channel lists in, and find the guides of channels."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Annotated, Any, BinaryIO, NoReturn
from urllib.parse import urlsplit

import typer
from django.db import DatabaseError

from headend.catalog.actions.channel_lists import ChannelListReport, import_channels
from headend.catalog.actions.guide_matches import MatchReport, match_guides
from headend.catalog.errors import ListBusy
from headend.catalog.ports import ChannelListFormat, Problem
from headend.interfaces.cli.app import complain
from headend.interfaces.cli.operators import operator_named
from headend.interfaces.cli.options import Data, Json, OperatorName
from headend.kernel.actor import system
from headend.kernel.errors import HeadendError, Invalid

app = typer.Typer(no_args_is_help=True)
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Tools:
    """What the commands work with; a role puts it into the Typer context's `obj`.

    `open` opens a file or address, unpacked if need be, and raises HeadendError when it cannot.
    """

    read: ChannelListFormat
    open: Callable[[str], AbstractContextManager[BinaryIO]]


@app.command("import")
def bring_in(  # noqa: PLR0913 - the options of a command are its parameters
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE_OR_URL", help="An M3U list.")],
    operator: OperatorName = "",
    name: Annotated[
        str, typer.Option("--source", metavar="NAME", help="What the list is called. [default: from its address]")
    ] = "",
    disable_missing: Annotated[
        bool, typer.Option("--disable-missing", help="Disable channels that this list had and has no more.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Bring a channel list in; the same list again changes nothing, a changed one changes what it says differently.

    Channels of other lists and those made by hand are left alone. Exit status 0: everything good went in; 1: nothing
    did; 2: the call makes no sense.
    """
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    owner = operator_named(operator)
    tools: Tools = context.obj
    try:
        with tools.open(source) as stream:
            report = import_channels(
                actor=system("headend channels import"),
                operator=owner,
                source_name=name or _name_of(source),
                entries=tools.read(stream),
                now=datetime.now(UTC),
                disable_missing=disable_missing,
            )
    except (HeadendError, DatabaseError) as error:
        _fail(error, as_json)
    (_print_json if as_json else _print_report)(report)


@app.command("match")
def match(operator: OperatorName = "", data: Data = None, as_json: Json = False) -> None:
    """Find the guides of channels, by id and then by name; what a person decided stays as it is."""
    del data
    report = match_guides(actor=system("headend channels match"), operator=operator_named(operator))
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
    else:
        _print_matches(report)


def _name_of(source: str) -> str:
    """Name a list after its file, or after its address without what may be secret or may change."""
    address = urlsplit(source)
    return f"{address.hostname}{address.path}" if address.hostname else PurePath(source).stem


def _fail(error: Exception, as_json: bool) -> NoReturn:
    place = f" ({error.place})" if isinstance(error, Invalid) and error.place else ""
    is_partly = isinstance(error, ListBusy | DatabaseError)
    what = "the import broke off, repeat it" if is_partly else "nothing was brought in"
    complain(f"{what}: {error}{place}")
    if as_json:
        _print_json(ChannelListReport(errors=1, problems=(Problem(0, f"{error}{place}"),)))
    raise typer.Exit(1) from error


def _print_json(report: ChannelListReport) -> None:
    typer.echo(json.dumps(asdict(report), ensure_ascii=False))


def _print_report(report: ChannelListReport) -> None:
    for problem in report.problems[:SHOWN]:
        typer.echo(_line_of(problem))
    _print_rest(len(report.problems))
    for name in report.missing[:SHOWN]:
        typer.echo(f"no longer in the list: {name}")
    _print_rest(len(report.missing))
    counts: dict[str, Any] = asdict(report)
    words = (f"{counts[word]} {word}" for word in ("created", "updated", "unchanged", "skipped"))
    typer.echo(f"channels: {', '.join(words)} ({report.errors} of them bad)")
    if report.missing:
        typer.echo(f"no longer in the list: {len(report.missing)}, {report.disabled} of them disabled now")
    if report.guide_urls:
        typer.echo(f"the list names {len(report.guide_urls)} guides, the first is {report.guide_urls[0]}")
    _print_matches(report.matches)


def _line_of(problem: Problem) -> str:
    name = f" {problem.name}:" if problem.name else ""
    return f"line {problem.line}:{name} {problem.message}{' (left out)' if problem.is_loss else ''}"


def _print_rest(number: int) -> None:
    if number > SHOWN:
        typer.echo(f"... and {number - SHOWN} more; --json has them")


def _print_matches(report: MatchReport) -> None:
    typer.echo(
        f"guides: {report.by_id} by id, {report.by_name} by name (to be reviewed), "
        f"{len(report.ambiguous)} ambiguous, {report.unmatched} without"
    )
