"""Reading what the billing run decides on: who may have something due, and all that their households consist of."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from headend.billing.models import Discount, Entry, PromisedPayment, Renewal
from headend.billing.queries.agreements import discounts_for, reductions_for
from headend.billing.queries.ledger import midnight_of, taxes_of, today_of
from headend.billing.rules import ZERO, Reduction, Taxes, rounded
from headend.billing.rules.renewals import Household, Line, Product, Service
from headend.catalog.models import Tariff
from headend.operators.models import BillingMode, Operator
from headend.operators.queries import zone_of
from headend.subscribers.models import Account, Customer, StatusReason, TariffSubscription

CUT_DAYS = 92  # for which a subscription that was taken away comes back with the next payment
PAST_DAYS = 400  # as far back as a missed run is caught up, and a month


# --- who may have something due ---


def customers_due(operator: Operator, now: datetime) -> list[int]:
    """The numbers of an operator's customers for whom something may be due, in their order."""
    over = PromisedPayment.objects.of(operator.pk).filter(until__lte=now, ended_at=None)
    due: list[QuerySet[Any]] = [_accounts_due(operator, now), over]
    if operator.billing_mode == BillingMode.SUBSCRIPTION:
        due.extend(_subscriptions_due(operator, now))
    found: set[int] = set()
    for records in due:  # each by itself: SQLite looks through all that is due again for each customer where joined
        found.update(records.filter(customer__billing_handler=None).order_by().values_list("customer_id", flat=True))
    return sorted(found)


def _accounts_due(operator: Operator, now: datetime) -> QuerySet[Account]:
    today = today_of(operator, now)
    is_over = Q(deactivates_on__lte=today)
    begins = Q(is_active=False, status_reason=StatusReason.WAIT, activates_on__lte=today)
    if operator.billing_mode == BillingMode.SUBSCRIPTION:
        due = Q(is_active=True) & is_over
    else:
        is_over |= Q(extends_on__lte=today)
        due = Q(waits_since=None) & is_over | Q(waits_since__isnull=False, is_active=True)
    accounts: QuerySet[Account] = Account.objects.of(operator.pk).filter(due | begins)
    return accounts


def _subscriptions_due(operator: Operator, now: datetime) -> Iterator[QuerySet[TariffSubscription]]:
    goes_on = Q(ends_at=None) | Q(ends_at__gt=F("renewal__paid_until"))
    costs = Q(tariff__price__gt=0) | Q(renewal__price_override__gt=0) | Q(renewal__successor__isnull=False)
    held = TariffSubscription.objects.of(operator.pk).filter(costs, tariff__period_months__gt=0)
    yield held.filter(goes_on, renewal__paid_until__lte=now, renewal__waits_since=None)
    unpaid = held.filter(Q(ends_at=None) | Q(renewal__isnull=False, ends_at__gt=now), starts_at__lte=now)
    yield unpaid.filter(renewal__paid_until=None, renewal__waits_since=None)
    others = Account.objects.filter(customer=OuterRef("customer"), is_active=True)
    in_service = Q(account__is_active=True) | Q(account=None) & Exists(others)
    yield held.filter(in_service, renewal__waits_since__isnull=False, renewal__is_cut=False)


# --- all that decides ---


@dataclass
class Books:
    """A customer's records, and the household that the rules make of them."""

    customer: Customer
    currency: str
    accounts: dict[int, Account] = field(default_factory=dict)
    subscriptions: dict[int, TariffSubscription] = field(default_factory=dict)
    promise: PromisedPayment | None = None
    balance: Decimal = ZERO


@dataclass
class Ledgers:
    """The books of some customers of one operator, read together at one moment."""

    operator: Operator
    now: datetime
    books: dict[int, Books]

    @cached_property
    def today(self) -> date:
        return today_of(self.operator, self.now)

    @cached_property
    def zone(self) -> tzinfo:
        return zone_of(self.operator)

    @cached_property
    def taxes(self) -> Taxes:
        return taxes_of(self.operator.pk)

    @cached_property
    def tariffs(self) -> dict[int, Tariff]:
        return {each.pk: each for each in Tariff.objects.of(self.operator.pk)}

    @cached_property
    def discounts(self) -> list[Discount]:
        return list(discounts_for(self.operator.pk, self.books))

    def household(self, books: Books) -> Household:
        """What the rules decide on."""
        promise = books.promise
        runs = promise is not None and self.now < promise.until
        return Household(
            today=self.today,
            currency=books.currency,
            is_simple=self.operator.billing_mode == BillingMode.SIMPLE,
            taxes=self.taxes,
            balance=books.balance,
            credit=promise.amount if promise and runs and promise.currency == books.currency else ZERO,
            promise_is_new=promise is not None and promise.given_at == self.now,
            promise_is_over=promise is not None and not runs,
            is_trial=books.customer.is_trial,
            services=tuple(_service(account) for account in books.accounts.values()),
            lines=tuple(self._lines(books)),
        )

    def _lines(self, books: Books) -> Iterator[Line]:
        held = {(each.tariff_id, each.account_id) for each in books.subscriptions.values() if self._runs(each)}
        for subscription in books.subscriptions.values():
            renewal = getattr(subscription, "renewal", None)
            is_held_again = {(subscription.tariff_id, None), (subscription.tariff_id, subscription.account_id)} & held
            if renewal is None or not renewal.is_cut or not is_held_again:
                yield self._line(books, subscription, renewal)

    def _runs(self, subscription: TariffSubscription) -> bool:
        return subscription.ends_at is None or self.now < subscription.ends_at

    def _line(self, books: Books, subscription: TariffSubscription, renewal: Renewal | None) -> Line:
        begun = self.day_of(subscription.starts_at)
        product = self._product(self.tariffs[subscription.tariff_id], books)
        if renewal is None:
            return Line(subscription.pk, product, begun, subscription.account_id)
        after = self.tariffs.get(renewal.successor_id or 0)
        ends_at = renewal.kept_end if renewal.is_cut else subscription.ends_at
        return Line(
            id=subscription.pk,
            product=product,
            starts_on=begun,
            account_id=subscription.account_id,
            ends_on=self.day_of(ends_at) if ends_at else None,
            paid_until=self.day_of(renewal.paid_until) if renewal.paid_until else None,
            charge_day=renewal.anchor_day,
            own_price=renewal.price_override,
            own_until=renewal.price_until,
            waits=renewal.waits_since is not None,
            is_cut=renewal.is_cut,
            successor=self._product(after, books) if after and _may_follow(after) else None,
        )

    def _product(self, tariff: Tariff, books: Books) -> Product:
        return Product(
            tariff_id=tariff.pk,
            currency=tariff.currency or self.operator.currency,
            price=tariff.price,
            period_months=tariff.period_months,
            is_basic=tariff.basic_priority > 0,
            is_required=tariff.is_required,
            reductions=self._reductions(tariff, books),
            name=tariff.name,
        )

    def _reductions(self, tariff: Tariff, books: Books) -> tuple[Reduction, ...]:
        is_own = books.currency == self.operator.currency
        return tuple(reductions_for(self.discounts, books.customer.pk, tariff.pk, is_own_currency=is_own))

    def midnight(self, day: date | None) -> datetime | None:
        return midnight_of(self.operator, day) if day else None

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def _may_follow(tariff: Tariff) -> bool:
    return tariff.is_enabled and not tariff.is_archived and tariff.period_months > 0


def _service(account: Account) -> Service:
    return Service(
        id=account.pk,
        is_active=account.is_active,
        reason=account.status_reason,
        activates_on=account.activates_on,
        deactivates_on=account.deactivates_on,
        extends_on=account.extends_on,
        charge_day=account.charge_day,
        waits=account.waits_since is not None,
        is_awaited=bool(account.auto_activation_days) and not account.activates_on and not account.deactivates_on,
    )


def ledgers_of(operator: Operator, customers: Collection[Customer], now: datetime) -> Ledgers:
    """Read the books of some customers of one operator, all that decides in a few queries."""
    books = {each.pk: Books(each, each.currency or operator.currency) for each in customers}
    for account in Account.objects.filter(customer__in=books).order_by("pk"):
        books[account.customer_id].accounts[account.pk] = account
    for subscription in _renewing(books, now):
        books[subscription.customer_id].subscriptions[subscription.pk] = subscription
    for promise in PromisedPayment.objects.filter(customer__in=books, ended_at=None).order_by("pk"):
        books[promise.customer_id].promise = promise
    for (customer, currency), total in _balances(books).items():
        if books[customer].currency == currency:
            books[customer].balance = rounded(total, currency)
    return Ledgers(operator, now, books)


def _renewing(books: Mapping[int, Books], now: datetime) -> QuerySet[TariffSubscription]:
    """What renews, or should have before it ended. What was given for some time only, and not sold, does not."""
    came_too_late = Q(renewal__paid_until=None) | Q(ends_at__gt=F("renewal__paid_until"))
    late = Q(renewal__isnull=False, ends_at__gt=now - timedelta(days=PAST_DAYS)) & came_too_late
    cut = Q(renewal__is_cut=True, renewal__waits_since__gt=now - timedelta(days=CUT_DAYS))
    held = TariffSubscription.objects.filter(Q(ends_at=None) | late | cut, customer__in=books, starts_at__lte=now)
    return held.select_related("renewal").order_by("pk")


def _balances(books: Mapping[int, Books]) -> dict[tuple[int, str], Decimal]:
    sums: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    entries = Entry.objects.filter(customer__in=books).order_by()
    for customer, currency, total in entries.values_list("customer", "currency").annotate(total=Sum("amount")):
        sums[customer, currency] = total
    return sums
