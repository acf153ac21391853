"""What is for sale to whom and at which price, and what tariffs give."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, Q

from headend.billing.models import Discount, PromoActivation
from headend.billing.queries.agreements import discounts_for, price_of, reductions_for
from headend.billing.queries.ledger import balance_of, taxes_of, today_of
from headend.billing.rules import (
    ZERO,
    Calendar,
    Decision,
    Held,
    Offer,
    Refusal,
    Standing,
    Taxes,
    cost_now,
    cost_of_period,
    may_subscribe,
    reduced,
    to_pay,
)
from headend.catalog.models import Channel, Tariff
from headend.operators.models import BillingMode, Operator
from headend.subscribers.models import Account, Customer, TariffSubscription


@dataclass(frozen=True)
class Buyer:
    """Who buys: an account for itself, or for all accounts of its customer (`for_all`)."""

    account: Account
    for_all: bool = True

    @property
    def customer(self) -> Customer:
        return self.account.customer

    @property
    def operator(self) -> Operator:
        return self.account.operator

    @property
    def holder(self) -> Account | None:
        """The account that will hold what is bought; None: all of the customer's."""
        return None if self.for_all else self.account

    @cached_property
    def currency(self) -> str:
        return self.customer.currency or self.operator.currency

    @cached_property
    def is_alone(self) -> bool:
        """Whether the account is its customer's only one, so that what either holds is the other's."""
        return not Account.objects.filter(customer=self.account.customer_id).exclude(pk=self.account.pk).exists()

    def speaks_for(self, subscription: TariffSubscription) -> bool:
        """Say whether the buyer may end a subscription, or replace it."""
        own = subscription.account_id == (None if self.for_all else self.account.pk)
        return own or self.is_alone

    def calendar(self, now: datetime) -> Calendar:
        """When the buyer's periods end."""
        is_simple = self.operator.billing_mode == BillingMode.SIMPLE
        return Calendar(today_of(self.operator, now), self.account.extends_on if is_simple else None)


def offer_of(tariff: Tariff) -> Offer:
    """A tariff as the rules know it; its operator must have been read along."""
    countries = tariff.countries if isinstance(tariff.countries, list) else []
    return Offer(
        id=tariff.pk,
        currency=tariff.currency or tariff.operator.currency,
        price=tariff.price,
        activation_price=tariff.activation_price,
        period_months=tariff.period_months,
        basic_priority=tariff.basic_priority,
        is_enabled=tariff.is_enabled,
        is_archived=tariff.is_archived,
        is_hidden=tariff.is_hidden,
        is_required=tariff.is_required,
        may_be_left=tariff.may_unsubscribe,
        countries=frozenset(str(country).upper() for country in countries),
    )


def held_by(buyer: Buyer, now: datetime) -> list[TariffSubscription]:
    """The subscriptions that run or will run and count for the buyer: for all accounts those of each of them too."""
    held = TariffSubscription.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), customer=buyer.account.customer_id)
    if not buyer.for_all:
        held = held.filter(Q(account=None) | Q(account=buyer.account))
    return list(held.select_related("tariff__operator", "renewal").order_by("starts_at", "pk"))


def is_leaving(subscription: TariffSubscription) -> bool:
    """Say whether a subscription was left and only runs until the end of what is paid."""
    renewal = getattr(subscription, "renewal", None)
    return renewal is not None and renewal.paid_until is not None and renewal.paid_until == subscription.ends_at


@dataclass(frozen=True)
class Shop:
    """What decides all that a buyer could buy now; read once for many tariffs."""

    buyer: Buyer
    calendar: Calendar
    standing: Standing
    held: tuple[TariffSubscription, ...]
    promos: tuple[PromoActivation, ...]
    discounts: tuple[Discount, ...] = ()
    taxes: Taxes = Taxes()

    def quote(self, tariff: Tariff) -> "Quote":
        """What the buyer would have to pay for a tariff now, and whether they may."""
        offer, promo = self._offer(tariff), self._promo(tariff)
        discount = promo.promo.discount if promo else None
        cost = cost_now(offer, self.calendar, self.buyer.currency, discount or ZERO, self.taxes)
        decision = may_subscribe(offer, self.standing, cost)
        return Quote(tariff, offer, ZERO if decision.resumes else cost, decision, promo)

    def _offer(self, tariff: Tariff) -> Offer:
        """A tariff at the price of its first period."""
        offer, customer = offer_of(tariff), self.buyer.account.customer_id
        is_own = self.buyer.currency == self.buyer.operator.currency
        reductions = reductions_for(self.discounts, customer, tariff.pk, is_own_currency=is_own)
        return replace(offer, price=reduced(offer.price, reductions, self.calendar.today))

    def holding(self, tariff_id: int) -> TariffSubscription | None:
        """The subscription to a tariff, the buyer's own before others."""
        found = [held for held in self.held if held.tariff_id == tariff_id]
        return next((held for held in found if self.buyer.speaks_for(held)), found[0] if found else None)

    def _promo(self, tariff: Tariff) -> PromoActivation | None:
        fitting = [each for each in self.promos if _fits(each, tariff)]
        return max(fitting, key=lambda each: each.promo.discount or ZERO, default=None)


@dataclass(frozen=True)
class Quote:
    """What a tariff costs a buyer now. `promo` is the discount that is in it."""

    tariff: Tariff
    offer: Offer
    cost: Decimal
    decision: Decision
    promo: PromoActivation | None = None


def _fits(activation: PromoActivation, tariff: Tariff) -> bool:
    tariffs = {each.pk for each in activation.promo.tariffs.all()}
    return not tariffs or tariff.pk in tariffs


def shop_for(buyer: Buyer, now: datetime) -> Shop:
    """Read what decides what a buyer may buy, and at which price."""
    held = held_by(buyer, now)
    discounts = PromoActivation.objects.filter(
        customer=buyer.account.customer_id, applied_at=None, promo__discount__gt=0
    )
    standing = Standing(
        currency=buyer.currency,
        balance=balance_of(buyer.customer),
        country=buyer.account.country,
        held=tuple(Held(s.pk, offer_of(s.tariff), buyer.speaks_for(s), is_leaving(s)) for s in held),
        basics_are_sold=has_basic_tariffs(buyer.operator),
    )
    promos = tuple(discounts.select_related("promo").prefetch_related("promo__tariffs"))
    operator = buyer.operator.pk
    offered = tuple(discounts_for(operator, [buyer.account.customer_id]))
    return Shop(buyer, buyer.calendar(now), standing, tuple(held), promos, offered, taxes_of(operator))


def has_basic_tariffs(operator: Operator) -> bool:
    """Say whether an operator sells basic tariffs, so that additional ones need one beside them."""
    return Tariff.objects.of(operator.pk).filter(basic_priority__gt=0, is_enabled=True, is_archived=False).exists()


def tariff_numbered(operator: Operator, number: int) -> Tariff | None:
    """The operator's tariff with this number."""
    found: Tariff | None = Tariff.objects.of(operator.pk).filter(pk=number).select_related("operator").first()
    return found


def tariffs_for(shop: Shop) -> list[Tariff]:
    """What the buyer holds or could see in a shop window, basic tariffs first."""
    operator = shop.buyer.operator
    tariffs = Tariff.objects.of(operator.pk).filter(is_enabled=True, is_hidden=False, period_months__gt=0)
    held = {subscription.tariff_id for subscription in shop.held}
    hides = (Refusal.UNKNOWN, Refusal.ARCHIVED, Refusal.WRONG_COUNTRY)
    return [
        tariff
        for tariff in tariffs.select_related("operator").order_by("-basic_priority", "name", "pk")
        if tariff.pk in held or shop.quote(tariff).decision.refusal not in hides
    ]


@dataclass(frozen=True, slots=True)
class Due:
    """What a customer pays for all that is held: in a month, and now so that the balance covers one.

    `without_discounts` is what would have to be paid now if there were none.
    """

    monthly: Decimal
    to_pay: Decimal
    balance: Decimal
    debt: Decimal
    without_discounts: Decimal


def due_of(buyer: Buyer, now: datetime, balance: Decimal | None = None) -> Due:
    """What the buyer's tariffs cost in a month, and how much of it the balance does not cover.

    As the billing run would charge it today: with prices of their own, discounts and taxes.
    """
    has = balance_of(buyer.customer) if balance is None else balance
    day, taxes = today_of(buyer.operator, now), taxes_of(buyer.operator.pk)
    lasting = [held for held in held_by(buyer, now) if not is_leaving(held)]
    discounts = list(discounts_for(buyer.operator.pk, [buyer.customer.pk]))

    def cost(reductions: Iterable[Discount]) -> Decimal:
        offers = (replace(offer_of(held.tariff), price=period_price(held, buyer, day, reductions)) for held in lasting)
        return taxes.bill(cost_of_period(offers), buyer.currency).total

    monthly = cost(discounts)
    return Due(monthly, to_pay(monthly, has), has, max(ZERO, -has), to_pay(cost(()), has))


def period_price(held: TariffSubscription, buyer: Buyer, day: date, discounts: Iterable[Discount]) -> Decimal:
    """What a period of a subscription costs that begins on a day, less the best discount; taxes may come on."""
    is_own = buyer.currency == buyer.operator.currency
    reductions = reductions_for(discounts, buyer.customer.pk, held.tariff_id, is_own_currency=is_own)
    return reduced(price_of(held, day), reductions, day)


# --- what tariffs give ---


@dataclass(frozen=True, slots=True)
class Contents:
    """How many channels and titles on demand a tariff gives."""

    channels: int
    titles: int


def contents_of(operator: Operator, tariffs: Iterable[Tariff]) -> dict[int, Contents]:
    """What each of an operator's tariffs gives, by its number."""
    wanted = {tariff.pk: tariff for tariff in tariffs}
    every = Channel.objects.of(operator.pk).filter(is_enabled=True).count()
    counted = Tariff.objects.filter(pk__in=wanted).order_by()
    channels = dict(counted.filter(channels__is_enabled=True).values_list("pk").annotate(number=Count("channels")))
    titles = dict(counted.values_list("pk").annotate(number=Count("titles")))
    return {
        number: Contents(every if tariff.all_channels else channels.get(number, 0), titles.get(number, 0))
        for number, tariff in wanted.items()
    }


def tariffs_with(channel: Channel) -> list[Tariff]:
    """The tariffs of a channel's operator that give it, the cheapest first."""
    giving = Q(channels=channel) | Q(all_channels=True)
    tariffs = Tariff.objects.of(channel.operator_id).filter(giving, is_enabled=True, used_for_channels=True)
    return list(tariffs.select_related("operator").order_by("price", "pk").distinct())
