"""The order of a dashboard's ribbons."""

from collections.abc import Sequence

from django.db import transaction

from headend.kernel.actor import Actor
from headend.operators.actions import save_many
from headend.portal.models import Dashboard, Ribbon


@transaction.atomic
def arrange_ribbons(*, actor: Actor, dashboard: Dashboard, numbers: Sequence[int]) -> int:
    """Bring a dashboard's ribbons into this order, those not named behind them; says how many moved."""
    ribbons = {ribbon.pk: ribbon for ribbon in Ribbon.objects.filter(dashboard=dashboard).select_for_update()}
    named = [ribbons[number] for number in dict.fromkeys(numbers) if number in ribbons]
    ordered = [*named, *(ribbon for ribbon in ribbons.values() if ribbon not in named)]
    for place, ribbon in enumerate(ordered, 1):
        ribbon.sort = place * 10
    return save_many(actor=actor, objects=ordered, fields=("sort",))
