"""Numbers of an operator's documents."""

from datetime import date
from typing import Any

from django.db import connection, transaction

from headend.operators.models import Numbered, NumberSeries, Operator
from headend.operators.rules import number_of, series_of


@transaction.atomic
def take_number(*, operator: Operator, kind: Numbered, mask: str, day: date) -> str:
    """The next number of an operator's documents of a kind, without a gap: others wait until the transaction ends."""
    where: dict[str, Any] = {"operator": operator, "kind": kind, "series": series_of(mask, day)}
    # Written over, not ignored, where it is there: what MariaDB ignores it holds as a reader, and two who hold a row so
    # can't both go on to write it.
    by = ("operator", "kind", "series") if connection.features.supports_update_conflicts_with_target else None
    NumberSeries.objects.bulk_create(
        [NumberSeries(**where)], update_conflicts=True, unique_fields=by, update_fields=("kind",)
    )
    series = NumberSeries.objects.select_for_update().get(**where)
    series.last += 1
    series.save(update_fields=("last",))
    return number_of(mask, day, series.last)
