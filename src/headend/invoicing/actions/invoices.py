"""Issuing invoices once for everything that was sold, taking them back by credit notes, keeping their documents."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction

from headend.billing.actions.ledger import lock_customer
from headend.billing.models import Transaction
from headend.billing.queries import currency_of
from headend.invoicing.errors import AlreadyCredited, NothingToInvoice
from headend.invoicing.models import Invoice, InvoiceDocument, InvoiceItem
from headend.invoicing.queries import buyer_of, buyers_in, seller_of, sold_to
from headend.invoicing.rules import DEFAULT_MASK, Line, sums_of
from headend.kernel.actor import Actor
from headend.operators.actions import record, take_number
from headend.operators.models import Numbered, Operator
from headend.operators.queries import Days
from headend.subscribers.models import Customer


class Position(NamedTuple):
    """A line with its day and, on invoices, the transaction that it stands for."""

    line: Line
    day: date
    transaction: Transaction | None = None


@transaction.atomic
def issue_invoice(*, actor: Actor, customer: Customer, days: Days, issued_on: date) -> Invoice:
    """Put what was sold to a customer in a period, in their currency, on an invoice; each sale is on one only.

    Raises NothingToInvoice when all of it is on invoices already, or nothing was sold.
    """
    customer = lock_customer(customer)
    currency = currency_of(customer)
    sold = sold_to(customer, days, currency)
    if not sold:
        raise NothingToInvoice("nothing was sold in this period that is not on an invoice")
    invoice = Invoice(
        customer=customer,
        first_day=days.first,
        last_day=days.last,
        currency=currency,
        seller=seller_of(days.operator),
        buyer=buyer_of(customer),
        language=days.operator.language,
    )
    positions = [Position(each.line, each.day, each.transaction) for each in sold]
    return _write(actor, days.operator, invoice, positions, issued_on)


def issue_invoices(
    *, actor: Actor, days: Days, issued_on: date, progress: Callable[[int], object] = lambda done: None
) -> int:
    """Issue an invoice for every customer who has none for what was sold; again it issues nothing. Says how many.

    Each stands on its own, so that this can be stopped at any moment and begun again.
    """
    issued = 0
    for customer in buyers_in(days).iterator(chunk_size=500):
        try:
            issue_invoice(actor=actor, customer=customer, days=days, issued_on=issued_on)
        except NothingToInvoice:
            continue  # somebody else was quicker, or it was sold in another currency than the customer's
        issued += 1
        progress(issued)
    return issued


@transaction.atomic
def credit_invoice(*, actor: Actor, invoice: Invoice, issued_on: date) -> Invoice:
    """Take an invoice back by a credit note over the same lines; raises AlreadyCredited.

    It is about paper: money is moved by corrections of transactions and refunds of payments.
    """
    locked = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if locked.corrects_id or Invoice.objects.filter(corrects=locked).exists():
        raise AlreadyCredited(f"{locked.number} was taken back, or is a credit note itself")
    names = ("customer", "first_day", "last_day", "currency", "seller", "buyer", "language")
    note = Invoice(**{name: getattr(locked, name) for name in names}, corrects=locked)
    items = locked.items.order_by("pk")
    positions = [Position(Line(item.description, -item.net, -item.tax), item.day) for item in items]
    return _write(actor, locked.operator, note, positions, issued_on)


def _write(actor: Actor, operator: Operator, invoice: Invoice, lines: Sequence[Position], issued_on: date) -> Invoice:
    sums = sums_of(position.line for position in lines)
    invoice.operator, invoice.issued_on = operator, issued_on
    invoice.net, invoice.tax, invoice.total = sums.net, sums.tax, sums.total
    mask = operator.invoice_number_mask or DEFAULT_MASK
    invoice.number = take_number(operator=operator, kind=Numbered.INVOICE, mask=mask, day=issued_on)
    invoice.save()
    InvoiceItem.objects.bulk_create(_items(invoice, lines))
    told = {"total": str(sums.total), "currency": invoice.currency, "customer": invoice.customer_id}
    record(actor=actor, verb="add", obj=invoice, changes=told)
    return invoice


def _items(invoice: Invoice, lines: Iterable[Position]) -> list[InvoiceItem]:
    return [
        InvoiceItem(
            operator_id=invoice.operator_id,
            invoice=invoice,
            transaction=sold,
            description=line.description,
            day=day,
            net=line.net,
            tax=line.tax,
            tax_rate=line.tax_rate,
        )
        for line, day, sold in lines
    ]


def keep_document(*, invoice: Invoice, pdf: bytes) -> bytes:
    """Keep an invoice's PDF; the first one that was kept stays, and is given back."""
    kept, _made = InvoiceDocument.objects.get_or_create(invoice=invoice, defaults={"pdf": pdf})
    return bytes(kept.pdf)
