"""Lists that stay fast: counting stops at a ceiling, and what hangs on the rows is counted for one page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.views import ChangeList

CEILING = 200_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to a ceiling: nobody turns to page 4,001, and counting millions of rows takes seconds."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[:CEILING].count() if isinstance(rows, QuerySet) else len(rows)


@dataclass(frozen=True, slots=True)
class Counted:
    """A column that says how many records hang on a row and leads to them.

    `relation` is the name of the way to them in the ORM; `to` the list ("catalog.channel") and `by` its filter.
    """

    label: Any
    relation: str
    to: str = ""
    by: str = ""


class ConsoleChangeList(ChangeList):
    """After a page is read, the screen's counts are read for its rows: one query for each kind."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        counts: Mapping[str, Counted] = self.model_admin.counts
        shown = self.model_admin.counted_columns(self.list_display)
        if shown:
            # Read once, by this: the result stays what it is, since lists with fields in them need a query's rows.
            rows: list[Any] = list(self.result_list)
            for name in shown:
                attach_count(self.model, rows, name, counts[name].relation)


def attach_count(model: type[Model], rows: Sequence[Any], name: str, relation: str) -> None:
    """Set `row.<name>_count` on every row from one grouped query."""
    pages = model._default_manager.filter(pk__in=[row.pk for row in rows]).order_by()
    found = dict(pages.values_list("pk").annotate(number=Count(relation)))
    for row in rows:
        setattr(row, f"{name}_count", found.get(row.pk, 0))


def count_column(name: str, counted: Counted) -> Any:
    """The display function of a Counted column."""

    def column(self: Any, obj: Any) -> SafeString | str:
        number = getattr(obj, f"{name}_count", 0)
        if not number or not counted.to:
            return number_format(number)
        return list_link(counted.to, {counted.by: obj.pk}, number_format(number))

    column.short_description = counted.label  # type: ignore[attr-defined]
    column.__name__ = name
    return column


def list_url(label: str, params: Mapping[str, Any] | None = None) -> str:
    """The address of a list of records ("catalog.channel"), filtered by `params`."""
    address = reverse(f"admin:{label.replace('.', '_')}_changelist")
    return f"{address}?{urlencode(params)}" if params else address


def list_link(label: str, params: Mapping[str, Any], text: str) -> SafeString:
    """A link to a filtered list."""
    return format_html('<a class="console-link" href="{}">{}</a>', list_url(label, params), text)


def record_url(obj: Model) -> str:
    """The address of a record's screen."""
    return reverse(f"admin:{obj._meta.label_lower.replace('.', '_')}_change", args=(obj.pk,))
