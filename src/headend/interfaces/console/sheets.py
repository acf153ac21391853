"""Records as rows of a table: which columns they have, and how a row is recognised."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from headend.interfaces.console.cells import SEPARATOR, reference, write_cell
from headend.interfaces.console.reach import only_operator
from headend.kernel.portions import portions
from headend.operators.models import Operator, Staff

CHUNK = 2000
Links = Mapping[Any, Mapping[int, Sequence[str]]]


class Sheet:
    """How one kind of record stands in a table, for one staff member.

    `columns` are fields of the model; `keys` the ways by which a row without a number is recognised, in this order;
    `extra` are columns that are only read (a password).
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...] = ()
    extra: tuple[str, ...] = ()

    def __init__(self, staff: Staff) -> None:
        self.staff = staff

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The model's fields by column."""
        return {name: self.model._meta.get_field(name) for name in self.columns}

    @cached_property
    def known(self) -> frozenset[str]:
        """The columns that may be brought in."""
        return frozenset({"id", "operator", *self.columns, *self.extra})

    @cached_property
    def has_operator(self) -> bool:
        """Whether these records belong to operators."""
        return any(each.name == "operator" for each in self.model._meta.concrete_fields)

    def headings(self) -> list[str]:
        """The first row."""
        names_operator = self.has_operator and only_operator(self.staff) is None
        return ["id", *self.columns, *(["operator"] if names_operator else [])]

    def rows(self, records: models.QuerySet[Any]) -> Iterator[list[Any]]:
        """The other rows: values, not records, in portions, with a query for each kind of record they refer to."""
        fields: list[Any] = [self.model._meta.get_field(name) for name in self.headings()[1:]]
        plain = [field for field in fields if not isinstance(field, models.ManyToManyField)]
        read = records.select_related(None).values_list("pk", *(field.attname for field in plain)).iterator()
        names = _Names()
        while chunk := list(islice(read, CHUNK)):
            names.learn_foreign(plain, chunk)
            linked = {field: names.linked(field, [row[0] for row in chunk]) for field in fields if field not in plain}
            for number, *values in chunk:
                found = dict(zip(plain, values, strict=True))
                yield [number, *(names.cell(field, number, found, linked) for field in fields)]

    def new(self, operator: Operator | None) -> models.Model:
        """A record that a row will fill; ValidationError where it is not said whose it is."""
        if not self.has_operator:
            return self.model()
        may_serve_all = self.staff.is_superuser and self.model._meta.get_field("operator").null
        if operator is None and not may_serve_all:
            raise ValidationError({"operator": _("Say which operator this belongs to.")})
        return self.model(operator=operator)

    def read_extra(self, obj: Any, row: Any) -> None:
        """Take the columns that are only read; for sheets that have some."""

    def compare_secrets(self, objects: Sequence[Any]) -> None:
        """Mark what `read_extra` took as a change where it is one; for what is slow to compare, such as passwords."""

    def make_secrets(self, objects: Sequence[Any]) -> None:
        """Put what `read_extra` took into records that are about to be written; for what is slow to make."""


class _Names:
    """What stands for the records that rows refer to, each asked for once."""

    def __init__(self) -> None:
        self._known: dict[type[models.Model], dict[int, str]] = defaultdict(dict)

    def learn_foreign(self, fields: Sequence[Any], rows: Sequence[Sequence[Any]]) -> None:
        """Learn the names of what the foreign keys in these rows (number first) lead to."""
        for place, field in enumerate(fields, 1):
            if isinstance(field, models.ForeignKey):
                self._learn(field.remote_field.model, {row[place] for row in rows if row[place] is not None})

    def _learn(self, model: Any, numbers: Iterable[int]) -> None:
        known = self._known[model]
        wanted = sorted(set(numbers) - known.keys())
        for some in portions(wanted, CHUNK):
            found = model._default_manager.in_bulk(some)
            known.update((number, reference(obj)) for number, obj in found.items())

    def linked(self, field: Any, numbers: Sequence[int]) -> dict[int, list[str]]:
        """By record, the names of what a many-to-many field leads to."""
        through, own, other = field.remote_field.through, field.m2m_column_name(), field.m2m_reverse_name()
        pairs = through._default_manager.filter(**{f"{own}__in": numbers}).order_by(own, other).values_list(own, other)
        pairs = list(pairs)
        self._learn(field.remote_field.model, {target for _, target in pairs})
        linked = defaultdict(list)
        for number, target in pairs:
            linked[number].append(self._known[field.remote_field.model][target])
        return linked

    def cell(self, field: Any, number: int, values: Mapping[Any, Any], linked: Links) -> Any:
        """One cell of a row."""
        if field in linked:
            return SEPARATOR.join(linked[field].get(number, ()))
        value = values[field]
        if isinstance(field, models.ForeignKey):
            return self._known[field.remote_field.model].get(value, "") if value is not None else None
        return write_cell(value)
