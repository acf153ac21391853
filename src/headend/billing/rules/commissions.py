"""What dealers earn with the customers they brought in. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from headend.billing.rules.prices import ZERO, rounded


class Basis(StrEnum):
    """What a commission is counted from."""

    PAYMENTS = "payments"  # per cent of what the customers pay in
    CHARGES = "charges"  # per cent of what they are charged
    ACTIVATIONS = "activations"  # a fixed amount with a customer's first charge for a tariff


_PAID = frozenset({"payment"})
_SOLD = frozenset({"subscription", "title"})


@dataclass(frozen=True, slots=True)
class Commission:
    """A dealer's rule. `percent` is of what is moved, `amount` is for each activation, in the operator's currency."""

    basis: Basis
    percent: Decimal = ZERO
    amount: Decimal = ZERO

    def earned(self, kind: str, moved: Decimal, currency: str, *, is_first: bool) -> Decimal:
        """What a movement earns: `moved` is what the customer's balance rose by, `is_first` whether the customer was
        never charged for a tariff before."""
        if self.basis is Basis.PAYMENTS and kind in _PAID and moved > 0:
            return rounded(moved * self.percent / 100, currency)
        if self.basis is Basis.CHARGES and kind in _SOLD and moved < 0:
            return rounded(-moved * self.percent / 100, currency)
        if self.basis is Basis.ACTIVATIONS and kind == "subscription" and moved < 0 and is_first:
            return rounded(self.amount, currency)
        return ZERO


def share(earned: Decimal, moved: Decimal, whole: Decimal, currency: str) -> Decimal:
    """What of a commission goes with a part of the movement that it was earned by: back where the part goes back."""
    return rounded(earned * moved / whole, currency) if whole else ZERO
