"""How invoices add up. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
DEFAULT_MASK = "{year}-{number:6}"  # of the numbers of invoices
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an invoice: what was sold, without tax, the tax on it, and both together."""

    description: str
    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.net + self.tax

    @property
    def tax_rate(self) -> Decimal:
        """The tax in per cent of the net price, to a tenth; 0 where nothing was sold."""
        return (self.tax * 100 / self.net).quantize(_TENTH, ROUND_HALF_UP) if self.net else ZERO


@dataclass(frozen=True, slots=True)
class Sums:
    """What an invoice's lines add up to."""

    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


def sums_of(lines: Iterable[Line]) -> Sums:
    """Add lines up."""
    each = list(lines)
    return Sums(sum((line.net for line in each), ZERO), sum((line.tax for line in each), ZERO))
