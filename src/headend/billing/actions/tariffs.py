"""Buying tariffs and leaving them: the price is taken and the tariff given in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from headend.billing.actions.ledger import charge, lock_customer
from headend.billing.errors import SubscriptionRefused
from headend.billing.models import Kind, Renewal
from headend.billing.queries import Buyer, Quote, Shop, midnight_of, shop_for, tariff_numbered
from headend.billing.rules import Refusal, may_unsubscribe
from headend.kernel.actor import Actor
from headend.operators.actions import save
from headend.subscribers.actions import subscribe, unsubscribe
from headend.subscribers.models import TariffSubscription


@dataclass(frozen=True, slots=True)
class Purchase:
    """What was bought, for what."""

    subscription: TariffSubscription
    cost: Decimal


@transaction.atomic
def buy_tariff(*, actor: Actor, buyer: Buyer, tariff_id: int, now: datetime) -> Purchase:
    """Subscribe to a tariff and take its price from the balance; raises SubscriptionRefused.

    A basic tariff ends the one before it; a tariff that was left and still runs goes on for nothing. Two that come at
    once wait for each other: the second finds the tariff held.
    """
    lock_customer(buyer.customer)
    tariff = tariff_numbered(buyer.operator, tariff_id)
    if tariff is None:
        raise SubscriptionRefused(Refusal.UNKNOWN)
    shop = shop_for(buyer, now)
    quote = shop.quote(tariff)
    if quote.decision.refusal:
        raise SubscriptionRefused(quote.decision.refusal)
    if quote.decision.resumes:
        return Purchase(_resumed(actor, shop, quote.decision.resumes), quote.cost)
    if quote.decision.replaces:
        unsubscribe(actor=actor, subscription=_held(shop, quote.decision.replaces), ends_at=now)
    return Purchase(_given(actor, shop, quote, now), quote.cost)


def _held(shop: Shop, number: int) -> TariffSubscription:
    return next(held for held in shop.held if held.pk == number)


def _resumed(actor: Actor, shop: Shop, number: int) -> TariffSubscription:
    subscription = _held(shop, number)
    subscription.ends_at = None
    save(actor=actor, obj=subscription)
    return subscription


def _given(actor: Actor, shop: Shop, quote: Quote, now: datetime) -> TariffSubscription:
    buyer = shop.buyer
    subscription = subscribe(
        actor=actor, customer=buyer.customer, tariff=quote.tariff, starts_at=now, account=buyer.holder
    )
    if quote.cost:
        name = str(quote.tariff)
        charge(actor=actor, customer=buyer.customer, amount=quote.cost, kind=Kind.SUBSCRIPTION, now=now, comment=name)
    if quote.promo:
        quote.promo.applied_at = now
        save(actor=actor, obj=quote.promo)
    until = shop.calendar.paid_until(quote.offer) if quote.offer.price else None
    Renewal.objects.create(
        operator=buyer.operator,
        subscription=subscription,
        currency=buyer.currency,
        paid_until=midnight_of(buyer.operator, until) if until else None,
    )
    return subscription


@transaction.atomic
def leave_tariff(*, actor: Actor, buyer: Buyer, tariff_id: int, now: datetime) -> TariffSubscription:
    """End a subscription with the period that is paid, at once where nothing is; raises SubscriptionRefused.

    Leaving it again changes nothing.
    """
    lock_customer(buyer.customer)
    shop = shop_for(buyer, now)
    subscription = shop.holding(tariff_id)
    if subscription is None or not buyer.speaks_for(subscription):
        raise SubscriptionRefused(Refusal.NOT_HELD)
    offer = next(held.offer for held in shop.standing.held if held.subscription_id == subscription.pk)
    refusal = may_unsubscribe(offer)
    if refusal:
        raise SubscriptionRefused(refusal)
    renewal = getattr(subscription, "renewal", None)
    paid_until = renewal.paid_until if renewal else None
    unsubscribe(actor=actor, subscription=subscription, ends_at=max(now, paid_until or now))
    return subscription
