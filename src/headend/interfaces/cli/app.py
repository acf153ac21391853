"""Builds the command line from a table, importing only the module of the command that was called.

Such a module has `app`, a Typer with its one command, or with several when the entry is a noun (`guide import`).
"""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import typer

from headend import __version__
from headend.settings.config import PREFIX, BadSetting

INTERRUPTED = 128 + signal.SIGINT  # the exit status that shells give what Ctrl-C ended


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the table. `noun`: has commands of its own. `records`: its module needs Django to be set up."""

    name: str
    module: str
    help: str
    noun: bool = False
    records: bool = False


def run(commands: Sequence[Command], arguments: list[str]) -> None:
    """Run the command line `arguments` (without the program's name); ends the process with its exit status."""
    called = next((command for command in commands if arguments[:1] == [command.name]), None)
    if called:
        _choose_data_directory(arguments)
    try:
        _build(commands, called)(arguments, prog_name="headend")
    except BadSetting as error:
        complain(str(error))
        raise SystemExit(2) from error


def complain(sentence: str) -> None:
    """Say on standard error what is wrong, in the one form that all commands use."""
    typer.secho(f"headend: {sentence}", err=True, fg=typer.colors.RED)


def _build(commands: Sequence[Command], called: Command | None) -> typer.Typer:
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,  # a defect's traceback as Python prints it, without the values of variables
    )
    app.callback()(_main)
    for command in commands:
        if command is called:
            _add(app, command)
        else:
            app.command(command.name, help=command.help)(_not_called)
    return app


def _add(app: typer.Typer, command: Command) -> None:
    if command.records:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "headend.settings.django")
        import_module("django").setup()
    added: typer.Typer = import_module(command.module).app
    if command.noun:
        app.add_typer(added, name=command.name, help=command.help)
    else:
        app.registered_commands += added.registered_commands


def _choose_data_directory(arguments: list[str]) -> None:
    # Django's settings are read from the data directory while modules are imported, which is before Typer parses.
    for position, argument in enumerate(arguments):
        if argument == "--":
            return
        if argument.startswith("--data="):
            os.environ[PREFIX + "DATA"] = str(Path(argument.partition("=")[2]).expanduser().absolute())
        elif argument == "--data" and position + 1 < len(arguments):
            os.environ[PREFIX + "DATA"] = str(Path(arguments[position + 1]).expanduser().absolute())


def _not_called() -> None:
    raise AssertionError("only the called command is imported")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"headend {__version__}")
        raise typer.Exit


def _main(
    version: bool = typer.Option(False, "--version", help="Print the version.", callback=_version, is_eager=True),
) -> None:
    """Headend: an open platform that a television operator runs its whole service on."""
