"""Tariffs given to accounts and customers and taken from them; subscriptions with terms of their own."""

from datetime import date
from decimal import Decimal
from typing import Unpack

from headend.billing.actions import (
    assign_tariff,
    assign_virtual_tariff,
    close_subscription,
    create_subscription,
    remove_tariff,
    remove_virtual_tariff,
)
from headend.billing.errors import OnePriceOnly, SubscriptionRefused
from headend.catalog.models import Tariff
from headend.interfaces.billing_api import BILLING_API
from headend.interfaces.billing_api.finding import (
    NO_ACCOUNT,
    NO_CUSTOMER,
    NO_TARIFF,
    TariffNames,
    account_named,
    customer_named,
    customers_of,
    tariff_named,
    tariff_numbered,
)
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.calls import Refusals
from headend.interfaces.wire.errors import Refused
from headend.kernel.errors import HeadendError, Invalid
from headend.kernel.formats import Fields
from headend.subscribers.errors import BasicTariffHeld, BasicTariffMissing, TariffArchived, TariffHeld
from headend.subscribers.models import Account, Customer, TariffSubscription

_NOT_GIVEN: tuple[type[HeadendError], ...] = (TariffArchived, TariffHeld, BasicTariffHeld, BasicTariffMissing)
_MODEL_OFF = "the operator is in the simple billing mode"


def refused_with(number: int) -> Refusals:
    """Tell with a number why a tariff cannot be given."""
    return dict.fromkeys(_NOT_GIVEN, number)


def _assign(caller: Guest, customer: Customer, account: Account | None, names: TariffNames) -> Fields:
    tariff = tariff_named(caller, names)
    actor, now = caller.actor, caller.now
    if isinstance(tariff, Tariff):
        assign_tariff(actor=actor, customer=customer, tariff=tariff, now=now, account=account)
    else:
        assign_virtual_tariff(actor=actor, customer=customer, virtual_tariff=tariff, now=now, account=account)
    return {}


def _remove(caller: Guest, customer: Customer, account: Account | None, names: TariffNames) -> Fields:
    tariff = tariff_named(caller, names)
    actor, now = caller.actor, caller.now
    if isinstance(tariff, Tariff):
        remove_tariff(actor=actor, customer=customer, tariff=tariff, now=now, account=account)
    else:
        remove_virtual_tariff(actor=actor, customer=customer, virtual_tariff=tariff, now=now, account=account)
    return {}


@BILLING_API.call(
    "AccountTariffAssign",
    "POST",
    "/account/tariff/assign/",
    errors={1: NO_ACCOUNT, 2: NO_TARIFF, 3: "the tariff cannot be given"},
    refusals=refused_with(3),
    writes=True,
)
def assign_to_account(
    caller: Guest, account_id: int | None = None, abonement: int | None = None, **tariff: Unpack[TariffNames]
) -> Fields:
    """Give an account a tariff for itself; nothing is charged for it now.

    Choice: given again, it stays; a basic tariff ends the one that the account has for itself. An additional tariff
    without a basic one beside it and an archived one answer 3.
    """
    account = account_named(caller, account_id, abonement)
    return _assign(caller, account.customer, account, tariff)


@BILLING_API.call(
    "AccountTariffRemove",
    "POST",
    "/account/tariff/remove/",
    errors={1: NO_ACCOUNT, 2: "no such tariff, or not held"},
    refusals={SubscriptionRefused: 2},
    writes=True,
)
def remove_from_account(
    caller: Guest, account_id: int | None = None, abonement: int | None = None, **tariff: Unpack[TariffNames]
) -> Fields:
    """Take a tariff, at once, from an account that holds it for itself."""
    account = account_named(caller, account_id, abonement)
    return _remove(caller, account.customer, account, tariff)


@BILLING_API.call(
    "CustomerTariffAssign",
    "POST",
    "/customer/tariff/assign/",
    errors={1: NO_CUSTOMER, 2: NO_TARIFF, 4: "the tariff cannot be given"},
    refusals=refused_with(4),
    writes=True,
)
def assign_to_customer(
    caller: Guest,
    customer_id: int | None = None,
    ext_id: str = "",
    subscribe_svod: bool = False,
    **tariff: Unpack[TariffNames],
) -> Fields:
    """Give a customer a tariff, for all accounts; nothing is charged for it now.

    Choice: as AccountTariffAssign. `subscribe_svod` has long decided nothing.
    """
    customer = customer_named(caller, customer_id, ext_id)
    return _assign(caller, customer, None, tariff)


@BILLING_API.call(
    "CustomerTariffRemove",
    "POST",
    "/customer/tariff/remove/",
    errors={1: NO_CUSTOMER, 2: "no such tariff, or not held"},
    refusals={SubscriptionRefused: 2},
    writes=True,
)
def remove_from_customer(
    caller: Guest, customer_id: int | None = None, ext_id: str = "", **tariff: Unpack[TariffNames]
) -> Fields:
    """Take a tariff, at once, from a customer who holds it for all accounts."""
    customer = customer_named(caller, customer_id, ext_id)
    return _remove(caller, customer, None, tariff)


@BILLING_API.call(
    "CustomerTariffSubscriptionCreate",
    "POST",
    "/customer/tariffsubscription/create/",
    errors={1: NO_CUSTOMER, 2: NO_TARIFF, 3: "the subscription cannot be made", 100: _MODEL_OFF},
    refusals={**refused_with(3), Invalid: 3, OnePriceOnly: 100},
    bad_parameter=3,
    writes=True,
)
def subscribe(  # noqa: PLR0913 - the wire's parameters
    caller: Guest,
    customer_id: int | None = None,
    ext_id: str = "",
    tariff_id: int | None = None,
    price: float | None = None,
    duration: int | None = None,
    price_expiration: date | None = None,
    end_date: date | None = None,
) -> Fields:
    """Give a customer a tariff for a price of its own, for some time.

    Choice: `duration` counts the tariff's periods; of it and `end_date`, the first day without the tariff, the earlier
    one counts. `price_expiration` is the last day on which a period begins for that price.
    """
    customer = customer_named(caller, customer_id, ext_id)
    tariff = tariff_numbered(caller, tariff_id, number=2)
    subscription = create_subscription(
        actor=caller.actor,
        customer=customer,
        tariff=tariff,
        now=caller.now,
        price=None if price is None else Decimal(repr(price)),
        price_until=price_expiration,
        periods=duration,
        ends_on=end_date,
    )
    return {"tariffsubscription_id": subscription.pk}


@BILLING_API.call(
    "CustomerTariffSubscriptionDelete",
    "POST",
    "/customer/tariffsubscription/delete/",
    errors={1: "no such subscription", 2: "the subscription cannot be ended", 100: _MODEL_OFF},
    refusals={OnePriceOnly: 100},
    writes=True,
)
def unsubscribe(caller: Guest, id: int) -> Fields:  # noqa: A002 - the wire's name
    """End a subscription at once; nothing of what was paid is given back."""
    own = TariffSubscription.objects.filter(pk=id, customer__in=customers_of(caller))
    subscription = own.select_related("customer__operator").first()
    if subscription is None or (subscription.ends_at and subscription.ends_at <= caller.now):
        raise Refused(1)
    close_subscription(actor=caller.actor, subscription=subscription, now=caller.now)
    return {}
