"""`headend manage send_activation_expires_messages`: who hears that the service ends, when and how often."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.formats import date_format
from tests.factories import make_account, make_customer, make_operator, make_subscription, make_tariff
from tests.factories.billing import make_balance

from headend.billing.models import Renewal
from headend.messaging.actions import deliver_portion
from headend.messaging.models import Mailing, Message, OutgoingText
from headend.operators.models import BillingMode, Operator
from headend.subscribers.models import Account

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
TODAY = NOW.date()


def household(operator: Operator, balance: int = 0, **fields: Any) -> Account:
    customer = make_customer(operator=operator, email="a@b.example")
    account = make_account(customer=customer, **fields)
    make_subscription(customer=customer, tariff=make_tariff(operator=operator, price=9, basic_priority=1))
    if balance:
        make_balance(customer, balance)
    return account


def tell(*arguments: str) -> str:
    out = StringIO()
    call_command("send_activation_expires_messages", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("date_field", ["extends_on", "deactivates_on"])
def test_whose_balance_does_not_cover_it_is_told_once(date_field: str) -> None:
    operator = make_operator(billing_mode=BillingMode.SIMPLE)
    poor = household(operator, balance=2, **{date_field: TODAY + timedelta(days=2)})
    household(operator, balance=30, **{date_field: TODAY + timedelta(days=2)})  # whose balance does
    household(operator, **{date_field: TODAY + timedelta(days=9)})  # whose day is far away
    household(operator)  # whom nobody charges
    assert tell(f"--client_id={operator.pk}") == f"operator {operator.pk}: 1 accounts told\n"
    mailing = Mailing.objects.get()
    assert mailing.account == poor
    assert "7.00 EUR" in mailing.text
    assert str((TODAY + timedelta(days=2)).year) in mailing.text
    deliver_portion(number=mailing.pk, now=NOW)
    assert Message.objects.get().account == poor
    assert OutgoingText.objects.get().recipient == "a@b.example"
    tell()
    assert Mailing.objects.count() == 1


def test_in_the_subscription_mode_the_basic_tariff_counts() -> None:
    operator = make_operator(billing_mode=BillingMode.SUBSCRIPTION)
    account = household(operator)
    held = account.customer.subscriptions.get()
    Renewal.objects.create(operator=operator, subscription=held, currency="EUR", paid_until=NOW + timedelta(days=1))
    tell("--days_count=0")
    assert not Mailing.objects.exists()
    tell("--days_count=1")
    assert Mailing.objects.get().account == account


def test_it_is_told_in_the_operators_language_and_nothing_is_charged() -> None:
    operator = make_operator(billing_mode=BillingMode.SIMPLE, language="it")
    account = household(operator, balance=2, extends_on=TODAY + timedelta(days=1))
    with translation.override("ru"):
        tell()
    mailing = Mailing.objects.get()
    assert mailing.once == f"ending {account.pk} {TODAY + timedelta(days=1)}"
    with translation.override("it"):
        assert date_format(TODAY + timedelta(days=1)) in mailing.text
    account.refresh_from_db()
    assert account.is_active


def test_options_that_make_no_sense() -> None:
    for wrong in ("--days_count=-1", "--days_count=400", "--client_id=999999"):
        with pytest.raises(CommandError):
            tell(wrong)
