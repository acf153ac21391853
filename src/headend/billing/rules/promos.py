"""Who may activate a promo code. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

CODE_CHARACTERS = 40


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
