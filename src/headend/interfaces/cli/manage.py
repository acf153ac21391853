"""`headend manage`: Django's own commands (`migrate`, `createsuperuser`, `dbshell`, `shell` ...) on the records."""

import os

import typer
from django.core.management import execute_from_command_line

from headend.interfaces.cli.options import Data

app = typer.Typer()
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command("manage", context_settings=PASSED_ON)
def manage(context: typer.Context, data: Data = None) -> None:
    """Run one of Django's commands on the records: `headend manage help` lists them."""
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "headend.settings.django")
    arguments = context.args or ["help"]
    if arguments[0] == "--help":
        arguments = ["help", *arguments[1:]]
    execute_from_command_line(["headend manage", *arguments])
