"""`headend manage issue_invoices`."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from tests.factories import make_operator
from tests.factories.billing import make_balance
from tests.factories.subscribers import make_customer

from headend.billing.actions import charge
from headend.billing.models import Kind
from headend.kernel.actor import system

pytestmark = pytest.mark.django_db


def test_a_month_is_invoiced_once(capsys) -> None:
    operator = make_operator()
    customer = make_customer(operator=operator)
    make_balance(customer, 20)
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    charge(actor=system("tests"), customer=customer, amount=Decimal(5), kind=Kind.SUBSCRIPTION, now=moment)
    for _ in range(2):
        call_command("issue_invoices", client_id=operator.pk, month="2026-03")
    assert capsys.readouterr().out.splitlines() == ["1 invoices issued", "0 invoices issued"]


@pytest.mark.parametrize("month", ["2026-13", "March", "2999-01", "9999-12", ""])
def test_a_month_that_is_none_is_told(month) -> None:
    with pytest.raises(CommandError, match="--month"):
        call_command("issue_invoices", client_id=make_operator().pk, month=month)


def test_an_operator_that_is_none_is_told() -> None:
    with pytest.raises(CommandError, match="--client_id 999"):
        call_command("issue_invoices", client_id=999, month="2026-03")
