"""What is agreed on subscriptions: prices, ends, what they were given as."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from headend.billing.models import Discount
from headend.billing.queries.ledger import currency_of, today_of
from headend.billing.rules import ZERO, Agreement, Reduction, rounded
from headend.catalog.models import VirtualTariff
from headend.subscribers.models import Account, Customer, TariffSubscription


def agreement_of(subscription: TariffSubscription) -> Agreement:
    """What a subscription costs for each period."""
    renewal = getattr(subscription, "renewal", None)
    price = subscription.tariff.price
    return Agreement(price, renewal.price_override, renewal.price_until) if renewal else Agreement(price)


def price_of(subscription: TariffSubscription, day: date) -> Decimal:
    """What a period of a subscription costs that begins on a day."""
    return agreement_of(subscription).price_on(day)


@dataclass(frozen=True, slots=True)
class Terms:
    """A subscription as other billing systems ask about it. Days are the operator's.

    `ends_on` is the first day on which it does not run any more, None: it has no end. `price_until` is the last day of
    a price of its own.
    """

    price: Decimal
    is_price_own: bool
    price_until: date | None
    starts_on: date
    ends_on: date | None
    renews: bool
    is_closed: bool


def terms_of(subscription: TariffSubscription, now: datetime) -> Terms:
    """What is agreed on a subscription; reads its tariff, operator and renewal, so select them along."""
    operator, ends_at = subscription.operator, subscription.ends_at
    today, agreement = today_of(operator, now), agreement_of(subscription)
    renewal = getattr(subscription, "renewal", None)
    paid_until = renewal.paid_until if renewal else None
    is_closed = ends_at is not None and ends_at <= now
    goes_on = ends_at is None or (renewal is not None and (paid_until is None or paid_until < ends_at))
    return Terms(
        price=rounded(agreement.price_on(today), currency_of(subscription.customer)),
        is_price_own=agreement.is_own_on(today),
        price_until=agreement.own_until,
        starts_on=today_of(operator, subscription.starts_at),
        ends_on=today_of(operator, ends_at) if ends_at else None,
        renews=goes_on and not is_closed and subscription.tariff.period_months > 0,
        is_closed=is_closed,
    )


def held_virtually(customer: Customer, now: datetime, account: Account | None = None) -> QuerySet[VirtualTariff]:
    """The virtual tariffs through which a customer, or one of the accounts for itself, holds tariffs now."""
    held = TariffSubscription.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now), customer=customer, account=account, starts_at__lte=now
    )
    virtual: QuerySet[VirtualTariff] = VirtualTariff.objects.filter(pk__in=held.values("virtual_tariff"))
    return virtual.order_by("pk")


def discounts_for(operator_id: int, customers: Collection[int]) -> QuerySet[Discount]:
    """An operator's discounts that count for all customers, or for one of these."""
    discounts = Discount.objects.of(operator_id).filter(is_enabled=True)
    wanted: QuerySet[Discount] = discounts.filter(Q(customer=None) | Q(customer__in=list(customers)))
    return wanted


def reductions_for(
    discounts: Iterable[Discount], customer_id: int, tariff_id: int, *, is_own_currency: bool
) -> Iterator[Reduction]:
    """The discounts that count for a customer and a tariff; amounts only in the operator's own currency."""
    for each in discounts:
        fits = each.customer_id in (None, customer_id) and each.tariff_id in (None, tariff_id)
        if fits and (is_own_currency or not each.amount):
            yield Reduction(each.percent or ZERO, each.amount or ZERO, each.starts_on, each.ends_on)
