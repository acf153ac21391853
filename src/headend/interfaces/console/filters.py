"""List filters that offer only what the staff member reaches."""

from collections.abc import Iterator, Mapping
from copy import copy
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import DateField, Field, TimeField
from django.http import HttpRequest
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)

from headend.interfaces.console.reach import reachable, staff_of

MOST_CHOICES = 300


class RelatedFilter(RelatedDropdownFilter):
    """A dropdown of related records; for kinds of which there are few."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        rows = reachable(field.related_model, staff_of(request))[:MOST_CHOICES]
        return [(row.pk, str(row)) for row in rows]

    def has_output(self) -> bool:
        return bool(self.lookup_choices)


class SearchFilter(AutocompleteSelectFilter):
    """A field that searches related records while one types; for kinds of which there are many."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            field = choice["form"].fields[self.lookup_kwarg]
            field.queryset = reachable(self.field.related_model, staff_of(self.request))
            yield choice


class MomentFilter(RangeDateTimeFilter):
    """From when until when, in the staff member's zone; a time may be left out."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        since, until = self._moment("from", time.min), self._moment("to", time.max)
        if since:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": since})
        return queryset.filter(**{f"{self.parameter_name}__lte": until}) if until else queryset

    def _moment(self, end: str, otherwise: time) -> datetime | None:
        day = _parsed(DateField(), self.used_parameters.get(f"{self.parameter_name}_{end}_0"))
        if not isinstance(day, date):
            return None
        at = _parsed(TimeField(), self.used_parameters.get(f"{self.parameter_name}_{end}_1"))
        return make_aware(datetime.combine(day, at if isinstance(at, time) else otherwise))


def _parsed(field: Field, value: Any) -> Any:
    """What was typed, in any form that the staff member's language knows; None when it makes no sense."""
    try:
        return field.to_python(value or None)
    except ValidationError:
        return None


class WordsFilter(ChoicesDropdownFilter):
    """A dropdown of a field's choices whose words the record does not know in every language."""

    words: Mapping[Any, Any]
    field: Any

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # Copied: the field itself belongs to everybody.
        self.field = copy(self.field)
        self.field.choices = [(str(key), word) for key, word in self.words.items()]


class PresenceFilter(DropdownFilter):
    """Rows that have something, or have it not; `lookup` is true for those that have it not."""

    lookup: dict[str, Any]
    having = _("has it")
    missing = _("has it not")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", self.having), ("no", self.missing)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.exclude(**self.lookup)
        return queryset.filter(**self.lookup) if self.value() == "no" else queryset
