"""Columns of what is written by the hundred thousand. Django's own take no type arguments when they run."""

from typing import Any

from django.db import models


class _AsGiven:
    """A column that is handed to the database as it is given.

    Django makes sure of the type of each value when it is saved, through six calls a value; that is an eighth of what a
    guide's import costs, and what comes from there has the right types. In migrations these are Django's own fields.
    """

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:  # noqa: ARG002 - Django's signature
        return value

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()  # type: ignore[misc]
        return name, path.replace(__name__, "django.db.models"), arguments, options


class BigIntegerField(_AsGiven, models.BigIntegerField):  # type: ignore[type-arg]
    """See `_AsGiven`."""


class PositiveSmallIntegerField(_AsGiven, models.PositiveSmallIntegerField):  # type: ignore[type-arg]
    """See `_AsGiven`."""


class CharField(_AsGiven, models.CharField):  # type: ignore[type-arg]
    """See `_AsGiven`."""


class TextField(_AsGiven, models.TextField):  # type: ignore[type-arg]
    """See `_AsGiven`."""


class ForeignKey(_AsGiven, models.ForeignKey):  # type: ignore[type-arg]
    """See `_AsGiven`; what is saved is the number of a record."""
