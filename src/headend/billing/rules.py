"""What things cost, who may subscribe to what, and what balances. Pure.

Money is Decimal and rounded half up to the currency's smallest unit (ISO 4217), once, at the end of a sum.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from babel.numbers import get_currency_precision

from headend.billing.errors import BadAmount, Unbalanced

ZERO = Decimal(0)
HUNDRED = Decimal(100)
MOST = Decimal(10) ** 11  # what every engine still adds up exactly, to thousandths
CODE_CHARACTERS = 40


# --- amounts ---


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


def months_after(day: date, months: int) -> date:
    """The same day some months later (or earlier, below zero); the last of the month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# --- subscribing ---


class Refusal(StrEnum):
    """Why a tariff cannot be subscribed to or left. The order is the order of the checks."""

    UNKNOWN = "unknown"  # no such tariff, or none that subscribers may see
    DISABLED = "disabled"
    ARCHIVED = "archived"
    WRONG_COUNTRY = "wrong_country"
    HELD = "held"
    ONE_BASIC = "one_basic"  # another basic tariff is held by whom this caller does not speak for
    BASIC_STAYS = "basic_stays"  # the basic tariff that is held may not be left
    NEEDS_BASIC = "needs_basic"
    NOT_ENOUGH_BALANCE = "not_enough_balance"
    NOT_HELD = "not_held"
    IS_BASIC = "is_basic"
    REQUIRED = "required"
    NOT_TO_LEAVE = "not_to_leave"


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
class Held:
    """A subscription that runs or will run. `is_own`: it is held by whom the caller speaks for, the account or the
    customer; `is_leaving`: it has been left and ends with the period that is paid."""

    subscription_id: int
    offer: Offer
    is_own: bool = True
    is_leaving: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether somebody may subscribe. `country` "": unknown; `basics_are_sold`: the operator has basic
    tariffs, so that additional ones need one beside them."""

    currency: str = ""
    balance: Decimal = ZERO
    country: str = ""
    held: tuple[Held, ...] = ()
    basics_are_sold: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What subscribing does: nothing but tell the refusal, or all of the rest.

    `replaces` is the subscription to the basic tariff that ends for this one; `resumes` one that was left and simply
    goes on, at no cost.
    """

    refusal: Refusal | None = None
    replaces: int | None = None
    resumes: int | None = None


def may_subscribe(offer: Offer, standing: Standing, cost: Decimal) -> Decision:
    """Decide whether somebody who has to pay `cost` now may subscribe to a tariff.

    A basic tariff takes the place of the one that is held, where that one may be left; what was paid for it is gone.
    Where a tariff is bound to countries, a subscriber of an unknown country does not get it. What costs nothing is
    given with any balance, a debt too. A tariff in another currency than the subscriber's is none for them.
    """
    refusal = _not_sold(offer, standing)
    if refusal:
        return Decision(refusal)
    same = next((held for held in standing.held if held.offer.id == offer.id), None)
    if same is not None:
        resumed = same.subscription_id if same.is_leaving and same.is_own else None
        return Decision(resumes=resumed) if resumed else Decision(Refusal.HELD)
    beside = _beside_basic(offer, standing)
    if beside.refusal is None and cost > ZERO and standing.balance < cost:
        return Decision(Refusal.NOT_ENOUGH_BALANCE)
    return beside


def _not_sold(offer: Offer, standing: Standing) -> Refusal | None:
    if not offer.is_shown or offer.currency != standing.currency:
        return Refusal.UNKNOWN
    if not offer.is_enabled:
        return Refusal.DISABLED
    if offer.is_archived:
        return Refusal.ARCHIVED
    is_elsewhere = offer.countries and standing.country.upper() not in offer.countries
    return Refusal.WRONG_COUNTRY if is_elsewhere else None


def _beside_basic(offer: Offer, standing: Standing) -> Decision:
    basics = [held for held in standing.held if held.offer.is_basic]
    if not offer.is_basic:
        return Decision(Refusal.NEEDS_BASIC if standing.basics_are_sold and not basics else None)
    if not basics:
        return Decision()
    if len(basics) > 1 or not basics[0].is_own:
        return Decision(Refusal.ONE_BASIC)
    if not basics[0].offer.may_be_replaced:
        return Decision(Refusal.BASIC_STAYS)
    return Decision(replaces=basics[0].subscription_id)


def may_unsubscribe(offer: Offer) -> Refusal | None:
    """Why a subscriber may not leave a tariff that is held; None when they may."""
    if offer.is_basic:
        return Refusal.IS_BASIC
    if offer.is_required:
        return Refusal.REQUIRED
    return None if offer.may_be_left else Refusal.NOT_TO_LEAVE


# --- prices ---


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


def cost_now(offer: Offer, calendar: Calendar, currency: str, discount: Decimal = ZERO) -> Decimal:
    """What subscribing costs now: the activation price and the price of the period, or of the rest of it.

    `discount` in per cent is taken off both. Rounded once, at the end.
    """
    full = offer.activation_price + offer.price * calendar.share(offer)
    return rounded(full * (HUNDRED - discount) / HUNDRED, currency)


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


# --- promo codes ---


class PromoRefusal(StrEnum):
    """Why a promo code does nothing. The order is the order of the checks."""

    UNKNOWN = "unknown"
    ACCOUNT_INACTIVE = "account_inactive"
    DISABLED = "disabled"
    NOT_NOW = "not_now"  # before or after its days
    ACTIVATED = "activated"  # by this customer, or as often as it may be
    NOTHING_TO_GIVE = "nothing_to_give"  # none of its tariffs can be given to this customer


@dataclass(frozen=True, slots=True)
class Promo:
    """A promo code's terms. Days are the operator's and inclusive; `most` 0: any number of activations."""

    is_enabled: bool = True
    valid_from: date | None = None
    valid_until: date | None = None
    most: int = 0
    activated: int = 0
    is_activated_by_customer: bool = False


def may_activate(promo: Promo, *, account_is_active: bool, today: date) -> PromoRefusal | None:
    """Why a customer may not activate a promo code; None when they may."""
    if not account_is_active:
        return PromoRefusal.ACCOUNT_INACTIVE
    if not promo.is_enabled:
        return PromoRefusal.DISABLED
    if (promo.valid_from and today < promo.valid_from) or (promo.valid_until and promo.valid_until < today):
        return PromoRefusal.NOT_NOW
    if promo.is_activated_by_customer or 0 < promo.most <= promo.activated:
        return PromoRefusal.ACTIVATED
    return None


def code_of(text: str) -> str:
    """A promo code as it is kept: capital letters, no blanks."""
    return "".join(text.split()).upper()[:CODE_CHARACTERS]
