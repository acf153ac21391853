"""Prices of currencies in another one."""

from decimal import Decimal

import pytest

from headend.kernel.errors import Invalid
from headend.portal.rules import price_in

RATES = {"EUR": Decimal(1), "USD": Decimal("1.25"), "RSD": Decimal(125)}


def test_prices_are_in_the_local_currency() -> None:
    assert price_in("RSD", RATES, ("USD", "EUR", "RSD", "XXX")) == [("USD", Decimal(100)), ("EUR", Decimal(125))]
    assert price_in("EUR", RATES, ("USD",)) == [("USD", Decimal("0.8"))]


def test_a_currency_nobody_quotes() -> None:
    with pytest.raises(Invalid) as told:
        price_in("XYZ", RATES, ("USD",))
    assert told.value.place == "currency"
