"""Tickets to the virtual cinema."""

from datetime import datetime

from django.db import transaction

from headend.kernel.actor import Actor
from headend.operators.actions import save
from headend.subscribers.models import Account
from headend.viewing.errors import TicketOfAnother
from headend.viewing.models import SeanceTicket


@transaction.atomic
def use_ticket(*, actor: Actor, account: Account, ticket: SeanceTicket, now: datetime) -> SeanceTicket:
    """Give a ticket to the account that used its code first; raises TicketOfAnother when that was another."""
    mine: SeanceTicket = SeanceTicket.objects.select_for_update().select_related("seance").get(pk=ticket.pk)
    if mine.account_id not in (None, account.pk):
        raise TicketOfAnother("the ticket belongs to another account")
    if mine.account_id is None:
        mine.account, mine.used_at = account, now
        save(actor=actor, obj=mine)
    return mine


@transaction.atomic
def give_back_ticket(*, actor: Actor, ticket: SeanceTicket) -> None:
    """Take a ticket from the account that holds it; whoever has its code may use it again."""
    ticket.account, ticket.used_at = None, None
    save(actor=actor, obj=ticket)
