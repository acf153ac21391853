"""Whose records a command works on."""

from typing import Any

import typer

from headend.interfaces.cli.app import complain
from headend.operators.errors import UnknownOperator
from headend.operators.queries import operator_called


def operator_named(text: str) -> Any:
    """The operator with this number or name; ends the process when there is none."""
    try:
        return operator_called(text)
    except UnknownOperator as error:
        complain(str(error))
        raise typer.Exit(2) from error
