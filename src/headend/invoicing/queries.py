"""Reading what is not invoiced yet, who sells and buys, and which template makes a document."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import translation

from headend.billing.models import Book, Entry, Transaction
from headend.billing.rules import ZERO
from headend.invoicing.models import DocumentTemplate, InvoiceItem, Seller
from headend.invoicing.rules import Line
from headend.operators.models import Operator
from headend.operators.queries import Days, zone_of
from headend.subscribers.models import Customer


@dataclass(frozen=True, slots=True)
class Sold:
    """A transaction that sold something to a customer, or took such a sale back, and its line on an invoice."""

    transaction: Transaction
    day: date
    line: Line


def sold_to(customer: Customer, days: Days, currency: str) -> list[Sold]:
    """What was sold to a customer in a period and is on no invoice, the oldest first."""
    transactions = _not_invoiced(days).filter(currency=currency, entries__customer=customer).prefetch_related("entries")
    return [_sold(each, days.operator) for each in transactions.order_by("at", "pk").distinct()]


def buyers_in(days: Days) -> QuerySet[Customer]:
    """The customers who were sold something in a period that is on no invoice."""
    sales = Entry.objects.filter(
        customer=OuterRef("pk"), book=Book.CUSTOMERS, transaction__in=_not_invoiced(days).values("pk")
    )
    return Customer.objects.filter(Exists(sales), operator=days.operator).order_by("pk")


def _not_invoiced(days: Days) -> QuerySet[Transaction]:
    sales = Entry.objects.filter(transaction=OuterRef("pk"), book=Book.SALES)
    invoiced = InvoiceItem.objects.filter(transaction=OuterRef("pk"))
    kept: QuerySet[Transaction] = Transaction.objects.of(days.operator.pk).filter(at__gte=days.begins, at__lt=days.ends)
    return kept.filter(Exists(sales)).exclude(Exists(invoiced))


def _sold(transaction: Transaction, operator: Operator) -> Sold:
    amounts = {Book(entry.book): entry.amount for entry in transaction.entries.all()}
    with translation.override(operator.language):  # whoever it is that issues the invoice
        kind = str(transaction.get_kind_display())
    words = f"{transaction.comment} ({kind})" if transaction.comment else kind
    line = Line(words[:500], amounts.get(Book.SALES, ZERO), amounts.get(Book.TAXES, ZERO))
    return Sold(transaction, transaction.at.astimezone(zone_of(operator)).date(), line)


# --- who sells and buys ---


def seller_of(operator: Operator) -> dict[str, str]:
    """How an operator names itself on documents; its name alone when nobody has said more."""
    seller = Seller.objects.filter(operator=operator).first() or Seller(operator=operator, name=operator.name)
    names = ("name", "address", "tax_number", "registration", "bank", "contact", "footer")
    return {name: getattr(seller, name) for name in names}


def operators_invoicing_monthly() -> QuerySet[Operator]:
    """The operators in service that want invoices without asking."""
    return Operator.objects.filter(is_active=True, seller__issues_monthly=True).order_by("pk")


def buyer_of(customer: Customer) -> dict[str, str]:
    """How a customer is named on documents."""
    address: dict[str, Any] = customer.billing_address or customer.postal_address or {}
    street = " ".join(filter(None, (address.get(part, "") for part in ("street", "bld", "apt"))))
    town = " ".join(filter(None, (address.get(part, "") for part in ("zip", "city", "country"))))
    return {
        "name": customer.company_name or str(customer),
        "person": str(customer) if customer.company_name else "",
        "address": "\n".join(filter(None, (street, town))),
        "contract_number": customer.contract_number,
        "number": str(customer.pk),
    }


def template_for(operator: Operator, kind: str, language: str) -> str | None:
    """The operator's own template of a kind in a language, else the one for all languages; None for ours."""
    templates = DocumentTemplate.objects.filter(operator=operator, kind=kind, language__in=(language, ""))
    # "" comes first in descending order last: the template of the language wins.
    found: str | None = templates.order_by("-language").values_list("source", flat=True).first()
    return found


# --- statements of account ---


@dataclass(frozen=True, slots=True)
class Moved:
    """An entry of a statement and the balance after it."""

    entry: Entry
    after: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """What moved a customer's balance in a period."""

    before: Decimal
    moved: tuple[Moved, ...]

    @property
    def after(self) -> Decimal:
        return self.moved[-1].after if self.moved else self.before


def statement_of(customer: Customer, days: Days, currency: str) -> Statement:
    """A customer's entries of a period with the balance before and after each, the oldest first."""
    entries = Entry.objects.filter(customer=customer, book=Book.CUSTOMERS, currency=currency)
    before = entries.filter(at__lt=days.begins).aggregate(total=Sum("amount"))["total"] or ZERO
    rows = entries.filter(at__gte=days.begins, at__lt=days.ends).select_related("transaction").order_by("at", "pk")
    return Statement(before, tuple(_running(before, rows)))


def _running(before: Decimal, entries: QuerySet[Entry]) -> Iterator[Moved]:
    balance = before
    for entry in entries:
        balance += entry.amount
        yield Moved(entry, balance)
