"""`headend manage`: Django's own commands (`migrate`, `createsuperuser`, `dbshell`, `shell` ...) on the records."""

import os
import sys
from pathlib import Path

import typer
from django.core.management import execute_from_command_line

app = typer.Typer()
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command("manage", context_settings=PASSED_ON)
def manage(
    context: typer.Context,
    data: Path | None = typer.Option(None, help="Data directory of the service."),
) -> None:
    """Run one of Django's commands on the records: `headend manage help` lists them."""
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "headend.settings.django")
    arguments = ["help" if argument == "--help" else argument for argument in context.args[:1]] + context.args[1:]
    sys.argv = ["headend manage", *arguments]
    execute_from_command_line(sys.argv)
