"""Promo codes: made in bulk, and activated for an account."""

from datetime import date

from headend.billing.actions import PromoTerms, activate_promo, create_promos
from headend.billing.errors import PromoRefused
from headend.billing.models import PromoCode
from headend.billing.rules import PromoRefusal
from headend.catalog.models import Tariff
from headend.interfaces.billing_api import BILLING_API
from headend.interfaces.billing_api.finding import NO_ACCOUNT, account_named, is_given
from headend.interfaces.device_api.money import amount_of
from headend.interfaces.device_api.promos import gives
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.errors import Refused
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields

_NUMBERS = {
    PromoRefusal.UNKNOWN: 2,
    PromoRefusal.DISABLED: 3,
    PromoRefusal.NOTHING_TO_GIVE: 3,
    PromoRefusal.ACTIVATED: 4,
    PromoRefusal.NOT_NOW: 5,
    PromoRefusal.ACCOUNT_INACTIVE: 6,
}


@BILLING_API.call(
    "PromoActivate",
    "GET",
    "/promo/activate/",
    errors={
        1: NO_ACCOUNT,
        2: "no such promo code",
        3: "the promo code gives nothing here",
        4: "the promo code has been activated",
        5: "the promo code is not good today",
        6: "the account is not active",
    },
    refusals={PromoRefused: lambda refused: Refused(_NUMBERS[PromoRefusal(refused.reason)])},
    bad_parameter=2,
    has_message=False,
    writes=True,
)
def activate(caller: Guest, id: int | None = None, code: str = "", account_id: int | None = None) -> Fields:  # noqa: A002
    """Activate a promo code, by its number or its word, for an account's customer.

    Choice: `free_tariffs` are the tariffs' numbers with commas between.
    """
    account = account_named(caller, account_id)
    found = PromoCode.objects.of(caller.operator.pk).filter(pk=id).first() if is_given(id) else None
    if is_given(id) and found is None:
        raise Refused(2)
    word = found.code if found else code
    activation = activate_promo(actor=caller.actor, account=account, code=word, now=caller.now)
    told = gives(activation.promo)
    return {name: told[name] for name in ("amount", "discount", "free_tariffs")}


@BILLING_API.call(
    "PromoCreate",
    "POST",
    "/promo/create/",
    errors={1: NO_ACCOUNT, 2: "a field cannot be accepted, see error_fields"},
    refusals={Invalid: 2},
    bad_parameter=2,
    error_fields={},
    writes=True,
)
def create(  # noqa: PLR0913 - the wire's parameters
    caller: Guest,
    discount: float = 0,
    amount: float = 0,
    free_tariffs: list[int] | None = None,
    tariffs: list[int] | None = None,
    account_id: int | None = None,
    length: int = 10,
    count: int = 1,
    valid_from: date | None = None,
    valid_until: date | None = None,
    activation_count: int = 1,
) -> Fields:
    """Make promo codes that give money, a discount or tariffs; tells their words.

    Choice: at most 1000 at a time, of 6 to 40 characters; those made for an account are only its own.
    `activation_count` is by how many customers each may be activated, 0: by any number.
    """
    account = account_named(caller, account_id) if is_given(account_id) else None
    terms = PromoTerms(
        amount=amount_of(amount) or None,
        discount=amount_of(discount) or None,
        tariffs=_tariffs(caller, tariffs, "tariffs"),
        free_tariffs=_tariffs(caller, free_tariffs, "free_tariffs"),
        valid_from=valid_from,
        valid_until=valid_until,
        activation_count=activation_count,
        account=account,
    )
    made = create_promos(actor=caller.actor, operator=caller.operator, terms=terms, count=count, length=length)
    return {"promo_codes": [{"id": promo.pk, "code": promo.code} for promo in made]}


def _tariffs(caller: Guest, numbers: list[int] | None, place: str) -> list[Tariff]:
    wanted = {number for number in numbers or [] if is_given(number)}
    found = list(Tariff.objects.of(caller.operator.pk).filter(pk__in=wanted))
    if len(found) < len(wanted):
        raise Invalid("there is no such tariff", place)
    return found
