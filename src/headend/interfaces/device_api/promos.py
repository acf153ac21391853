"""Promo codes."""

from headend.billing.actions import activate_promo
from headend.billing.errors import PromoRefused
from headend.billing.models import PromoActivation, PromoCode
from headend.billing.queries import promos_of, today_of
from headend.billing.rules import PromoRefusal
from headend.interfaces.attempts import GUESSES
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields

MOST = 100
_NUMBERS = {
    PromoRefusal.UNKNOWN: 1,
    PromoRefusal.DISABLED: 2,
    PromoRefusal.NOTHING_TO_GIVE: 2,
    PromoRefusal.ACTIVATED: 3,
    PromoRefusal.NOT_NOW: 4,
    PromoRefusal.ACCOUNT_INACTIVE: 6,
}
_ERRORS = {
    1: "no such promo code",
    2: "the promo code gives nothing here",
    3: "the promo code has been activated",
    4: "the promo code is not good today",
    5: "too many attempts, try again later",
    6: "the account is not active",
}


@DEVICE_API.call(
    "PromoActivate",
    "GET",
    "/promo/activate/",
    errors=_ERRORS,
    refusals={PromoRefused: lambda refused: Refused(_NUMBERS[PromoRefusal(refused.reason)])},
    writes=True,
)
def activate(viewer: Viewer, code: str) -> Fields:
    """Activate a promo code for the customer.

    Choice: `type` is 1 for a discount that waits for the next subscription, else 0; `free_tariffs` are the tariffs'
    numbers with commas between; each is given for one of its periods where the customer may have it. 3 is told of a
    code that this customer, or as many others as may, have activated; after ten wrong codes an account has to wait.
    """
    if not GUESSES.may_try("promo", viewer.account.pk):
        raise Refused(5)
    activation = activate_promo(actor=viewer.actor, account=viewer.account, code=code, now=viewer.now)
    GUESSES.was_right("promo", viewer.account.pk)
    return gives(activation.promo)


def gives(promo: PromoCode) -> dict[str, object]:
    """What a promo code gives, as the wire tells it."""
    return {
        "type": int(bool(promo.discount)),
        "amount": float(promo.amount or 0),
        "discount": float(promo.discount or 0),
        "free_tariffs": ",".join(str(tariff.pk) for tariff in promo.free_tariffs.all()),
    }


@DEVICE_API.call("PromoList", "GET", "/promo/list/", errors={1: "bad limit or page"})
def promo_list(viewer: Viewer, limit: int = 20, page: int = 1) -> Fields:
    """List the promo codes that the customer has activated, the newest first.

    Choice: `status` is 1 while a discount waits for a subscription, 2 for what has been used.
    """
    if limit < 1 or page < 1:
        raise Refused(1)
    activations, limit = promos_of(viewer.account.customer), min(limit, MOST)
    start = (page - 1) * limit
    shown = activations[start : start + limit] if start < 2**31 else ()
    return {"count": activations.count(), "promos": [_promo(viewer, each) for each in shown]}


def _promo(viewer: Viewer, activation: PromoActivation) -> dict[str, object]:
    promo = activation.promo
    return gives(promo) | {
        "code": promo.code,
        "date": today_of(viewer.operator, activation.activated_at).isoformat(),
        "valid_from": promo.valid_from.isoformat() if promo.valid_from else "",
        "valid_until": promo.valid_until.isoformat() if promo.valid_until else "",
        "status": 2 if activation.applied_at else 1,
    }
