"""List filters that offer only what the staff member reaches."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter, RelatedDropdownFilter

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
