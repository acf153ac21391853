"""What `headend import` and `headend export` share: which table is meant, and whose."""

from typing import Any

import typer

from headend.interfaces.cli.app import complain
from headend.interfaces.cli.operators import operator_named
from headend.interfaces.console.entities import ENTITIES
from headend.interfaces.console.reach import on_behalf_of
from headend.interfaces.console.sheets import Sheet


def sheet_for(entity: str, operator: str, needs: type[Sheet] | None = None, **options: Any) -> Any:
    """The sheet of an entity for an operator; ends the process when there is none, or it is not what is needed."""
    if entity not in ENTITIES or (needs and ENTITIES[entity] is not needs):
        complain(f"no table of {entity} can do this; there are: {', '.join(ENTITIES)}")
        raise typer.Exit(2)
    return ENTITIES[entity](on_behalf_of(operator_named(operator)), **options)
