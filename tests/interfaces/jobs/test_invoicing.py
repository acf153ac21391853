"""Invoices come by themselves, for operators who want that."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from tests.factories import make_operator
from tests.factories.billing import make_balance
from tests.factories.subscribers import make_customer

from headend.billing.actions import charge
from headend.billing.models import Kind
from headend.interfaces.jobs.invoicing import issue_monthly_invoices
from headend.invoicing.models import Invoice, Seller
from headend.kernel.actor import system

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wants", [True, False])
def test_the_month_before_is_invoiced_once(wants) -> None:
    operator = make_operator(time_zone="Europe/Rome")
    Seller.objects.create(operator=operator, name="Demo", issues_monthly=wants)
    customer = make_customer(operator=operator)
    make_balance(customer, 20)
    for moment in (datetime(2026, 2, 28, 23, 30, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)):
        charge(actor=system("tests"), customer=customer, amount=Decimal(5), kind=Kind.SUBSCRIPTION, now=moment)
    for moment in (
        datetime(2026, 3, 31, 12, tzinfo=UTC),
        datetime(2026, 4, 1, 0, 40, tzinfo=UTC),
        datetime(2026, 4, 1, 6, 40, tzinfo=UTC),
    ):
        with time_machine.travel(moment, tick=False):
            issue_monthly_invoices.call_local()
    assert [invoice.total for invoice in Invoice.objects.all()] == ([10] if wants else [])
