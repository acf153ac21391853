"""`headend import`: tables of customers, accounts, devices, tariffs, channels and more, as the console imports them."""

import csv
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from django.db import DatabaseError

from headend.interfaces.cli.app import complain
from headend.interfaces.cli.options import Data, Json, OperatorName
from headend.interfaces.cli.rows import Tally, as_object, in_words, rows_of
from headend.interfaces.cli.tables import sheet_for
from headend.interfaces.console.account_sheet import AccountSheet
from headend.interfaces.console.imports import Plan, plan_parts, write
from headend.interfaces.console.tables import MOST_BYTES, NotATable, read_table
from headend.kernel.actor import system

app = typer.Typer()
ACTOR = system("headend import")


@app.command("import")
def bring_in(  # noqa: PLR0913 - the options of a command are its parameters
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="accounts, channels, …: `headend export` names all.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX table; its first row names columns.")],
    operator: OperatorName = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say, row by row, what would be created, changed and refused.")
    ] = False,
    make_passwords: Annotated[
        Path | None,
        typer.Option(
            "--make-passwords",
            metavar="ANSWERS",
            help="Give new accounts without a password one, and write them into this new CSV file, this once.",
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Bring a table in; the same table again changes nothing.

    Rows are recognised by id, number, external id or name. A row that cannot be taken is named with its line and
    column, and the others go in. Exit status 0: all of them did; 1: some did not; 2: the call makes no sense.
    """
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    more = {"makes_passwords": True} if make_passwords and not dry_run else {}
    sheet = sheet_for(entity, operator, needs=AccountSheet if make_passwords else None, **more)
    tally = Tally()
    try:
        headings, rows = read_table(_content(file))
        with _answers(make_passwords if more else None) as answer, _printer(tally, dry_run, as_json) as show:
            for part in plan_parts(sheet, headings, rows):
                if not dry_run:
                    write(part, sheet, ACTOR)
                answer(sheet)
                show(part)
    except NotATable as error:
        _fail(str(error))
    except DatabaseError as error:
        _fail(f"{error}; the rows before line {tally.last} are as they were reported, the import can be repeated")
    raise typer.Exit(1 if tally.refused else 0)


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except OSError as error:
        complain(f"{file} cannot be read: {error.strerror}")
        raise typer.Exit(2) from error


def _fail(words: str) -> NoReturn:
    complain(words)
    raise typer.Exit(1)


@contextmanager
def _answers(path: Path | None) -> Iterator[Any]:
    """What writes the passwords that were made for accounts, and forgets them; for the owner's eyes only."""
    if path is None:
        yield lambda sheet: None
        return
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        complain(f"{path} cannot be made: {error.strerror}")
        raise typer.Exit(2) from error
    with os.fdopen(number, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["number", "password"])

        def answer(sheet: AccountSheet) -> None:
            writer.writerows((account.number, made) for account, made in sheet.made if account.pk)
            stream.flush()
            sheet.made.clear()

        yield answer


@contextmanager
def _printer(tally: Tally, dry_run: bool, as_json: bool) -> Iterator[Any]:
    """What prints a part as soon as it is known, so that nothing has to be kept; the sums follow at the end."""
    separator = '{"rows": ['

    def show(part: Plan) -> None:
        nonlocal separator
        tally.add(part)
        for row in rows_of(part):
            if as_json:
                typer.echo(separator + json.dumps(as_object(row), ensure_ascii=False), nl=False)
                separator = ",\n"
            elif row.state == "refused" or (dry_run and row.state != "unchanged"):
                typer.echo(in_words(row))
        if sys.stderr.isatty():
            typer.echo(f"\r{tally.last} lines", nl=False, err=True)

    yield show
    if as_json:
        start = separator if tally.is_empty else ""
        typer.echo(f"{start}], {json.dumps(tally.counts(dry_run=dry_run), ensure_ascii=False)[1:]}")
    else:
        typer.echo(tally.in_words(dry_run=dry_run))
