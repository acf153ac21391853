"""What every action here makes sure of before it writes."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations

from headend.kernel.errors import Invalid
from headend.operators.models import OperatorOwned
from headend.subscribers.errors import OfAnotherOperator


def assign(record: models.Model, fields: Mapping[str, Any], allowed: frozenset[str]) -> None:
    """Set fields of a record and check them; raises Invalid with the field's name as its place."""
    for name, value in fields.items():
        if name not in allowed:
            raise Invalid(f"{record._meta.verbose_name} has no field {name} that could be set", name)
        setattr(record, name, value)
    try:
        # Uniqueness is left to the database, which alone can tell when two come at once.
        record.clean_fields(exclude=[f.name for f in record._meta.fields if f.name not in fields])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(messages), name) from error
    for name in fields:
        _check_range(record, name)


def _check_range(record: models.Model, name: str) -> None:
    """SQLite puts any number into a small column, so that Django lets it pass there; the servers refuse it."""
    kind, value = record._meta.get_field(name).get_internal_type(), getattr(record, name)
    lowest, highest = BaseDatabaseOperations.integer_field_ranges.get(kind, (None, None))
    if lowest is not None and highest is not None and isinstance(value, int) and not lowest <= value <= highest:
        raise Invalid(f"a number from {lowest} to {highest}", name)


def check_same_operator(record: OperatorOwned, *others: OperatorOwned | None) -> None:
    """Make sure that records which shall be tied together belong to one operator; raises OfAnotherOperator."""
    for other in others:
        if other is not None and other.operator_id != record.operator_id:
            raise OfAnotherOperator(
                f"{other._meta.verbose_name} {other} is another operator's", other._meta.model_name or ""
            )
