"""Buying tariffs and leaving them: what it costs, what it ends, and that nothing happens by half or twice."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.at_once import at_once
from tests.factories import make_account, make_customer, make_operator, make_subscription, make_tariff
from tests.factories.billing import make_balance, make_promo

from headend.billing.actions import Purchase, activate_promo, buy_tariff, leave_tariff
from headend.billing.errors import SubscriptionRefused
from headend.billing.models import BillingTerms, Discount, Kind, PromoActivation, Renewal, Transaction
from headend.billing.queries import Buyer, balance_of, due_of, shop_for, tariffs_for
from headend.billing.rules import Refusal
from headend.catalog.models import Tariff
from headend.kernel.actor import Actor, ActorKind
from headend.operators.models import BillingMode, Operator
from headend.subscribers.models import Account, TariffSubscription

pytestmark = pytest.mark.django_db

ACTOR = Actor(ActorKind.DEVICE, "box", id=7)
NOW = datetime(2027, 1, 15, 23, 30, tzinfo=UTC)  # in Rome the 16th has begun
DAY = timedelta(days=1)
D = Decimal


class Home:
    """An operator with a basic tariff for 9, one for 19 and an additional one for 5 (2 to activate), and an account
    with a balance of 50."""

    def __init__(self, mode: BillingMode = BillingMode.SUBSCRIPTION, balance: int = 50, **fields: Any) -> None:
        self.operator: Operator = make_operator(billing_mode=mode, time_zone="Europe/Rome")
        self.basic = self.tariff("Basic", price=9, basic_priority=1)
        self.better = self.tariff("Better", price=19, basic_priority=2)
        self.films = self.tariff("Films", price=5, activation_price=2)
        self.account: Account = make_account(operator=self.operator, **fields)
        self.customer = self.account.customer
        if balance:
            make_balance(self.customer, balance)

    def tariff(self, name: str, **fields: Any) -> Tariff:
        return make_tariff(operator=self.operator, name=name, **fields)

    def buy(self, tariff: Tariff, account: Account | None = None, for_all: bool = True) -> Purchase:
        buyer = Buyer(Account.objects.get(pk=(account or self.account).pk), for_all)
        return buy_tariff(actor=ACTOR, buyer=buyer, tariff_id=tariff.pk, now=NOW)

    def leave(self, tariff: Tariff, account: Account | None = None, for_all: bool = True) -> TariffSubscription:
        buyer = Buyer(Account.objects.get(pk=(account or self.account).pk), for_all)
        return leave_tariff(actor=ACTOR, buyer=buyer, tariff_id=tariff.pk, now=NOW)

    @property
    def balance(self) -> Decimal:
        return balance_of(self.customer)

    def held(self) -> list[str]:
        return sorted(s.tariff.name for s in TariffSubscription.objects.filter(customer=self.customer, ends_at=None))


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(SubscriptionRefused) as caught:
        call()
    return caught.value.reason


def test_buying_charges_and_gives() -> None:
    home = Home()
    home.buy(home.basic)
    bought = home.buy(home.films)
    assert (bought.cost, home.balance, home.held()) == (D(7), D(34), ["Basic", "Films"])
    assert bought.subscription.account is None
    renewal = Renewal.objects.get(subscription=bought.subscription)
    # Until midnight in Rome, a month after the 16th.
    assert (renewal.price_override, renewal.paid_until) == (None, datetime(2027, 2, 15, 23, tzinfo=UTC))
    sale = Transaction.objects.filter(kind=Kind.SUBSCRIPTION).first()
    assert sale is not None
    assert sale.comment == "Films"


def test_in_the_simple_mode_new_tariffs_join_the_next_charge() -> None:
    home = Home(BillingMode.SIMPLE, extends_on=date(2027, 1, 31))
    bought = home.buy(home.basic)
    # 15 of the 31 days from December 31st to January 31st.
    assert bought.cost == D("4.35")
    assert Renewal.objects.get().paid_until == datetime(2027, 1, 30, 23, tzinfo=UTC)


def test_in_the_simple_mode_without_a_next_charge_the_whole_price_is_due() -> None:
    home = Home(BillingMode.SIMPLE)
    assert home.buy(home.basic).cost == D(9)


def test_a_basic_tariff_takes_the_place_of_another() -> None:
    home = Home()
    home.buy(home.basic)
    TariffSubscription.objects.update(starts_at=NOW - DAY)
    home.buy(home.films)
    home.buy(home.better)
    assert home.held() == ["Better", "Films"]
    assert home.balance == D(50 - 9 - 7 - 19)
    assert TariffSubscription.objects.get(tariff=home.basic).ends_at == NOW


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda home: Tariff.objects.filter(pk=home.films.pk).update(is_archived=True), Refusal.ARCHIVED),
        (lambda home: Tariff.objects.filter(pk=home.films.pk).update(is_enabled=False), Refusal.DISABLED),
        (lambda home: Tariff.objects.filter(pk=home.films.pk).update(is_hidden=True), Refusal.UNKNOWN),
        (lambda home: Tariff.objects.filter(pk=home.films.pk).update(currency="USD"), Refusal.UNKNOWN),
        (lambda home: Tariff.objects.filter(pk=home.films.pk).update(countries=["DE"]), Refusal.WRONG_COUNTRY),
        (lambda home: Tariff.objects.filter(pk=home.films.pk).update(price=1000), Refusal.NOT_ENOUGH_BALANCE),
        (lambda home: home.buy(home.films), Refusal.HELD),
        (lambda home: TariffSubscription.objects.all().delete(), Refusal.NEEDS_BASIC),
    ],
)
def test_refusals_change_nothing(prepare: Callable[[Home], object], reason: Refusal) -> None:
    home = Home()
    home.buy(home.basic)
    prepare(home)
    before = (home.balance, home.held(), Transaction.objects.count())
    assert refused(lambda: home.buy(home.films)) == reason
    assert (home.balance, home.held(), Transaction.objects.count()) == before


def test_another_operators_tariff_is_unknown() -> None:
    home = Home()
    assert refused(lambda: home.buy(make_tariff(price=0))) == Refusal.UNKNOWN
    assert refused(lambda: home.leave(make_tariff(price=0))) == Refusal.NOT_HELD


def test_one_account_buys_for_itself() -> None:
    home = Home()
    second = make_account(customer=home.customer)
    home.buy(home.basic, for_all=False)
    home.buy(home.better, second, for_all=False)
    assert {s.account for s in TariffSubscription.objects.all()} == {home.account, second}
    # For all accounts there is no room beside their own, and nobody leaves another's.
    assert refused(lambda: home.buy(home.basic)) == Refusal.HELD
    free = home.tariff("Free", price=0, basic_priority=3)
    assert refused(lambda: home.buy(free)) == Refusal.ONE_BASIC
    films = home.buy(home.films, for_all=False).subscription
    assert refused(lambda: home.leave(home.films, second, for_all=False)) == Refusal.NOT_HELD
    assert home.leave(home.films, for_all=False) == films


def test_what_all_hold_is_not_one_accounts_to_change() -> None:
    home = Home()
    second = make_account(customer=home.customer)
    home.buy(home.basic)
    home.buy(home.films)
    assert refused(lambda: home.buy(home.better, second, for_all=False)) == Refusal.ONE_BASIC
    assert refused(lambda: home.leave(home.films, second, for_all=False)) == Refusal.NOT_HELD
    Account.objects.filter(pk=second.pk).delete()
    assert home.leave(home.films, for_all=False).ends_at is not None


def test_left_tariffs_run_until_the_end_of_what_is_paid() -> None:
    home = Home()
    home.buy(home.basic)
    home.buy(home.films)
    for _ in range(2):
        assert home.leave(home.films).ends_at == datetime(2027, 2, 15, 23, tzinfo=UTC)
    assert home.balance == D(34)
    # Wanted again before that, it goes on and costs nothing.
    again = home.buy(home.films)
    assert (again.cost, again.subscription.ends_at, home.balance) == (D(0), None, D(34))


def test_what_nobody_paid_ends_at_once() -> None:
    home = Home()
    make_subscription(customer=home.customer, tariff=home.basic)
    make_subscription(customer=home.customer, tariff=home.films)
    assert home.leave(home.films).ends_at == NOW
    assert refused(lambda: home.leave(home.films)) == Refusal.NOT_HELD


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"basic_priority": 3}, Refusal.IS_BASIC),
        ({"is_required": True}, Refusal.REQUIRED),
        ({"may_unsubscribe": False}, Refusal.NOT_TO_LEAVE),
    ],
)
def test_what_may_not_be_left(fields: dict[str, Any], reason: Refusal) -> None:
    home = Home()
    tariff = home.tariff("Kept", **fields)
    make_subscription(customer=home.customer, tariff=tariff)
    assert refused(lambda: home.leave(tariff)) == reason


def test_a_discount_is_used_once() -> None:
    home = Home()
    make_promo(operator=home.operator, code="HALF", discount=50, tariffs=[home.basic, home.better])
    activate_promo(actor=ACTOR, account=home.account, code="half", now=NOW)
    assert home.buy(home.basic).cost == D("4.50")
    assert PromoActivation.objects.get().applied_at == NOW
    assert home.buy(home.better).cost == D(19)


def test_what_the_shop_shows() -> None:
    home = Home()
    home.tariff("Hidden", is_hidden=True)
    home.tariff("System", period_months=0)
    old = home.tariff("Old", is_archived=True)
    home.tariff("Elsewhere", countries=["DE"])
    make_tariff(name="Another's")
    make_subscription(customer=home.customer, tariff=old)
    shop = shop_for(Buyer(home.account), NOW)
    assert [tariff.name for tariff in tariffs_for(shop)] == ["Better", "Basic", "Films", "Old"]


def test_what_is_due() -> None:
    home = Home(balance=4)
    make_subscription(customer=home.customer, tariff=home.basic)
    make_subscription(customer=home.customer, tariff=home.tariff("Year", price=60, period_months=12))
    due = due_of(Buyer(home.account), NOW)
    assert (due.monthly, due.to_pay, due.balance, due.debt) == (D(14), D(10), D(4), D(0))


def test_what_is_due_is_what_the_run_will_charge() -> None:
    home = Home(balance=4)
    operator = home.account.operator
    held = make_subscription(customer=home.customer, tariff=home.basic)
    Renewal.objects.create(operator=operator, subscription=held, currency="EUR", price_override=D(20))
    Discount.objects.create(operator=operator, customer=home.customer, percent=D(50))
    Discount.objects.create(operator=operator, customer=make_account(operator=operator).customer, percent=D(90))
    BillingTerms.objects.create(operator=operator, tax_rate=D(10), prices_include_tax=False)
    due = due_of(Buyer(home.account), NOW)
    assert (due.monthly, due.to_pay, due.without_discounts) == (D(11), D(7), D(18))


@pytest.mark.django_db(transaction=True)
def test_two_devices_buy_one_tariff_once() -> None:
    home = Home()
    outcomes = at_once(*[lambda: home.buy(home.basic)] * 4)
    assert sorted(type(each).__name__ for each in outcomes) == ["Purchase", *["SubscriptionRefused"] * 3]
    assert (home.balance, TariffSubscription.objects.count()) == (D(41), 1)


@pytest.mark.django_db(transaction=True)
def test_two_devices_spend_a_balance_once() -> None:
    home = Home(balance=9)
    second = make_account(customer=home.customer)
    outcomes = at_once(lambda: home.buy(home.basic, for_all=False), lambda: home.buy(home.basic, second, for_all=False))
    assert sorted(getattr(each, "reason", "bought") for each in outcomes) == ["bought", "not_enough_balance"]
    assert home.balance == 0


@pytest.mark.django_db(transaction=True)
def test_a_promo_code_goes_as_often_as_it_may() -> None:
    operator = make_operator()
    make_promo(operator=operator, code="FEW", amount=5, activation_count=2)
    accounts = [make_account(operator=operator) for _ in range(4)]
    outcomes = at_once(
        *(
            lambda account=account: activate_promo(actor=ACTOR, account=account, code="FEW", now=NOW)
            for account in accounts
        )  # type: ignore[misc]
    )
    assert sorted(type(each).__name__ for each in outcomes) == [*["PromoActivation"] * 2, *["PromoRefused"] * 2]
    assert sum(balance_of(account.customer) for account in accounts) == D(10)


@pytest.mark.django_db(transaction=True)
def test_a_customer_activates_a_promo_code_once() -> None:
    operator = make_operator()
    make_promo(operator=operator, code="MANY", amount=5, activation_count=0)
    customer = make_customer(operator=operator)
    account = make_account(customer=customer)
    at_once(*[lambda: activate_promo(actor=ACTOR, account=account, code="MANY", now=NOW)] * 3)
    assert (PromoActivation.objects.count(), balance_of(customer)) == (1, D(5))
