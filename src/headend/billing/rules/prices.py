"""What amounts are, when periods end, and what things cost. Pure.

Money is Decimal and rounded half up to the currency's smallest unit (ISO 4217), once, at the end of a sum.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision

from headend.billing.errors import BadAmount, Unbalanced

ZERO = Decimal(0)
HUNDRED = Decimal(100)
MOST = Decimal(10) ** 11  # what every engine still adds up exactly, to thousandths


# --- amounts ---


@lru_cache(maxsize=200)
def smallest_unit(currency: str) -> Decimal:
    """A currency's smallest unit: 0.01 of euros, 1 of yens; 0.01 for a code that nobody knows."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount to its currency's smallest unit, half up: 0.005 EUR are 0.01, -0.005 EUR are -0.01."""
    return amount.quantize(smallest_unit(currency), ROUND_HALF_UP)


def positive(amount: Decimal, currency: str) -> Decimal:
    """The amount, when it is one that can be paid; raises BadAmount for 0, fractions of a cent and what is too much."""
    if not amount.is_finite() or not ZERO < amount < MOST:
        raise BadAmount("an amount is greater than zero and smaller than a hundred billion", "amount")
    if rounded(amount, currency) != amount:
        raise BadAmount(f"{currency} has no unit smaller than {smallest_unit(currency)}", "amount")
    return rounded(amount, currency)


def check_balanced(amounts: Iterable[Decimal]) -> None:
    """Make sure that the amounts of a transaction's entries sum to zero and are not nothing; raises Unbalanced."""
    moved = list(amounts)
    if not any(moved) or sum(moved, ZERO) != ZERO:
        raise Unbalanced(f"{[str(amount) for amount in moved]} do not sum to zero")


# --- periods ---


@lru_cache(maxsize=1000)
def months_after(day: date, months: int) -> date:
    """The same day some months later (or earlier, below zero); the last of the month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=1000)
def next_period(day: date, months: int, charge_day: int | None = None) -> date:
    """When the period ends that begins on `day`, where periods begin on `charge_day` of the month or, where it has no
    such day, on its last: from February 28th to March 31st, for a charge day of 31."""
    end = months_after(day, months)
    return end.replace(day=min(charge_day_of(day, charge_day), monthrange(end.year, end.month)[1]))


def charge_day_of(day: date, charge_day: int | None) -> int:
    """The day of the month on which periods begin that one of `day` belongs to; `day` itself where they disagree."""
    fits = charge_day is not None and min(charge_day, monthrange(day.year, day.month)[1]) == day.day
    return charge_day if charge_day is not None and fits else day.day


# --- prices ---


@dataclass(frozen=True, slots=True)
class Bill:
    """What somebody pays, and how much of it is tax."""

    total: Decimal = ZERO
    tax: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Taxes:
    """An operator's tax in per cent, and whether its prices include it."""

    rate: Decimal = ZERO
    is_included: bool = True

    def bill(self, price: Decimal, currency: str) -> Bill:
        """What is paid for something of this price, rounded once; the tax in it is rounded too."""
        if self.is_included:
            return self.within(rounded(price, currency), currency)
        net, tax = rounded(price, currency), rounded(price * self.rate / HUNDRED, currency)
        return Bill(net + tax, tax)

    def within(self, total: Decimal, currency: str) -> Bill:
        """A sum that is paid, and the tax that is in it."""
        return Bill(total, rounded(total * self.rate / (HUNDRED + self.rate), currency))


NO_TAXES = Taxes()


@dataclass(frozen=True, slots=True)
class Reduction:
    """A discount on the price of periods that begin within its days (both inclusive): in per cent or an amount."""

    percent: Decimal = ZERO
    amount: Decimal = ZERO
    starts_on: date | None = None
    ends_on: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether it counts for a period that begins on a day."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)

    def off(self, price: Decimal) -> Decimal:
        """What is left of a price."""
        return max(ZERO, price * (HUNDRED - self.percent) / HUNDRED - self.amount)


def reduced(price: Decimal, reductions: Iterable[Reduction], day: date) -> Decimal:
    """A period's price after the discount that takes most off; discounts are not added up."""
    return min((each.off(price) for each in reductions if each.counts_on(day)), default=price)


@dataclass(frozen=True, slots=True)
class Offer:
    """A tariff as it is sold. `countries` empty: everywhere; `period_months` 0: a system tariff."""

    id: int
    currency: str = ""
    price: Decimal = ZERO
    activation_price: Decimal = ZERO
    period_months: int = 1
    basic_priority: int = 0
    is_enabled: bool = True
    is_archived: bool = False
    is_hidden: bool = False
    is_required: bool = False
    may_be_left: bool = True
    countries: frozenset[str] = frozenset()

    @property
    def is_basic(self) -> bool:
        return self.basic_priority > 0

    @property
    def is_shown(self) -> bool:
        """Whether subscribers see it among what they could have."""
        return self.period_months > 0 and not self.is_hidden

    @property
    def may_be_replaced(self) -> bool:
        """Whether a subscriber may give it up for another basic tariff."""
        return self.may_be_left and not self.is_required


@dataclass(frozen=True, slots=True)
class Calendar:
    """When periods end. `next_charge` is the day of the account's next charge, to which new tariffs join in the simple
    billing mode; None where each subscription has periods of its own, from `today` on."""

    today: date
    next_charge: date | None = None

    def paid_until(self, offer: Offer) -> date | None:
        """The first day that what is paid now does not cover; None for a tariff without a period."""
        if not offer.period_months:
            return None
        return self._joined(offer) or months_after(self.today, offer.period_months)

    def share(self, offer: Offer) -> Decimal:
        """Which part of a period's price is due now: all of it, or that of the days until the next charge."""
        until = self._joined(offer)
        if until is None:
            return Decimal(1)
        days = (until - months_after(until, -offer.period_months)).days
        return min(Decimal(1), Decimal((until - self.today).days) / days)

    def _joined(self, offer: Offer) -> date | None:
        until = self.next_charge
        return until if until and offer.period_months and self.today < until else None


def cost_now(
    offer: Offer, calendar: Calendar, currency: str, discount: Decimal = ZERO, taxes: Taxes = NO_TAXES
) -> Decimal:
    """What subscribing costs now: the activation price and the price of the period, or of the rest of it, with taxes.

    `discount` in per cent is taken off both. Rounded once, at the end.
    """
    full = offer.activation_price + offer.price * calendar.share(offer)
    return taxes.bill(full * (HUNDRED - discount) / HUNDRED, currency).total


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a subscription costs for a period: the tariff's price, or one of its own for periods that begin up to a day
    (None: always)."""

    price: Decimal
    own_price: Decimal | None = None
    own_until: date | None = None

    def is_own_on(self, day: date) -> bool:
        """Whether the subscription's own price counts for a period that begins on a day."""
        return self.own_price is not None and (self.own_until is None or day <= self.own_until)

    def price_on(self, day: date) -> Decimal:
        """What a period costs that begins on a day."""
        return self.own_price if self.own_price is not None and self.is_own_on(day) else self.price


def cost_of_period(offers: Iterable[Offer]) -> Decimal:
    """What these tariffs cost in a month; longer periods count with their part."""
    return sum((offer.price / offer.period_months for offer in offers if offer.period_months), ZERO)


def to_pay(cost: Decimal, balance: Decimal) -> Decimal:
    """How much must come in so that the balance covers a cost; nothing when it does."""
    return max(ZERO, cost - balance)
