"""Balances and what moved them; the operator's days."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from headend.billing.errors import CurrencyFixed
from headend.billing.models import BillingTerms, Book, Entry, Payment, PaymentStatus, Transaction
from headend.billing.rules import ZERO, Taxes, rounded
from headend.operators.models import Operator
from headend.operators.queries import zone_of
from headend.subscribers.models import Customer


def currency_of(customer: Customer) -> str:
    """The currency a customer's account is kept in."""
    return customer.currency or customer.operator.currency


def check_currency(owner: Customer | Operator, before: str, after: str) -> None:
    """Make sure that nobody's money is left behind by another currency of a customer or operator; raises
    CurrencyFixed."""
    whose = {"operator" if isinstance(owner, Operator) else "customer": owner, "currency": before}
    waits = Payment.objects.filter(status=PaymentStatus.PENDING, **whose)
    if before != after and (Entry.objects.filter(**whose).exists() or waits.exists()):
        raise CurrencyFixed(f"money has moved in {before} already")


def balance_of(customer: Customer) -> Decimal:
    """The sum of a customer's entries in their currency."""
    currency = currency_of(customer)
    entries = Entry.objects.filter(customer=customer, currency=currency)
    return rounded(entries.aggregate(total=Sum("amount"))["total"] or ZERO, currency)


def balances_of(customers: Collection[Customer]) -> dict[int, Decimal]:
    """The balances of many customers by their numbers; reads their operators, so select these along."""
    sums = Entry.objects.filter(customer__in=[each.pk for each in customers]).order_by()
    totals = {
        (pk, currency): total
        for pk, currency, total in sums.values_list("customer_id", "currency").annotate(total=Sum("amount"))
    }
    return {each.pk: rounded(totals.get((each.pk, currency_of(each)), ZERO), currency_of(each)) for each in customers}


def transaction_called(operator_id: int, external_id: str) -> Transaction | None:
    """What was posted under another system's number, at once or once it was confirmed."""
    posted = Q(external_id=external_id) | Q(payment__reference=external_id, payment__merchant=None)
    found: Transaction | None = Transaction.objects.of(operator_id).filter(posted).order_by("pk").first()
    return found


def entries_of(customer: Customer) -> QuerySet[Entry]:
    """What moved a customer's balance, the newest first."""
    return Entry.objects.filter(customer=customer).select_related("transaction").order_by("-id")


def given_back(transaction: Transaction) -> Decimal:
    """How much of a payment has been refunded: what corrects it in the customers' book."""
    corrections = Entry.objects.filter(transaction__corrects=transaction, book=Book.CUSTOMERS)
    return -(corrections.aggregate(total=Sum("amount"))["total"] or ZERO)


def today_of(operator: Operator, now: datetime) -> date:
    """The operator's day."""
    return now.astimezone(zone_of(operator)).date()


def midnight_of(operator: Operator, day: date) -> datetime:
    """When a day of the operator's begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(operator))


def billing_terms(operator_id: int) -> BillingTerms:
    """An operator's taxes and promises; those of nobody where none were set."""
    found: BillingTerms | None = BillingTerms.objects.of(operator_id).first()
    return found or BillingTerms(operator_id=operator_id)


def operators_run(number: int | None = None) -> list[Operator]:
    """The active operators, or the one with this number, whose customers the billing run charges."""
    elsewhere = BillingTerms.objects.filter(is_run=False).values("operator")
    operators = Operator.objects.filter(is_active=True).exclude(pk__in=elsewhere).order_by("pk")
    return list(operators if number is None else operators.filter(pk=number))


def taxes_of(operator_id: int) -> Taxes:
    """What an operator's sales are taxed with."""
    terms = billing_terms(operator_id)
    return Taxes(terms.tax_rate, terms.prices_include_tax)
