"""Contracts are numbered by the operator's mask, each once."""

from datetime import UTC, datetime

import pytest
from tests.at_once import at_once
from tests.factories import make_operator

from headend.kernel.actor import system
from headend.operators.models import NumberSeries, Operator
from headend.subscribers.actions import create_customer
from headend.subscribers.models import Customer

NOW = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
ACTOR = system("tests")


def create(operator: Operator, now: datetime = NOW, **fields: str) -> str:
    return create_customer(actor=ACTOR, operator=operator, now=now, **fields).contract_number


@pytest.mark.django_db
def test_contracts_are_numbered_by_the_mask_and_the_operators_year() -> None:
    here = make_operator(contract_number_mask="C-{year}-{number:3}")
    east = make_operator(contract_number_mask="{number}/{year}", time_zone="Asia/Tokyo")
    assert [create(here), create(east), create(here)] == ["C-2026-001", "1/2027", "C-2026-002"]
    assert create(here, datetime(2027, 3, 1, tzinfo=UTC)) == "C-2027-001"


@pytest.mark.django_db
def test_a_number_that_is_given_stays_and_none_is_made_without_a_mask() -> None:
    operator = make_operator(contract_number_mask="{number}")
    assert create(operator, contract_number="A-1") == "A-1"
    assert create(operator) == "1"
    assert create(make_operator()) == ""
    assert NumberSeries.objects.get().last == 1


@pytest.mark.django_db(transaction=True)
def test_customers_who_come_at_once_get_numbers_without_a_gap() -> None:
    operator = make_operator(contract_number_mask="{number}")
    numbers = at_once(*[lambda: create(operator)] * 4)
    assert sorted(map(str, numbers)) == ["1", "2", "3", "4"]
    assert sorted(Customer.objects.values_list("contract_number", flat=True)) == ["1", "2", "3", "4"]
