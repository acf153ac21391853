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
from headend.settings.config import PREFIX, BadSetting, current

INTERRUPTED = 128 + signal.SIGINT  # the exit status that shells give what Ctrl-C ended


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the table. `noun`: has commands of its own. `records`: works on those of a service that is there."""

    name: str
    module: str
    help: str
    noun: bool = False
    records: bool = False


def run(commands: Sequence[Command], arguments: list[str]) -> None:
    """Run the command line `arguments` (without the program's name); ends the process with its exit status."""
    called = next((command for command in commands if arguments[:1] == [command.name]), None)
    try:
        if called:
            _choose_data_directory(arguments)
            _require_service(called, arguments)
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
    if command.records:
        import_module("headend.interfaces.cli.records").guard(added)
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
            _use_data_directory(argument.partition("=")[2])
        elif argument == "--data" and position + 1 < len(arguments):
            _use_data_directory(arguments[position + 1])


def _use_data_directory(name: str) -> None:
    if not name.strip():
        raise BadSetting("data", "--data", "the name of a directory is needed")
    os.environ[PREFIX + "DATA"] = str(Path(name).expanduser().absolute())


def _require_service(command: Command, arguments: list[str]) -> None:
    """End here, before anything is made in a data directory that holds no service, unless help is all that is asked."""
    asks_help = "--help" in arguments or len(arguments) == 1
    if command.records and not asks_help and not current().has_records:
        complain(f"there is no service in {current().data}; --data names another place, `headend up` sets one up")
        raise SystemExit(2)


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
