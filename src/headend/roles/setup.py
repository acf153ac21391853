"""The setup role: makes a data directory ready to serve, then ends. Safe to repeat, and to kill at any moment."""

import argparse
import getpass
import os
import signal
import sys
from io import StringIO

from django.core.management import call_command
from django.db import DatabaseError, transaction

from headend.adapters.encoders.loops import EncodingFailed
from headend.interfaces.cli.app import INTERRUPTED, complain
from headend.interfaces.cli.records import strange_migrations, written_by_a_newer_one
from headend.interfaces.jobs.records import refresh_statistics
from headend.kernel.actor import system
from headend.kernel.errors import Invalid
from headend.operators.actions import create_staff, save_operator
from headend.operators.models import Operator, Staff
from headend.operators.rules import Role
from headend.roles.demo_setup import prepare_demo
from headend.roles.processes import CannotStart
from headend.roles.progress import step
from headend.roles.tables import make_tables
from headend.settings.config import Config, current
from headend.settings.translations import compile_translations
from headend.subscribers.actions import ensure_device_types, serve_device_types

PASSWORD = "HEADEND_STAFF_PASSWORD"  # noqa: S105 - the variable's name
ACTOR = system("setup")


def main(arguments: list[str]) -> None:
    """Prepare the data directory of the settings: for the demonstration (`demo`) or a real service (`service`)."""
    parser = argparse.ArgumentParser(prog="headend.roles setup")
    parser.add_argument("kind", choices=("demo", "service"))
    parser.add_argument("--staff-username", default="")
    parser.add_argument("--operator", default="Television")
    given = parser.parse_args(arguments)
    config = current()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a prompt must give the terminal back as it was
    try:
        prepare_records()
        if given.kind == "demo":
            prepare_demo(config)
        else:
            make_first_staff(given.staff_username, os.environ.get(PASSWORD, ""), given.operator)
        prepare_files(config)
    except DatabaseError as error:
        complain(f"the database cannot be used: {error}")
        raise SystemExit(1) from error
    except (CannotStart, EncodingFailed, OSError) as error:
        complain(f"{config.data} cannot be made ready: {error}")
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def prepare_records() -> None:
    """Bring the tables to this version's shape, and make sure that they know its types of devices.

    Exit status 2 when they are those of a newer version, whose shape this one would spoil.
    """
    newer, _ = strange_migrations()
    if newer:
        complain(written_by_a_newer_one(newer))
        raise SystemExit(2)
    with step("preparing the records"):
        make_tables()
        call_command("migrate", interactive=False, verbosity=0)
        ensure_device_types(actor=ACTOR)
        refresh_statistics.call_local()


def prepare_files(config: Config) -> None:
    """Compile the translations and collect the console's style sheets, scripts and fonts."""
    with step("preparing the console"):
        compile_translations()
        call_command("collectstatic", interactive=False, verbosity=0, stdout=StringIO())


def make_first_staff(username: str, password: str, operator_name: str) -> None:
    """Make the first operator and its superuser, unless there is a superuser; asks for what was not given.

    Exit status 2 when there is nobody to ask, or when the password given is too weak.
    """
    if Staff.objects.filter(role=Role.SUPERUSER.value).exists():
        return
    if not username or not password:
        if not sys.stdin.isatty():
            complain(
                "the first start needs somebody who may log in: "
                "--staff-username NAME and --staff-password-file FILE (or a terminal to ask on)"
            )
            raise SystemExit(2)
        username, password = _ask(username)
    try:
        with transaction.atomic():
            operator = save_operator(actor=ACTOR, operator=Operator(name=operator_name))
            serve_device_types(actor=ACTOR, operator=operator)
            create_staff(actor=ACTOR, username=username, password=password, role=Role.SUPERUSER)
    except Invalid as error:
        complain(f"this {error.place} will not do: {error}")
        raise SystemExit(2) from error


def _ask(username: str) -> tuple[str, str]:
    print("The first member of staff, who may do everything in the console:", file=sys.stderr)  # noqa: T201
    while not username:
        username = input("  user name: ").strip()
    while True:
        password = getpass.getpass("  password (10 characters or more): ")
        if password == getpass.getpass("  again: "):
            return username, password
        complain("the two differ")
