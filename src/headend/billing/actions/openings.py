"""Balances that customers had in another system, each brought in once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from headend.billing.actions.ledger import Movement, Posting, post_many
from headend.billing.models import Book, Entry, Kind
from headend.billing.queries import currency_of
from headend.billing.rules import rounded
from headend.kernel.actor import Actor
from headend.kernel.portions import portions
from headend.subscribers.models import Customer

_AT_ONCE = 500


class Openings(NamedTuple):
    """How many balances were posted; of those posted `before`, by customer, what they were and would be now."""

    posted: int
    before: dict[int, tuple[Decimal, Decimal]]


@transaction.atomic
def open_balances(
    *, actor: Actor, operator_id: int, balances: Mapping[int, Decimal], now: datetime, comment: str = ""
) -> Openings:
    """Post balances, or debts, by customers' numbers; a balance of nothing is not posted.

    A customer's is posted once for good, whatever it is elsewhere by now.
    """
    posted, before = 0, dict[int, tuple[Decimal, Decimal]]()
    for numbers in portions(sorted(balances), _AT_ONCE):
        customers = _locked(operator_id, numbers)
        known = _opened(operator_id, customers)
        fresh = [each for each in customers if each.pk not in known]
        postings = [_posting(each, balances[each.pk], now, comment) for each in fresh]
        postings = [each for each in postings if any(each.amounts.values())]
        posted += len(post_many(actor=actor, operator_id=operator_id, postings=postings)) if postings else 0
        for each in customers:
            if each.pk in known:
                before[each.pk] = _amount(each, known[each.pk]), _amount(each, balances[each.pk])
    return Openings(posted, before)


def _locked(operator_id: int, numbers: Sequence[int]) -> list[Customer]:
    found = Customer.objects.of(operator_id).filter(pk__in=numbers).order_by("pk")
    return list(found.select_for_update().prefetch_related("operator"))  # which is not locked


def _opened(operator_id: int, customers: Sequence[Customer]) -> dict[int, Decimal]:
    named = {_name(each): each.pk for each in customers}
    entries = Entry.objects.filter(
        transaction__operator=operator_id, transaction__external_id__in=list(named), book=Book.CUSTOMERS
    )
    return {named[name]: amount for name, amount in entries.values_list("transaction__external_id", "amount")}


def _name(customer: Customer) -> str:
    return f"opening:{customer.pk}"


def _amount(customer: Customer, balance: Decimal) -> Decimal:
    return rounded(balance, currency_of(customer))


def _posting(customer: Customer, balance: Decimal, now: datetime, comment: str) -> Posting:
    currency = currency_of(customer)
    movement = Movement(kind=Kind.OPENING, currency=currency, at=now, comment=comment, external_id=_name(customer))
    amount = _amount(customer, balance)
    return Posting(movement, customer, {Book.CUSTOMERS: amount, Book.OPENINGS: -amount})
