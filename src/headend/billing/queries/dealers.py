"""What dealers have brought in and earned."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from headend.billing.models import Book, CommissionRule, Entry, Kind
from headend.billing.rules import ZERO, Basis, Commission, rounded
from headend.operators.models import Dealer, Operator
from headend.subscribers.models import Account, Customer


def commissions_of(dealers: Collection[int | None]) -> dict[int, Commission]:
    """The rules by which these dealers earn, by the dealers' numbers."""
    wanted = {dealer for dealer in dealers if dealer is not None}
    rules = CommissionRule.objects.filter(dealer__in=wanted, is_enabled=True) if wanted else ()
    return {each.dealer_id: Commission(Basis(each.basis), each.percent, each.amount) for each in rules}


def charged_before(customers: Collection[int]) -> set[int]:
    """Which of these customers have ever been charged for a tariff."""
    charged = Entry.objects.filter(
        customer__in=customers, book=Book.CUSTOMERS, amount__lt=0, transaction__kind=Kind.SUBSCRIPTION
    )
    return set(charged.order_by().values_list("customer_id", flat=True).distinct())


def owed_to(dealer: Dealer) -> Decimal:
    """What a dealer has earned and not been paid, in the operator's currency."""
    currency = dealer.operator.currency
    entries = Entry.objects.filter(dealer=dealer, book=Book.DEALERS, currency=currency)
    return rounded(entries.aggregate(total=Sum("amount"))["total"] or ZERO, currency)


@dataclass(frozen=True, slots=True)
class DealerFigures:
    """A dealer in a period: customers and those in service now; payments, commission and payouts of the period."""

    dealer: Dealer
    customers: int
    active: int
    payments: Decimal
    commission: Decimal
    paid_out: Decimal
    owed: Decimal


def dealer_figures(
    operator: Operator, dealers: Collection[Dealer], begins: datetime, ends: datetime
) -> list[DealerFigures]:
    """What these dealers brought in from one moment to before another, in the operator's currency."""
    numbers = [dealer.pk for dealer in dealers]
    currency = operator.currency
    customers = _counts(Customer.objects.filter(dealer__in=numbers), "dealer")
    active = _counts(
        Account.objects.filter(customer__dealer__in=numbers, is_active=True), "customer__dealer", "customer"
    )
    entries = Entry.objects.filter(operator=operator, currency=currency).order_by()
    within = entries.filter(at__gte=begins, at__lt=ends)
    paid_in = Q(book=Book.CUSTOMERS, transaction__kind__in=(Kind.PAYMENT, Kind.REFUND))
    payments = _sums(within.filter(paid_in, customer__dealer__in=numbers), "customer__dealer")
    theirs = within.filter(book=Book.DEALERS, dealer__in=numbers)
    earned = _sums(theirs.exclude(transaction__kind=Kind.PAYOUT), "dealer")
    paid_out = _sums(theirs.filter(transaction__kind=Kind.PAYOUT), "dealer")
    owed = _sums(entries.filter(book=Book.DEALERS, dealer__in=numbers, at__lt=ends), "dealer")
    return [
        DealerFigures(
            dealer=dealer,
            customers=customers.get(dealer.pk, 0),
            active=active.get(dealer.pk, 0),
            payments=rounded(payments.get(dealer.pk, ZERO), currency),
            commission=rounded(earned.get(dealer.pk, ZERO), currency),
            paid_out=rounded(-paid_out.get(dealer.pk, ZERO), currency),
            owed=rounded(owed.get(dealer.pk, ZERO), currency),
        )
        for dealer in dealers
    ]


def _counts(records: QuerySet[Any], by: str, what: str = "pk") -> dict[int, int]:
    return dict(records.order_by().values_list(by).annotate(number=Count(what, distinct=True)))


def _sums(entries: QuerySet[Entry], by: str) -> dict[int, Decimal]:
    return dict(entries.values_list(by).annotate(total=Sum("amount")))
