"""`headend export`: an operator's records as the tables that `headend import` takes."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from headend.interfaces.cli.app import complain
from headend.interfaces.cli.operators import operator_named
from headend.interfaces.cli.options import Data, OperatorName
from headend.interfaces.cli.tables import sheet_for
from headend.interfaces.console.entities import ENTITIES
from headend.interfaces.console.plan_files import write_plan
from headend.interfaces.console.reach import on_behalf_of, reachable
from headend.interfaces.console.tables import FORMATS

app = typer.Typer()


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


@app.command("export")
def hand_out(
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help=f"One of: {', '.join(ENTITIES)}, plan.")],
    operator: OperatorName = "",
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to. [default: standard output]")
    ] = None,
    kind: Annotated[Format, typer.Option("--format", help="How.")] = Format.CSV,
    data: Data = None,
) -> None:
    """Write an operator's records as a table: `headend import` takes it back, edited or not. Secrets stay behind.

    `plan` is all that is sold, tariffs, channels and categories, as one YAML file for `headend plan`.
    """
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    if entity == "plan":
        owner = operator_named(operator)
        write_out([write_plan(owner, on_behalf_of(owner)).encode()], output)
        return
    write_out(table_of(entity, operator, kind), output)


def table_of(entity: str, operator: str, kind: str) -> Iterator[bytes]:
    """A file with an operator's records of one kind, in pieces."""
    sheet = sheet_for(entity, operator)
    rows = sheet.rows(reachable(sheet.model, sheet.staff).order_by("pk"))
    return FORMATS[kind].write(chain([sheet.headings()], rows))


def write_out(pieces: Iterable[bytes], output: Path | None) -> None:
    """Write to a file or to standard output; ends the process when that cannot be."""
    try:
        with output.open("wb") if output else nullcontext(sys.stdout.buffer) as stream:
            stream.writelines(pieces)
    except OSError as error:
        complain(f"{output or 'the output'} cannot be written: {error.strerror}")
        raise typer.Exit(1) from error
