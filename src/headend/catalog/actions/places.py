"""The place of a record among others that have a column `sort`: channels, seasons, banners."""

from django.db import models, transaction
from django.db.models import Max

from headend.kernel.actor import Actor
from headend.operators.actions import Links, save, save_many

STEP = 10
"""Between two places, so that a later one fits in."""


@transaction.atomic
def save_in_place(
    *,
    actor: Actor,
    obj: models.Model,
    siblings: "models.QuerySet[models.Model]",
    after: models.Model | None = None,
    links: Links | None = None,
) -> None:
    """Create or change a record and put it behind `after`, one of its `siblings`, which come in their order.

    Without `after` a new record goes behind all others, and one that is there stays where it is. The others are written
    only when there is no room left between two of them.
    """
    if after is not None:
        obj.sort = _room_behind(actor, siblings.exclude(pk=obj.pk), after)  # type: ignore[attr-defined]
    elif obj.pk is None:
        last = siblings.order_by().aggregate(last=Max("sort"))["last"]
        obj.sort = last + STEP if last else 0  # type: ignore[attr-defined]
    save(actor=actor, obj=obj, links=links)


def _room_behind(actor: Actor, siblings: "models.QuerySet[models.Model]", after: models.Model) -> int:
    """A place between a record and the next, whose neighbours are moved apart when there is none."""
    places = list(siblings.values_list("pk", "sort"))
    at = next((number for number, (pk, _) in enumerate(places) if pk == after.pk), len(places) - 1)
    own = places[at][1]
    following = places[at + 1][1] if at + 1 < len(places) else own + 2 * STEP
    if following - own > 1 and all(before[1] <= behind[1] for before, behind in zip(places, places[1:], strict=False)):
        return int(own + (following - own) // 2)
    records = siblings.in_bulk([pk for pk, _ in places])
    for place, (pk, _) in enumerate(places):
        records[pk].sort = (place + (place > at) + 1) * STEP  # type: ignore[attr-defined]
    save_many(actor=actor, objects=list(records.values()), fields=("sort",))
    return (at + 2) * STEP
