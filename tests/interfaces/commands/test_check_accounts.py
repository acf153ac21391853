"""`headend manage check_accounts`, as cron calls it, and the worker's job that does the same."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tests.factories import make_account, make_customer, make_subscription, make_tariff
from tests.factories.billing import make_balance

from headend.billing.models import BillingTerms
from headend.billing.queries import balance_of
from headend.interfaces.jobs import billing as jobs
from headend.operators.models import BillingMode, Operator
from headend.subscribers.models import Account

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[list[dict[str, Any]], str]:
    out, err = StringIO(), StringIO()
    call_command("check_accounts", *arguments, stdout=out, stderr=err)
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def due_account(balance: int = 20) -> Account:
    customer = make_customer()
    make_balance(customer, balance)
    account = make_account(customer=customer, extends_on=datetime.now(UTC).date() - timedelta(days=1))
    make_subscription(customer=account.customer, tariff=make_tariff(operator=account.operator, price=9))
    return account


def test_all_operators_or_one() -> None:
    first, second = due_account(), due_account(balance=1)
    (dry,), progress = run("--dry-run", f"--client_id={first.operator_id}")
    assert dry == {
        "client_id": first.operator_id,
        "due": 1,
        "charged": 1,
        "amounts": {"EUR": "9.00"},
        "failures": [],
        "dry_run": True,
    }
    assert progress == f"{first.operator}: 1 of 1\n"
    assert balance_of(first.customer) == 20
    told = {each["client_id"]: each for each in run()[0]}
    assert told[first.operator_id]["charged"] == 1
    assert told[second.operator_id]["deactivated"] == 1
    assert (balance_of(first.customer), balance_of(second.customer)) == (Decimal(11), Decimal(1))
    assert [each["due"] for each in run()[0]] == [0] * Operator.objects.count()


def test_who_cannot_be_charged_is_told_by_the_exit_status() -> None:
    account = due_account()
    tariff = make_tariff(operator=account.operator, currency="USD", price=1)
    make_subscription(customer=account.customer, tariff=tariff)
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 1


def test_operators_that_are_not_charged_here() -> None:
    account = due_account()
    BillingTerms.objects.create(operator=account.operator, is_run=False)
    assert not [each for each in run()[0] if each["client_id"] == account.operator_id]
    for number in (str(account.operator_id), "0"):
        with pytest.raises(CommandError) as refused:
            run("--client_id", number)
        assert refused.value.returncode == 2


def test_the_job_does_it_too() -> None:
    account = due_account()
    Operator.objects.filter(pk=account.operator_id).update(billing_mode=BillingMode.SUBSCRIPTION)
    jobs.check_accounts.call_local()
    assert balance_of(account.customer) < 20
