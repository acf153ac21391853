"""Tariffs that staff and other billing systems give and take, prices of their own, virtual tariffs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.factories import make_account, make_customer, make_operator, make_tariff

from headend.billing.actions import (
    assign_tariff,
    assign_virtual_tariff,
    close_subscription,
    create_subscription,
    remove_tariff,
    remove_virtual_tariff,
    set_price,
)
from headend.billing.errors import BadAmount, OnePriceOnly, SubscriptionRefused
from headend.billing.models import Transaction
from headend.billing.queries import Terms, held_virtually, terms_of
from headend.catalog.models import Tariff, VirtualTariff
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import HeadendError, Invalid
from headend.operators.models import AuditEntry, BillingMode
from headend.subscribers.errors import BasicTariffHeld, BasicTariffMissing, TariffArchived
from headend.subscribers.models import Account, TariffSubscription

pytestmark = pytest.mark.django_db

ACTOR = Actor(ActorKind.API_KEY, "billing", id=3)
NOW = datetime(2027, 1, 15, 23, 30, tzinfo=UTC)  # in Rome the 16th has begun
LATER = NOW + timedelta(hours=1)
D = Decimal


class Home:
    """A customer with nothing on the balance, of an operator with two basic tariffs and an additional one."""

    def __init__(self, mode: BillingMode = BillingMode.SUBSCRIPTION) -> None:
        self.operator = make_operator(billing_mode=mode, time_zone="Europe/Rome")
        self.basic = make_tariff(operator=self.operator, name="Basic", price=9, basic_priority=1)
        self.better = make_tariff(operator=self.operator, name="Better", price=19, basic_priority=2)
        self.films = make_tariff(operator=self.operator, name="Films", price=5)
        self.account = make_account(operator=self.operator)
        self.customer = self.account.customer

    def assign(self, tariff: Tariff, account: Account | None = None, now: datetime = NOW) -> TariffSubscription:
        return assign_tariff(actor=ACTOR, customer=self.customer, tariff=tariff, now=now, account=account)

    def remove(self, tariff: Tariff, account: Account | None = None, now: datetime = LATER) -> None:
        remove_tariff(actor=ACTOR, customer=self.customer, tariff=tariff, now=now, account=account)

    def create(self, tariff: Tariff, **fields: Any) -> TariffSubscription:
        return create_subscription(actor=ACTOR, customer=self.customer, tariff=tariff, now=NOW, **fields)

    def virtual(self, *tariffs: Tariff) -> VirtualTariff:
        made = VirtualTariff.objects.create(operator=self.operator, name="Bundle", external_id="B-1")
        made.tariffs.set(tariffs)
        return made

    def held(self) -> list[str]:
        running = TariffSubscription.objects.filter(customer=self.customer, ends_at=None)
        return sorted(each.tariff.name for each in running)

    def terms(self, subscription: TariffSubscription, now: datetime = NOW) -> Terms:
        return terms_of(TariffSubscription.objects.get(pk=subscription.pk), now)


@pytest.mark.parametrize("mode", BillingMode)
def test_given_without_money_and_once(mode: BillingMode) -> None:
    home = Home(mode)
    first = home.assign(home.basic)
    home.assign(home.films)
    again = home.assign(home.basic, now=LATER)
    assert (first.pk, home.held()) == (again.pk, ["Basic", "Films"])
    assert not Transaction.objects.exists()


def test_one_basic_tariff_at_a_time() -> None:
    home = Home()
    old = home.assign(home.basic)
    home.assign(home.films)
    home.assign(home.better, now=LATER)
    assert home.held() == ["Better", "Films"]
    assert home.terms(old, LATER).is_closed


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (lambda home: home.assign(home.films), BasicTariffMissing),
        (lambda home: (home.assign(home.basic), home.assign(home.better, account=home.account)), BasicTariffHeld),
        (
            lambda home: (Tariff.objects.update(is_archived=True), home.assign(home.basic)),
            TariffArchived,
        ),
        (lambda home: home.assign(make_tariff(basic_priority=1)), Invalid),
        (lambda home: home.remove(home.basic), SubscriptionRefused),
    ],
)
def test_what_cannot_be_given_or_taken(prepare: Callable[[Home], object], error: type[HeadendError]) -> None:
    home = Home()
    with pytest.raises(error):
        prepare(home)


def test_taken_at_once_from_whom_it_was_given_to() -> None:
    home = Home()
    home.assign(home.basic)
    held = home.assign(home.films, account=home.account)
    with pytest.raises(SubscriptionRefused):
        home.remove(home.films)
    home.remove(home.films, account=home.account)
    assert home.terms(held, LATER).is_closed
    home.remove(home.basic)
    assert home.held() == []


def test_what_was_left_goes_on_when_it_is_given_again() -> None:
    home = Home()
    held = home.assign(home.basic)
    TariffSubscription.objects.update(ends_at=LATER)
    assert home.assign(home.basic).pk == held.pk
    assert home.held() == ["Basic"]


def test_terms_of_what_was_given() -> None:
    home = Home()
    assert home.terms(home.assign(home.basic)) == Terms(
        price=D("9.00"),
        is_price_own=False,
        price_until=None,
        starts_on=date(2027, 1, 16),
        ends_on=None,
        renews=True,
        is_closed=False,
    )


def test_a_price_and_an_end_of_its_own() -> None:
    home = Home()
    made = home.create(home.basic, price=D("7.5"), price_until=date(2027, 2, 15), periods=6, ends_on=date(2027, 3, 1))
    terms = home.terms(made)
    assert (terms.price, terms.is_price_own, terms.price_until) == (D("7.50"), True, date(2027, 2, 15))
    assert (terms.ends_on, terms.renews, terms.is_closed) == (date(2027, 3, 1), True, False)
    later = home.terms(made, datetime(2027, 2, 16, tzinfo=UTC))
    assert (later.price, later.is_price_own) == (D("9.00"), False)
    over = home.terms(made, datetime(2027, 3, 1, tzinfo=UTC))
    assert (over.renews, over.is_closed) == (False, True)


def test_a_number_of_periods() -> None:
    home = Home()
    assert home.terms(home.create(home.basic, periods=2)).ends_on == date(2027, 3, 16)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"price": D(-1)}, BadAmount),
        ({"price": D("1.001")}, BadAmount),
        ({"price": D("NaN")}, BadAmount),
        ({"price": D("1e30")}, BadAmount),
        ({"periods": 0}, Invalid),
        ({"periods": 10**9}, Invalid),
        ({"ends_on": date(2027, 1, 16)}, Invalid),
    ],
)
def test_no_agreement(fields: dict[str, Any], error: type[HeadendError]) -> None:
    home = Home()
    with pytest.raises(error):
        home.create(home.basic, **fields)
    assert not TariffSubscription.objects.exists()


def test_in_the_simple_mode_subscriptions_have_no_terms_of_their_own() -> None:
    home = Home(BillingMode.SIMPLE)
    with pytest.raises(OnePriceOnly):
        home.create(home.basic)
    held = home.assign(home.basic)
    with pytest.raises(OnePriceOnly):
        close_subscription(actor=ACTOR, subscription=held, now=LATER)


def test_a_subscription_is_closed() -> None:
    home = Home()
    made = home.create(home.basic)
    close_subscription(actor=ACTOR, subscription=made, now=LATER)
    assert home.terms(made, LATER).is_closed


def test_a_price_is_taken_back_and_audited() -> None:
    home = Home()
    held = home.assign(home.basic)
    set_price(actor=ACTOR, subscription=held, price=D(3))
    assert home.terms(held).price == D(3)
    set_price(actor=ACTOR, subscription=held, price=None, until=date(2027, 5, 1))
    assert (home.terms(held).price, home.terms(held).price_until) == (D(9), None)
    changes = AuditEntry.objects.filter(entity="billing.renewal", verb="change").values_list("changes", flat=True)
    assert [sorted(each) for each in changes] == [["price_override"], ["price_override"]]


def test_a_virtual_tariff_gives_and_takes_all_it_stands_for() -> None:
    home = Home()
    bundle = home.virtual(home.films, home.better)
    assign_virtual_tariff(actor=ACTOR, customer=home.customer, virtual_tariff=bundle, now=NOW)
    assert home.held() == ["Better", "Films"]
    assert list(held_virtually(home.customer, NOW)) == [bundle]
    assert not held_virtually(home.customer, NOW, home.account)
    remove_virtual_tariff(actor=ACTOR, customer=home.customer, virtual_tariff=bundle, now=LATER)
    assert home.held() == []
    assert not held_virtually(home.customer, LATER)
    with pytest.raises(SubscriptionRefused):
        remove_virtual_tariff(actor=ACTOR, customer=home.customer, virtual_tariff=bundle, now=LATER)


def test_a_virtual_tariff_leaves_what_was_held_before() -> None:
    home = Home()
    home.assign(home.better)
    bundle = home.virtual(home.films, home.better)
    assign_virtual_tariff(actor=ACTOR, customer=home.customer, virtual_tariff=bundle, now=NOW)
    remove_virtual_tariff(actor=ACTOR, customer=home.customer, virtual_tariff=bundle, now=LATER)
    assert home.held() == ["Better"]


def test_a_virtual_tariff_is_given_whole_or_not_at_all() -> None:
    home = Home()
    bundle = home.virtual(home.films)
    with pytest.raises(BasicTariffMissing):
        assign_virtual_tariff(actor=ACTOR, customer=home.customer, virtual_tariff=bundle, now=NOW)
    foreign = home.virtual(home.basic, make_tariff())
    with pytest.raises(Invalid):
        assign_virtual_tariff(actor=ACTOR, customer=make_customer(), virtual_tariff=foreign, now=NOW)
    assert not TariffSubscription.objects.exists()
