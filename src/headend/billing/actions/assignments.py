"""Tariffs that staff and other billing systems give and take: nothing is charged and no balance asked for.

What subscribers do themselves is in `tariffs`. The billing run charges what was given here like everything else.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet

from headend.billing.actions.ledger import lock_customer
from headend.billing.errors import BadAmount, OnePriceOnly, SubscriptionRefused
from headend.billing.models import Renewal
from headend.billing.queries import currency_of, midnight_of, today_of
from headend.billing.rules import MOST, ZERO, Refusal, months_after, rounded
from headend.catalog.models import Tariff, VirtualTariff
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import save
from headend.operators.models import BillingMode
from headend.subscribers.actions import subscribe, unsubscribe
from headend.subscribers.models import Account, Customer, TariffSubscription

MOST_PERIODS = 120


@transaction.atomic
def assign_tariff(
    *,
    actor: Actor,
    customer: Customer,
    tariff: Tariff,
    now: datetime,
    account: Account | None = None,
    virtual_tariff: VirtualTariff | None = None,
) -> TariffSubscription:
    """Let a customer, or one account, hold a tariff from now on; held already, it stays, and goes on if it was left.

    A basic tariff ends the one that the same holder has. Raises what `subscribe` does: TariffArchived,
    BasicTariffHeld (by whom is not spoken for), BasicTariffMissing, OfAnotherOperator.
    """
    customer = lock_customer(customer)
    running = _running(customer, account, now)
    held: TariffSubscription | None = running.filter(tariff=tariff, starts_at__lte=now).first()
    if held is not None:
        held.ends_at = None
        save(actor=actor, obj=held)
        return held
    if tariff.basic_priority:
        for other in running.filter(tariff__basic_priority__gt=0):
            unsubscribe(actor=actor, subscription=other, ends_at=now)
    subscription = subscribe(actor=actor, customer=customer, tariff=tariff, starts_at=now, account=account)
    if virtual_tariff is not None:
        subscription.virtual_tariff = virtual_tariff
        save(actor=actor, obj=subscription)
    save(actor=actor, obj=new_renewal(subscription))
    return subscription


def _running(customer: Customer, account: Account | None, now: datetime) -> QuerySet[TariffSubscription]:
    """What a holder itself holds, now or later: an account's own, or what is for all of the customer's."""
    running = TariffSubscription.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), customer=customer)
    return running.filter(account=account).select_related("tariff")


def new_renewal(subscription: TariffSubscription) -> Renewal:
    """What a subscription begins with: nothing paid, the tariff's price; not yet written."""
    return Renewal(
        operator_id=subscription.operator_id, subscription=subscription, currency=currency_of(subscription.customer)
    )


@transaction.atomic
def remove_tariff(
    *, actor: Actor, customer: Customer, tariff: Tariff, now: datetime, account: Account | None = None
) -> None:
    """Take a tariff from its holder at once, whichever it is; raises SubscriptionRefused where it is not held."""
    _end(actor, _running(lock_customer(customer), account, now).filter(tariff=tariff), now)


def _end(actor: Actor, running: QuerySet[TariffSubscription], now: datetime) -> None:
    held = list(running)
    if not held:
        raise SubscriptionRefused(Refusal.NOT_HELD)
    for subscription in held:
        unsubscribe(actor=actor, subscription=subscription, ends_at=now)


@transaction.atomic
def assign_virtual_tariff(
    *, actor: Actor, customer: Customer, virtual_tariff: VirtualTariff, now: datetime, account: Account | None = None
) -> list[TariffSubscription]:
    """Give all that a virtual tariff stands for, basic tariffs first; raises what `assign_tariff` does.

    What the holder has already stays theirs when the virtual tariff is taken away again.
    """
    return [
        assign_tariff(
            actor=actor, customer=customer, tariff=tariff, now=now, account=account, virtual_tariff=virtual_tariff
        )
        for tariff in virtual_tariff.tariffs.order_by("-basic_priority", "pk")
    ]


@transaction.atomic
def remove_virtual_tariff(
    *, actor: Actor, customer: Customer, virtual_tariff: VirtualTariff, now: datetime, account: Account | None = None
) -> None:
    """Take what was given as a virtual tariff; raises SubscriptionRefused where nothing was."""
    _end(actor, _running(lock_customer(customer), account, now).filter(virtual_tariff=virtual_tariff), now)


@transaction.atomic
def create_subscription(  # noqa: PLR0913 - an agreement, told in full
    *,
    actor: Actor,
    customer: Customer,
    tariff: Tariff,
    now: datetime,
    price: Decimal | None = None,
    price_until: date | None = None,
    periods: int | None = None,
    ends_on: date | None = None,
) -> TariffSubscription:
    """Let a customer hold a tariff for a price of its own, for some periods or until before a day.

    Of `periods` and `ends_on` the earlier counts. Raises OnePriceOnly in the simple billing mode, BadAmount, Invalid
    and what `assign_tariff` does.
    """
    check_own_prices(customer)
    today = today_of(customer.operator, now)
    end = _end_of(tariff, today, periods, ends_on)
    subscription = assign_tariff(actor=actor, customer=customer, tariff=tariff, now=now)
    if end is not None:
        subscription.ends_at = midnight_of(customer.operator, end)
        save(actor=actor, obj=subscription)
    set_price(actor=actor, subscription=subscription, price=price, until=price_until)
    return subscription


def check_own_prices(customer: Customer) -> None:
    """Make sure that subscriptions of the customer's operator have terms of their own; raises OnePriceOnly."""
    if customer.operator.billing_mode != BillingMode.SUBSCRIPTION:
        raise OnePriceOnly("in the simple billing mode all tariffs renew with the account")


def _end_of(tariff: Tariff, today: date, periods: int | None, ends_on: date | None) -> date | None:
    if periods is not None and not 0 < periods <= MOST_PERIODS:
        raise Invalid(f"a subscription is for 1 to {MOST_PERIODS} periods", "duration")
    if ends_on is not None and ends_on <= today:
        raise Invalid("a subscription ends after it begins", "end_date")
    after = months_after(today, periods * tariff.period_months) if periods and tariff.period_months else None
    return min(filter(None, (after, ends_on)), default=None)


@transaction.atomic
def set_price(
    *, actor: Actor, subscription: TariffSubscription, price: Decimal | None, until: date | None = None
) -> Renewal:
    """Agree on a price of its own for the periods of a subscription that begin up to a day, or (None) on none.

    Raises BadAmount for what is no price.
    """
    renewal = Renewal.objects.filter(subscription=subscription).first() or new_renewal(subscription)
    if price is not None and (not price.is_finite() or not ZERO <= price < MOST):
        raise BadAmount("a price is zero or more, and smaller than a hundred billion", "price")
    if price is not None and rounded(price, renewal.currency) != price:
        raise BadAmount(f"{renewal.currency} has no unit that small", "price")
    renewal.price_override, renewal.price_until = price, until if price is not None else None
    save(actor=actor, obj=renewal)
    return renewal


@transaction.atomic
def close_subscription(*, actor: Actor, subscription: TariffSubscription, now: datetime) -> None:
    """End a subscription at once; what is paid is not given back. Raises OnePriceOnly in the simple billing mode."""
    check_own_prices(lock_customer(subscription.customer))
    unsubscribe(actor=actor, subscription=subscription, ends_at=now)
