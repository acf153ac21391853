"""What a command on records begins with: that they are there, in the shape that this version knows."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import typer
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from headend.interfaces.cli.app import complain


def guard(commands: typer.Typer) -> None:
    """Have each command end with a sentence where the records are away, or those of another version."""
    for command in commands.registered_commands:
        if command.callback:
            command.callback = _guarded(command.callback)


def _guarded(command: Callable[..., None]) -> Callable[..., None]:
    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            _require_this_version()
            command(*arguments, **options)
        except DatabaseError as error:
            complain(f"the records in {settings.HEADEND.data} cannot be used: {error}")
            raise typer.Exit(2) from error

    return run


def _require_this_version() -> None:
    newer, older = strange_migrations()
    if newer:
        complain(written_by_a_newer_one(newer))
    elif older:
        complain(f"the records in {settings.HEADEND.data} are an older version's; the next start brings them up")
    else:
        return
    raise typer.Exit(2)


def written_by_a_newer_one(migrations: set[str]) -> str:
    """The sentence for records with migrations that this version does not have."""
    return f"the records in {settings.HEADEND.data} are those of a newer version of Headend ({min(migrations)})"


def strange_migrations() -> tuple[set[str], set[str]]:
    """Our migrations that the records have and this version has not, and the other way round.

    By their files' names: Django would import all of them, which takes longer than most commands.
    """
    ours = {each.label: Path(each.path) for each in apps.get_app_configs() if each.name.startswith("headend.")}
    known = {f"{app}.{file.stem}" for app, path in ours.items() for file in path.glob("migrations/[0-9]*.py")}
    applied = {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations() if app in ours}
    return applied - known, known - applied
