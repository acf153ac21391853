"""Tickets to the virtual cinema."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from headend.kernel.actor import Actor
from headend.operators.actions import save
from headend.subscribers.models import Account
from headend.viewing.errors import TicketOfAnother, TicketTaken
from headend.viewing.models import SeanceTicket
from headend.vod.models import Seance

CODE_FIGURES = 10


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


def issue_ticket(*, actor: Actor, seance: Seance, code: str = "") -> SeanceTicket:
    """Make a ticket to a seance, with a code that nobody guesses unless one is given; raises TicketTaken."""
    ticket = SeanceTicket(operator_id=seance.operator_id, seance=seance, code=code or _new_code())
    try:
        with transaction.atomic():
            save(actor=actor, obj=ticket)
    except IntegrityError as error:
        raise TicketTaken("there is a ticket with this code already") from error
    return ticket


def _new_code() -> str:
    """A number without a leading nought."""
    return str(secrets.randbelow(9 * 10 ** (CODE_FIGURES - 1)) + 10 ** (CODE_FIGURES - 1))
