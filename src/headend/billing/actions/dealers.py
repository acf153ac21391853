"""What dealers are paid of what they have earned."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from headend.billing.actions.ledger import Movement, Posting, post_many
from headend.billing.errors import NotEnoughBalance
from headend.billing.models import Book, Kind, Transaction
from headend.billing.queries import owed_to
from headend.billing.rules import positive
from headend.kernel.actor import Actor
from headend.kernel.errors import NotFound
from headend.operators.models import Dealer


@transaction.atomic
def pay_dealer(
    *, actor: Actor, dealer: Dealer, amount: Decimal | None = None, now: datetime, comment: str = ""
) -> Transaction:
    """Write down that a dealer was paid, all that it is owed unless an amount is named.

    Raises BadAmount, and NotEnoughBalance for more than it is owed.
    """
    locked: Dealer | None = Dealer.objects.select_for_update().filter(pk=dealer.pk).first()
    if locked is None:
        raise NotFound("there is no such dealer")
    currency = locked.operator.currency
    owed = owed_to(locked)
    paid = positive(owed if amount is None else amount, currency)
    if paid > owed:
        raise NotEnoughBalance(f"the dealer is owed {owed} {currency}")
    movement = Movement(kind=Kind.PAYOUT, currency=currency, at=now, comment=comment or locked.name)
    posting = Posting(movement, None, {Book.DEALERS: -paid, Book.MONEY: paid}, locked.pk)
    return post_many(actor=actor, operator_id=locked.operator_id, postings=[posting])[0]
