"""What subscribing costs: rounding, parts of periods, discounts; and which amounts can be paid at all."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.billing.errors import BadAmount, Unbalanced
from headend.billing.rules import (
    Calendar,
    Offer,
    check_balanced,
    cost_now,
    cost_of_period,
    months_after,
    positive,
    rounded,
    smallest_unit,
    to_pay,
)

D = Decimal
JANUARY = date(2027, 1, 10)


@pytest.mark.parametrize(
    ("currency", "unit"), [("EUR", "0.01"), ("RUB", "0.01"), ("JPY", "1"), ("KWD", "0.001"), ("???", "0.01")]
)
def test_smallest_units(currency: str, unit: str) -> None:
    assert smallest_unit(currency) == D(unit)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.005", "EUR", "0.01"),
        ("0.0049", "EUR", "0.00"),
        ("-0.005", "EUR", "-0.01"),
        ("2.675", "EUR", "2.68"),
        ("0.5", "JPY", "1"),
        ("1.0005", "KWD", "1.001"),
    ],
)
def test_rounding_is_half_up(amount: str, currency: str, expected: str) -> None:
    assert rounded(D(amount), currency) == D(expected)


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "100000000000", "NaN", "Infinity", "-Infinity"])
def test_what_nobody_can_pay(amount: str) -> None:
    with pytest.raises(BadAmount):
        positive(D(amount), "EUR")


def test_what_can_be_paid() -> None:
    assert positive(D("0.01"), "EUR") == D("0.01")
    assert positive(D("99999999999"), "EUR") == D("99999999999.00")
    assert positive(D("0.001"), "KWD") == D("0.001")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2027, 1, 15), -1, date(2026, 12, 15)),
        (date(2027, 5, 5), 12, date(2028, 5, 5)),
    ],
)
def test_months(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


@pytest.mark.parametrize(
    ("next_charge", "price"),
    [
        (None, "34"),  # a period of its own
        (date(2027, 1, 9), "34"),  # the charge is overdue: no part of a period is left
        (JANUARY, "34"),
        (date(2027, 1, 11), "4"),  # one of 31 days: 31 / 31 + 3
        (date(2027, 1, 25), "18"),
        (date(2027, 2, 10), "34"),
        (date(2027, 6, 1), "34"),  # far away: never more than a period
    ],
)
def test_a_part_of_a_period_costs_a_part(next_charge: date | None, price: str) -> None:
    offer = Offer(1, price=D(31), activation_price=D(3))
    assert cost_now(offer, Calendar(JANUARY, next_charge), "EUR") == D(price)


def test_the_sum_is_rounded_once() -> None:
    offer = Offer(1, price=D("9.99"), activation_price=D("0.004"))
    # 9.99 * 15/31 = 4.83387..., with the activation 4.83787..., less a third 3.22525...
    assert cost_now(offer, Calendar(JANUARY, date(2027, 1, 25)), "EUR", D("33.3333")) == D("3.23")
    assert cost_now(offer, Calendar(JANUARY), "JPY") == D(10)
    assert cost_now(offer, Calendar(JANUARY), "EUR", D(100)) == D(0)


def test_what_is_paid_lasts_until() -> None:
    year, system = Offer(1, price=D(99), period_months=12), Offer(2, period_months=0)
    assert Calendar(JANUARY).paid_until(year) == date(2028, 1, 10)
    assert Calendar(JANUARY, date(2027, 2, 1)).paid_until(year) == date(2027, 2, 1)
    assert Calendar(JANUARY).paid_until(system) is None


def test_a_month_of_all_that_is_held() -> None:
    held = [Offer(1, price=D(9)), Offer(2, price=D(60), period_months=12), Offer(3, price=D(7), period_months=0)]
    assert cost_of_period(held) == D(14)
    assert (to_pay(D(14), D(4)), to_pay(D(14), D(20)), to_pay(D(14), D(-6))) == (D(10), D(0), D(20))


amounts = st.decimals(min_value=0, max_value=10_000, places=2)


@given(price=amounts, activation=amounts, discount=st.integers(0, 100), days=st.integers(0, 60))
def test_never_more_than_the_full_price_and_never_less_than_nothing(
    price: Decimal, activation: Decimal, discount: int, days: int
) -> None:
    next_charge = date.fromordinal(JANUARY.toordinal() + days)
    cost = cost_now(
        Offer(1, price=price, activation_price=activation), Calendar(JANUARY, next_charge), "EUR", D(discount)
    )
    assert D(0) <= cost <= price + activation
    assert cost == cost.quantize(D("0.01"))


@pytest.mark.parametrize("amounts", [[], [D(0), D(0)], [D(1)], [D(1), D("-0.99")]])
def test_what_does_not_balance(amounts: list[Decimal]) -> None:
    with pytest.raises(Unbalanced):
        check_balanced(amounts)


def test_what_balances() -> None:
    check_balanced([D("0.10"), D("0.20"), D("-0.30")])
