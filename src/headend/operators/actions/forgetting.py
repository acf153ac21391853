"""Deleting what nobody needs any more: without audit, and so that nobody has to wait for it."""

from typing import Any

from django.db import models

AT_ONCE = 500


def forget(rows: models.QuerySet[Any]) -> int:
    """Delete rows in the order that they have, a few hundred in each transaction; says how many.

    What goes with them, such as the deliveries of an event, is not counted.
    """
    forgotten = 0
    while numbers := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        _, gone = rows.model._default_manager.filter(pk__in=numbers).delete()
        forgotten += gone.get(rows.model._meta.label, 0)
    return forgotten
