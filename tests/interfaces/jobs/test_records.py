"""SQLite is told about its tables, so that it takes the short way."""

import pytest
from django.db import connection
from tests.factories import make_operator
from tests.factories.subscribers import make_account, make_customer

from headend.interfaces.jobs.records import refresh_statistics
from headend.subscribers.models import Device

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL and MariaDB count by themselves")
def test_a_device_is_found_by_its_account_and_not_by_its_operator() -> None:
    operator = make_operator()
    customer = make_customer(operator=operator)
    accounts = [make_account(operator=operator, customer=customer) for _ in range(40)]
    Device.objects.bulk_create(
        Device(operator=operator, account=account, uid=f"{account.pk}-{n}") for account in accounts for n in range(5)
    )
    asked = Device.objects.of(operator.pk).filter(account_id=accounts[0].pk).order_by()
    refresh_statistics.call_local()
    assert "account_id" in asked.explain()


def test_it_may_be_done_again_and_on_every_engine() -> None:
    for _ in range(2):
        refresh_statistics.call_local()
