"""Who may subscribe to what, and leave it. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from headend.billing.rules.prices import ZERO, Offer


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
