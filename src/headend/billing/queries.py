"""Reading money: balances, what is for sale to whom and at which price, payments and cards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from hmac import compare_digest

from django.db.models import Count, Q, QuerySet, Sum

from headend.billing.errors import NoGateway, UnknownCard, UnknownPayment
from headend.billing.models import Book, Entry, Merchant, Payment, PromoActivation, SavedCard, Transaction
from headend.billing.rules import (
    ZERO,
    Agreement,
    Calendar,
    Decision,
    Held,
    Offer,
    Refusal,
    Standing,
    cost_now,
    cost_of_period,
    may_subscribe,
    rounded,
    to_pay,
)
from headend.catalog.models import Channel, Tariff, VirtualTariff
from headend.operators.models import BillingMode, Operator
from headend.operators.queries import zone_of
from headend.subscribers.models import Account, Customer, TariffSubscription

# --- the ledger ---


def currency_of(customer: Customer) -> str:
    """The currency a customer's account is kept in."""
    return customer.currency or customer.operator.currency


def balance_of(customer: Customer) -> Decimal:
    """The sum of a customer's entries in their currency."""
    currency = currency_of(customer)
    entries = Entry.objects.filter(customer=customer, currency=currency)
    return rounded(entries.aggregate(total=Sum("amount"))["total"] or ZERO, currency)


def entries_of(customer: Customer) -> QuerySet[Entry]:
    """What moved a customer's balance, the newest first."""
    return Entry.objects.filter(customer=customer).select_related("transaction").order_by("-id")


def given_back(transaction: Transaction) -> Decimal:
    """How much of a payment has been refunded: what corrects it in the customers' book."""
    corrections = Entry.objects.filter(transaction__corrects=transaction, book=Book.CUSTOMERS)
    return -(corrections.aggregate(total=Sum("amount"))["total"] or ZERO)


def today_of(operator: Operator, now: datetime) -> date:
    """The operator's day."""
    return now.astimezone(zone_of(operator)).date()


def midnight_of(operator: Operator, day: date) -> datetime:
    """When a day of the operator's begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(operator))


# --- what is for sale ---


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


@dataclass(frozen=True)
class Shop:
    """What decides all that a buyer could buy now; read once for many tariffs."""

    buyer: Buyer
    calendar: Calendar
    standing: Standing
    held: tuple[TariffSubscription, ...]
    discounts: tuple[PromoActivation, ...]

    def quote(self, tariff: Tariff) -> "Quote":
        """What the buyer would have to pay for a tariff now, and whether they may."""
        offer, promo = offer_of(tariff), self._discount(tariff)
        discount = promo.promo.discount if promo else None
        cost = cost_now(offer, self.calendar, self.buyer.currency, discount or ZERO)
        decision = may_subscribe(offer, self.standing, cost)
        return Quote(tariff, offer, ZERO if decision.resumes else cost, decision, promo)

    def holding(self, tariff_id: int) -> TariffSubscription | None:
        """The subscription to a tariff, the buyer's own before others."""
        found = [held for held in self.held if held.tariff_id == tariff_id]
        return next((held for held in found if self.buyer.speaks_for(held)), found[0] if found else None)

    def _discount(self, tariff: Tariff) -> PromoActivation | None:
        fitting = [each for each in self.discounts if _fits(each, tariff)]
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
    return Shop(buyer, buyer.calendar(now), standing, tuple(held), promos)


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
    """What a customer pays for all that is held: in a month, and now so that the balance covers one."""

    monthly: Decimal
    to_pay: Decimal
    balance: Decimal
    debt: Decimal


def due_of(buyer: Buyer, now: datetime, balance: Decimal | None = None) -> Due:
    """What the buyer's tariffs cost in a month, and how much of it the balance does not cover."""
    has = balance_of(buyer.customer) if balance is None else balance
    lasting = [offer_of(held.tariff) for held in held_by(buyer, now) if not is_leaving(held)]
    monthly = rounded(cost_of_period(lasting), buyer.currency)
    return Due(monthly, to_pay(monthly, has), has, max(ZERO, -has))


# --- payments ---


def merchant_for(operator: Operator, gateway: str = "") -> Merchant:
    """The operator's payment gateway called so, or the one that is used first; raises NoGateway."""
    merchants = Merchant.objects.of(operator.pk).filter(is_enabled=True)
    found = merchants.filter(code=gateway) if gateway else merchants
    merchant: Merchant | None = found.order_by("-is_default", "pk").first()
    if merchant is None:
        raise NoGateway(f"there is no payment gateway {gateway}".rstrip())
    return merchant


def payment_of(customer: Customer, number: int) -> Payment:
    """A customer's payment by its number; raises UnknownPayment."""
    found: Payment | None = (
        Payment.objects.filter(customer=customer, pk=number).select_related("merchant", "customer").first()
    )
    if found is None:
        raise UnknownPayment("there is no such payment")
    return found


def key_of(payment: Payment) -> str:
    """By what a gateway is told of a payment: the same each time, and nobody guesses it."""
    return f"{payment.pk}-{payment.session[:8]}"


def payment_with_key(merchant: Merchant, key: str) -> Payment | None:
    """The payment at this merchant that has the key."""
    number = key.partition("-")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    found: Payment | None = Payment.objects.filter(merchant=merchant, pk=int(number)).select_related("customer").first()
    return found if found and compare_digest(key_of(found).encode(), key.encode()) else None


def payment_with_reference(merchant: Merchant, reference: str) -> Payment | None:
    """The payment at this merchant that the gateway has this number for."""
    payments = Payment.objects.filter(merchant=merchant, reference=reference).exclude(reference="")
    found: Payment | None = payments.select_related("customer").first()
    return found


def merchants_called(code: str) -> list[Merchant]:
    """The contracts of all operators that notices name so, also those that are switched off: money comes late."""
    return list(Merchant.objects.filter(code=code, operator__is_active=True).select_related("operator").order_by("pk"))


def cards_of(customer: Customer, merchants: Iterable[Merchant] | None = None) -> QuerySet[SavedCard]:
    """The cards that gateways remember for a customer; those charged by themselves first."""
    cards = SavedCard.objects.filter(customer=customer, merchant__is_enabled=True).select_related("merchant")
    return cards if merchants is None else cards.filter(merchant__in=list(merchants))


def card_of(customer: Customer, number: int | None = None) -> SavedCard:
    """A customer's saved card by its number, or the one that is charged by itself; raises UnknownCard."""
    cards = cards_of(customer)
    found = cards.first() if number is None else cards.filter(pk=number).first()
    if found is None:
        raise UnknownCard("there is no such saved card")
    return found


def promos_of(customer: Customer) -> QuerySet[PromoActivation]:
    """The promo codes that a customer activated, the newest first."""
    activations = PromoActivation.objects.filter(customer=customer).select_related("promo")
    return activations.prefetch_related("promo__free_tariffs").order_by("-id")


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
