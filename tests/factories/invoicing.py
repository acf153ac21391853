"""Sellers, templates and invoices for tests."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Model
from tests.factories.billing import make_balance
from tests.factories.subscribers import make_customer

from headend.billing.actions import charge
from headend.billing.models import Kind
from headend.invoicing.actions import issue_invoice
from headend.invoicing.models import DocumentKind, DocumentTemplate, Invoice, Seller
from headend.kernel.actor import system
from headend.operators.models import Operator
from headend.operators.queries import Days
from headend.subscribers.models import Customer

TEMPLATE = "#let data = json(bytes(sys.inputs.data))\n= #data.title\n#data.number"


def make_invoice(*, customer: Customer, amount: Decimal | int = 5) -> Invoice:
    """An invoice over one subscription that was sold now."""
    now, actor = datetime.now(UTC), system("tests")
    make_balance(customer, amount)
    charge(actor=actor, customer=customer, amount=Decimal(amount), kind=Kind.SUBSCRIPTION, now=now)
    days = Days(customer.operator, now.date() - timedelta(days=1), now.date() + timedelta(days=1))
    return issue_invoice(actor=actor, customer=customer, days=days, issued_on=now.date())


def make_invoicing(operator: Operator, name: str) -> dict[type[Model], Any]:
    """One record of everything for an operator's screens; every name in it tells whose it is."""
    customer = make_customer(operator=operator, last_name=f"{name} buyer")
    seller = Seller.objects.create(operator=operator, name=f"{name} seller", tax_number=f"{name} tax")
    template = DocumentTemplate.objects.create(
        operator=operator, kind=DocumentKind.INVOICE, name=f"{name} template", source=TEMPLATE
    )
    return {Seller: seller, DocumentTemplate: template, Invoice: make_invoice(customer=customer)}
