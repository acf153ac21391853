"""Whose service will end, as the billing run will end it with what is on the balances now."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from headend.billing.errors import OtherCurrency
from headend.billing.queries.renewals import Books, Ledgers, customers_due, ledgers_of
from headend.billing.queries.shop import Buyer, due_of
from headend.billing.rules.renewals import decide
from headend.kernel.portions import portions
from headend.operators.models import Operator
from headend.subscribers.models import Account, Customer

PORTION = 250  # customers who are read at once


@dataclass(frozen=True, slots=True)
class Ending:
    """An account that goes out of service on a day; `to_pay` is what its customer's balance lacks for a month."""

    account: Account
    day: date
    to_pay: Decimal
    currency: str


def endings(operator: Operator, now: datetime, days: int) -> Iterator[Ending]:
    """The accounts that will be out of service in so many days, each with the first day without it."""
    last = now + timedelta(days=days)
    numbers = customers_due(operator, last)
    for portion in portions(numbers, PORTION):
        customers = Customer.objects.filter(pk__in=portion).select_related("operator")
        ending = ledgers_of(operator, list(customers), last)
        concerned = [books.customer for books in ending.books.values() if _ended(ending, books)]
        first: dict[int, tuple[Account, date]] = {}
        for day in range(days + 1):
            ledgers = ledgers_of(operator, concerned, now + timedelta(days=day))
            for books in ledgers.books.values():
                for account in _ended(ledgers, books):
                    first.setdefault(account.pk, (account, ledgers.today))
        yield from (_ending(account, day, now) for account, day in first.values())


def _ended(ledgers: Ledgers, books: Books) -> list[Account]:
    """The accounts that the run takes out of service."""
    with suppress(OtherCurrency):
        after = decide(ledgers.household(books)).services
        return [books.accounts[number] for number, each in after.items() if not each.is_active]
    return []


def _ending(account: Account, day: date, now: datetime) -> Ending:
    buyer = Buyer(account)
    return Ending(account, day, due_of(buyer, now).to_pay, buyer.currency)
