"""Columns that a record fills by itself, from its other columns, whenever it is written."""

from collections.abc import Callable
from typing import Any

from django.db import models


class _Made:
    """`make` gives the value of a record. In migrations, which write no records, there is none."""

    auto_now = (
        True  # what is written in bulk writes these columns along, as it does times (operators.actions.save_many)
    )
    attname: str

    def __init__(self, *args: Any, make: Callable[[Any], str] = lambda _record: "", **options: Any) -> None:
        options |= {"editable": False, "blank": True}
        super().__init__(*args, **options)
        self.make = make

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()  # type: ignore[misc]
        del options["editable"], options["blank"]
        return name, path, args, options

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.make(model_instance)
        setattr(model_instance, self.attname, value)
        return value


class MadeChar(_Made, models.CharField):  # type: ignore[type-arg]
    """A short text made of other columns: a key to sort or find by."""


class MadeText(_Made, models.TextField):  # type: ignore[type-arg]
    """A text made of other columns: what a search looks through."""
