"""What dealers earn, and what goes back."""

from decimal import Decimal

import pytest

from headend.billing.rules import Basis, Commission, share

D = Decimal


@pytest.mark.parametrize(
    ("basis", "kind", "moved", "is_first", "earned"),
    [
        (Basis.PAYMENTS, "payment", "50", False, "5.00"),
        (Basis.PAYMENTS, "payment", "0.04", False, "0.00"),
        (Basis.PAYMENTS, "promo", "50", False, "0"),
        (Basis.PAYMENTS, "subscription", "-50", True, "0"),
        (Basis.CHARGES, "subscription", "-50", False, "5.00"),
        (Basis.CHARGES, "title", "-3.99", False, "0.40"),
        (Basis.CHARGES, "payment", "50", False, "0"),
        (Basis.ACTIVATIONS, "subscription", "-50", True, "7.00"),
        (Basis.ACTIVATIONS, "subscription", "-50", False, "0"),
        (Basis.ACTIVATIONS, "title", "-50", True, "0"),
    ],
)
def test_earned(basis: Basis, kind: str, moved: str, is_first: bool, earned: str) -> None:
    rule = Commission(basis, percent=D(10), amount=D(7))
    assert rule.earned(kind, D(moved), "EUR", is_first=is_first) == D(earned)


def test_a_part_takes_its_share_back_and_brings_it_again() -> None:
    assert share(D(5), D(-20), D(50), "EUR") == D("-2.00")
    assert share(D(5), D(20), D(50), "EUR") == D("2.00")
    assert share(D(5), D(1), D(0), "EUR") == 0
