"""Buying tariffs and leaving them: the price is taken and the tariff given in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from headend.billing.actions.assignments import new_renewal
from headend.billing.actions.ledger import charge, lock_customer
from headend.billing.errors import SubscriptionRefused
from headend.billing.models import Kind, Renewal
from headend.billing.queries import Buyer, Quote, Shop, midnight_of, shop_for, tariff_numbered
from headend.billing.rules import Refusal, may_unsubscribe
from headend.catalog.models import Tariff
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
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
    renewal = new_renewal(subscription)
    renewal.paid_until = midnight_of(buyer.operator, until) if until else None
    renewal.save()
    return subscription


@transaction.atomic
def leave_tariff(*, actor: Actor, buyer: Buyer, tariff_id: int, now: datetime) -> TariffSubscription:
    """End a subscription with the period that is paid, at once where nothing is; raises SubscriptionRefused.

    Leaving it again changes nothing.
    """
    lock_customer(buyer.customer)
    shop = shop_for(buyer, now)
    subscription = shop.holding(tariff_id)
    if subscription is None and (cut := _forgotten(actor, buyer, tariff_id)) is not None:
        return cut
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


def _forgotten(actor: Actor, buyer: Buyer, tariff_id: int) -> TariffSubscription | None:
    """Let a subscription that was taken away for want of money not come back; None where there is none."""
    cut = Renewal.objects.filter(
        is_cut=True, subscription__customer=buyer.account.customer_id, subscription__tariff=tariff_id
    ).select_related("subscription")
    renewal: Renewal | None = cut.filter(subscription__account=buyer.holder).first()
    if renewal is None:
        return None
    renewal.is_cut, renewal.waits_since = False, None
    save(actor=actor, obj=renewal)
    return renewal.subscription


@transaction.atomic
def change_later(*, actor: Actor, subscription: TariffSubscription, successor: Tariff | None) -> Renewal:
    """Let another tariff take a subscription's place when the paid period ends; None: it goes on as it is.

    A basic tariff follows a basic one, an additional one an additional one. Raises SubscriptionRefused and Invalid.
    """
    lock_customer(subscription.customer)
    if successor is not None:
        _check_successor(subscription, successor)
    renewal = Renewal.objects.filter(subscription=subscription).first() or new_renewal(subscription)
    renewal.successor = successor
    save(actor=actor, obj=renewal)
    return renewal


def _check_successor(subscription: TariffSubscription, successor: Tariff) -> None:
    if successor.operator_id != subscription.operator_id:
        raise SubscriptionRefused(Refusal.UNKNOWN)
    if successor.is_archived or not successor.is_enabled:
        raise SubscriptionRefused(Refusal.ARCHIVED if successor.is_archived else Refusal.DISABLED)
    if successor.pk == subscription.tariff_id:
        raise SubscriptionRefused(Refusal.HELD)
    is_basic = subscription.tariff.basic_priority > 0
    if not successor.period_months or (successor.basic_priority > 0) is not is_basic:
        raise Invalid("a tariff is followed by one with a period, and of its own kind: basic or additional", "tariff")
