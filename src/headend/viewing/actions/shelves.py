"""Taking away what accounts hold of titles: purchases that still run, and tickets to seances."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from headend.kernel.actor import Actor
from headend.operators.actions import save_many
from headend.viewing.models import SeanceTicket, TitlePurchase


@transaction.atomic
def clean_shelf(
    *, actor: Actor, purchases: Collection[TitlePurchase], tickets: Collection[SeanceTicket], now: datetime
) -> int:
    """End purchases now and make tickets invalid; says how many there were. What was paid stays written down."""
    for purchase in purchases:
        purchase.ends_at = now
    for ticket in tickets:
        ticket.is_active = False
    ended = save_many(actor=actor, objects=purchases, fields=["ends_at"])
    return ended + save_many(actor=actor, objects=tickets, fields=["is_active"])
