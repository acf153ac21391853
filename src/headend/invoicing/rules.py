"""How invoices are numbered and add up. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
DEFAULT_MASK = "{year}-{number:6}"
_FIELD = re.compile(r"\{(year|month|number)(?::(\d))?\}")
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


def series_of(mask: str, day: date) -> str:
    """Invoices of one series are numbered on without a gap: by year where the number tells the year, else for ever."""
    return str(day.year) if "{year}" in (mask or DEFAULT_MASK) else ""


def number_of(mask: str, day: date, number: int) -> str:
    """An invoice's number: `mask` has {year}, {month} and {number}, with a width for leading zeros as in {number:6}.

    A mask without {number} gets it at its end, since every invoice has a number of its own.
    """
    wanted = mask or DEFAULT_MASK
    if "{number" not in wanted:
        wanted += "{number}"
    values = {"year": day.year, "month": day.month, "number": number}
    return _FIELD.sub(lambda found: f"{values[found[1]]:0{found[2] or (2 if found[1] == 'month' else 1)}}", wanted)
