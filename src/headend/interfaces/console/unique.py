"""Whether records that are about to be written are the only ones of their kind: asked for many at once."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

Lines = Sequence[tuple[int, Any]]


class Uniqueness:
    """The constraints of a model, for the rows of one table; remembers what earlier rows took."""

    def __init__(self, model: Any) -> None:
        self._model = model
        fields = [(each.name,) for each in model._meta.concrete_fields if each.unique and not each.primary_key]
        whole = model._meta.total_unique_constraints
        self._sets = [*fields, *map(tuple, model._meta.unique_together), *(tuple(each.fields) for each in whole)]
        self._others = [each for each in model._meta.constraints if each not in whole]
        self._taken: dict[Any, dict[Any, int]] = defaultdict(dict)

    def clashes(self, rows: Lines) -> dict[int, ValidationError]:
        """What is wrong with these records, by line; of several things the first."""
        found: dict[int, ValidationError] = {}
        for names in self._sets:
            found = self._clashes_of(names, rows) | found
        for line, obj in rows if self._others else ():
            try:
                for constraint in self._others:
                    constraint.validate(self._model, obj)
            except ValidationError as error:
                found.setdefault(line, error)
        return found

    def _clashes_of(self, names: tuple[str, ...], rows: Lines) -> dict[int, ValidationError]:
        columns = [self._model._meta.get_field(name).attname for name in names]
        wanted = {line: values for line, obj in rows if None not in (values := _values(obj, columns))}
        others, taken = self._there(columns, wanted.values()), self._taken[names]
        clashes = {}
        for line, obj in rows:
            if line not in wanted:
                continue
            is_free = others.get(wanted[line], obj.pk) == obj.pk
            if not is_free or taken.setdefault(wanted[line], line) != line:
                clashes[line] = obj.unique_error_message(self._model, names)
        return clashes

    def _there(self, columns: Sequence[str], wanted: Any) -> dict[Any, int]:
        """The numbers of the records that have such values now."""
        if not wanted:
            return {}
        # The column that tells most apart is last in all our constraints; the rest is compared here.
        rows = self._model._default_manager.filter(**{f"{columns[-1]}__in": {values[-1] for values in wanted}})
        return {tuple(values): number for number, *values in rows.order_by().values_list("pk", *columns)}


def _values(obj: models.Model, columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(obj, column) for column in columns)
