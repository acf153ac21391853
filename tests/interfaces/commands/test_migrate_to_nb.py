"""`headend manage migrate_to_nb`: nobody pays twice for a day, or for what was free."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tests.factories import make_account, make_operator, make_subscription, make_tariff
from tests.factories.billing import make_balance

from headend.billing.actions import revive, run_billing
from headend.billing.models import Renewal
from headend.billing.queries import balance_of
from headend.kernel.actor import system
from headend.operators.models import BillingMode, Operator
from headend.subscribers.models import Account

pytestmark = pytest.mark.django_db

TODAY = datetime.now(UTC).date()
SOON = TODAY + timedelta(days=5)


def household(operator: Operator, balance: int = 50, **fields: Any) -> Account:
    account = make_account(operator=operator, **fields)
    for price, priority in ((9, 1), (5, 0)):
        tariff = make_tariff(operator=operator, price=price, basic_priority=priority)
        make_subscription(customer=account.customer, tariff=tariff)
    make_balance(account.customer, balance)
    return account


def move(operator: Operator, *arguments: str) -> str:
    out = StringIO()
    call_command("migrate_to_nb", f"--client_id={operator.pk}", *arguments, stdout=out)
    return out.getvalue()


def bill(operator: Operator, day: date) -> None:
    operator.refresh_from_db()
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    assert not run_billing(actor=system("tests"), operator=operator, now=moment).failures


@pytest.mark.parametrize("date_field", ["extends_on", "deactivates_on"])
def test_what_is_paid_stays_paid_and_is_charged_next_on_the_same_day(date_field: str) -> None:
    operator = make_operator(billing_mode=BillingMode.SIMPLE)
    account = household(operator, **{date_field: SOON})
    assert "2 subscriptions renew by themselves, 0 of them free" in move(operator)
    bill(operator, SOON - timedelta(days=1))
    assert balance_of(account.customer) == 50
    bill(operator, SOON)
    assert balance_of(account.customer) == 36
    bill(operator, SOON + timedelta(days=27))
    assert balance_of(account.customer) == 36
    account.refresh_from_db()
    assert account.is_active
    assert account.extends_on is None


def test_a_period_that_was_charged_before_is_not_charged_again() -> None:
    operator = make_operator(billing_mode=BillingMode.SIMPLE)
    account = household(operator, extends_on=TODAY)
    bill(operator, TODAY)
    move(operator)
    bill(operator, TODAY + timedelta(days=1))
    assert balance_of(account.customer) == 36


def test_whoever_was_not_charged_is_not_charged_now() -> None:
    operator = make_operator(billing_mode=BillingMode.SIMPLE)
    account = household(operator)
    assert "2 subscriptions renew by themselves, 2 of them free" in move(operator)
    bill(operator, TODAY + timedelta(days=40))
    account.refresh_from_db()
    assert (balance_of(account.customer), account.is_active) == (50, True)


def test_whoever_is_out_of_service_for_debt_comes_back_with_money_only() -> None:
    operator = make_operator(billing_mode=BillingMode.SIMPLE)
    account = household(operator, balance=1, extends_on=TODAY)
    bill(operator, TODAY)
    move(operator)
    bill(operator, TODAY + timedelta(days=1))
    account.refresh_from_db()
    assert (account.is_active, balance_of(account.customer)) == (False, 1)
    make_balance(account.customer, 20)
    revive(actor=system("tests"), customer=account.customer, now=datetime.now(UTC) + timedelta(days=1))
    account.refresh_from_db()
    assert (account.is_active, balance_of(account.customer)) == (True, 7)


def test_a_dry_run_writes_nothing_and_a_second_run_does_nothing() -> None:
    operator = make_operator(billing_mode=BillingMode.SIMPLE)
    account = household(operator, extends_on=SOON)
    other = household(make_operator(billing_mode=BillingMode.SIMPLE), extends_on=SOON)
    assert "would renew" in move(operator, "--dry-run")
    operator.refresh_from_db()
    account.refresh_from_db()
    assert (operator.billing_mode, account.extends_on) == (BillingMode.SIMPLE, SOON)
    assert not Renewal.objects.filter(operator=operator, paid_until__isnull=False).exists()
    move(operator)
    assert "already" in move(operator)
    other.refresh_from_db()
    assert other.extends_on == SOON
    with pytest.raises(CommandError):
        call_command("migrate_to_nb", "--client_id=999999")
