"""Invoices' numbers and sums."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.invoicing.rules import DEFAULT_MASK, Line, sums_of
from headend.operators.rules import number_of, series_of

DAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("mask", "number", "series"),
    [
        (DEFAULT_MASK, "2026-000042", "2026"),
        ("{year}/{month}/{number:4}", "2026/03/0042", "2026"),
        ("INV{number}", "INV42", ""),
        ("A-{year}-", "A-2026-42", "2026"),
        ("{nothing}{number}", "{nothing}42", ""),
        ("{number:3}-{number}", "042-42", ""),
        ("{0.__class__}{number}", "{0.__class__}42", ""),
    ],
)
def test_numbers(mask, number, series) -> None:
    assert (number_of(mask, DAY, 42), series_of(mask, DAY)) == (number, series)


@given(st.text(max_size=60), st.integers(1, 10**6), st.integers(1, 10**6))
def test_numbers_of_one_series_differ(mask, one, other) -> None:
    assert (number_of(mask, DAY, one) == number_of(mask, DAY, other)) == (one == other)


def test_sums_and_rates() -> None:
    lines = [Line("a", Decimal("10.00"), Decimal("2.20")), Line("b", Decimal("-5.00"), Decimal("-1.10"))]
    sums = sums_of(lines)
    assert (sums.net, sums.tax, sums.total) == (Decimal("5.00"), Decimal("1.10"), Decimal("6.10"))
    assert [line.tax_rate for line in lines] == [22, 22]
    assert Line("free", Decimal(0), Decimal(0)).tax_rate == 0
    assert sums_of([]).total == 0
