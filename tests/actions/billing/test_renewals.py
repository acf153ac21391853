"""The billing run on the records: once, twice, side by side, broken off, late; what payments set going."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from tests.at_once import at_once
from tests.factories import make_account, make_customer, make_operator, make_subscription, make_tariff
from tests.factories.billing import make_balance

from headend.billing.actions import Report, run_billing, runs, write_down_payment
from headend.billing.models import (
    BillingRun,
    BillingTerms,
    Discount,
    Entry,
    PromisedPayment,
    Renewal,
    Transaction,
)
from headend.billing.queries import balance_of, midnight_of
from headend.catalog.models import Tariff
from headend.kernel.actor import Actor, ActorKind
from headend.operators.models import AuditEntry, BillingMode, Change
from headend.subscribers.models import Account, Customer, TariffSubscription

pytestmark = pytest.mark.django_db

ACTOR = Actor(ActorKind.SYSTEM, "billing run")
DUE = date(2027, 1, 5)
NOW = datetime(2027, 1, 4, 23, 30, tzinfo=UTC)  # in Rome the 5th has begun
D = Decimal


class House:
    """An operator with a basic tariff for 9 and an additional one for 5, and a customer who holds both for an account,
    paid until January 5th."""

    def __init__(self, mode: BillingMode = BillingMode.SIMPLE, balance: int = 50, **fields: Any) -> None:
        self.operator = make_operator(billing_mode=mode, time_zone="Europe/Rome")
        self.basic = make_tariff(operator=self.operator, name="Basic", price=9, basic_priority=1)
        self.films = make_tariff(operator=self.operator, name="Films", price=5)
        self.customer, self.account = self.add(balance, **fields)

    def add(self, balance: int = 50, paid_until: date | None = DUE, **fields: Any) -> tuple[Customer, Account]:
        """One more customer like the first."""
        is_simple = self.operator.billing_mode == BillingMode.SIMPLE
        account = make_account(operator=self.operator, **({"extends_on": DUE} if is_simple else {}) | fields)
        if balance:
            make_balance(account.customer, balance)
        for tariff in (self.basic, self.films):
            held = make_subscription(customer=account.customer, tariff=tariff, starts_at=NOW - timedelta(days=31))
            paid = midnight_of(self.operator, paid_until) if paid_until else None
            Renewal.objects.create(operator=self.operator, subscription=held, currency="EUR", paid_until=paid)
        return account.customer, account

    def run(self, now: datetime = NOW, **options: Any) -> Report:
        return run_billing(actor=ACTOR, operator=self.operator, now=now, **options)

    def pay(self, amount: int, now: datetime = NOW) -> None:
        write_down_payment(actor=ACTOR, customer=self.customer, amount=D(amount), now=now)

    @property
    def balance(self) -> Decimal:
        return balance_of(self.customer)

    def state(self) -> tuple[bool, str, date | None]:
        self.account.refresh_from_db()
        return self.account.is_active, self.account.status_reason, self.account.extends_on

    def renewal(self, tariff: Tariff) -> Renewal:
        return Renewal.objects.select_related("subscription").get(
            subscription__customer=self.customer, subscription__tariff=tariff
        )


def books() -> dict[str, Decimal]:
    return dict(Entry.objects.order_by("book").values_list("book").annotate(Sum("amount")))


@pytest.fixture(params=BillingMode)
def house(request: pytest.FixtureRequest) -> House:
    return House(request.param)


def test_a_run_charges_and_prolongs(house: House) -> None:
    report = house.run()
    assert (report.due, report.tally.customers, report.failures, house.balance) == (1, 1, [], D(36))
    assert house.renewal(house.basic).paid_until == midnight_of(house.operator, date(2027, 2, 5))
    assert books() == {"customers": D(36), "money": D(-50), "sales": D(14)}
    kept = BillingRun.objects.get()
    assert (kept.customers, kept.charged, kept.failed, kept.finished_at is not None) == (1, D(14), 0, True)
    assert kept.counts["charged"] == len(Transaction.objects.filter(kind="subscription"))


def test_a_second_run_finds_nothing(house: House) -> None:
    house.run()
    written = Transaction.objects.count(), AuditEntry.objects.count(), Change.objects.count()
    assert house.run().due == 0
    assert (Transaction.objects.count(), AuditEntry.objects.count(), Change.objects.count()) == written
    assert BillingRun.objects.count() == 1


def test_nothing_is_due_the_evening_before(house: House) -> None:
    assert house.run(NOW - timedelta(hours=1)).due == 0  # the 5th has not begun in Rome


def test_missed_days_are_caught_up(house: House) -> None:
    house.run(NOW + timedelta(days=65))
    assert house.balance == D(50 - 3 * 14)
    assert house.renewal(house.basic).paid_until == midnight_of(house.operator, date(2027, 4, 5))
    keys = Transaction.objects.filter(kind="subscription").values_list("external_id", flat=True)
    assert len(set(keys)) == len(keys)


def test_a_dry_run_tells_and_writes_nothing(house: House) -> None:
    written = Transaction.objects.count(), AuditEntry.objects.count()
    report = house.run(is_dry=True)
    assert (report.due, report.tally.charged["EUR"]) == (1, D(14))
    assert (Transaction.objects.count(), AuditEntry.objects.count()) == written
    assert not BillingRun.objects.exists()


def test_without_money_service_ends_and_a_payment_begins_it_anew() -> None:
    house = House(balance=10)
    house.run()
    assert house.state() == (False, "DEBT", DUE)
    assert house.run(NOW + timedelta(days=40)).due == 0
    house.pay(3, NOW + timedelta(days=41))
    assert house.state()[0] is False
    house.pay(1, NOW + timedelta(days=42))
    assert house.state() == (True, "ACTIVE", date(2027, 3, 16))
    assert house.balance == D(0)


def test_an_additional_subscription_is_taken_away_and_comes_back() -> None:
    house = House(BillingMode.SUBSCRIPTION, balance=10)
    end = midnight_of(house.operator, date(2027, 12, 1))
    TariffSubscription.objects.filter(tariff=house.films).update(ends_at=end)
    house.run()
    cut = house.renewal(house.films)
    assert (house.balance, cut.is_cut, cut.kept_end) == (D(1), True, end)
    assert cut.subscription.ends_at == midnight_of(house.operator, DUE)
    assert house.state()[0] is True
    assert house.run(NOW + timedelta(days=3)).due == 0
    house.pay(4, NOW + timedelta(days=10))
    back = house.renewal(house.films)
    assert (house.balance, back.is_cut, back.kept_end, back.subscription.ends_at) == (D(0), False, None, end)
    assert back.paid_until == midnight_of(house.operator, date(2027, 2, 15))


def test_what_was_taken_away_and_taken_again_does_not_come_back_twice() -> None:
    house = House(BillingMode.SUBSCRIPTION, balance=10)
    house.run()
    make_subscription(customer=house.customer, tariff=house.films, starts_at=NOW)
    house.pay(20, NOW)
    assert Transaction.objects.filter(comment="Films").count() == 1


def test_a_promise_lends_and_takes_service_away_when_it_runs_out(house: House) -> None:
    Entry.objects.all()._raw_delete(Entry.objects.db)  # nothing was ever paid
    PromisedPayment.objects.create(
        operator=house.operator,
        customer=house.customer,
        amount=20,
        currency="EUR",
        given_at=NOW,
        until=NOW + timedelta(days=3),
    )
    house.run()
    assert (house.balance, house.state()[0]) == (D(-14), True)
    house.run(NOW + timedelta(days=3))
    assert house.state()[:2] == (False, "DEBT")
    promise = PromisedPayment.objects.get()
    assert (promise.ended_at, promise.is_kept) == (NOW + timedelta(days=3), False)
    house.pay(14, NOW + timedelta(days=4))
    assert (house.balance, house.state()[0]) == (D(0), True)


def test_another_tariff_with_the_next_period(house: House) -> None:
    better = make_tariff(operator=house.operator, name="Better", price=19, basic_priority=2)
    Renewal.objects.filter(subscription__tariff=house.basic).update(successor=better)
    house.run()
    assert house.balance == D(50 - 19 - 5)
    before, after = TariffSubscription.objects.exclude(tariff=house.films).order_by("pk")
    boundary = midnight_of(house.operator, DUE)
    assert (before.tariff, before.ends_at) == (house.basic, boundary)
    assert (after.tariff, after.starts_at, after.ends_at) == (better, boundary, None)
    assert after.renewal.paid_until == midnight_of(house.operator, date(2027, 2, 5))
    assert house.run(NOW + timedelta(hours=2)).due == 0
    house.pay(50)
    house.run(NOW + timedelta(days=31))
    assert house.balance == D(26 + 50 - 24)


def test_a_successor_that_was_archived_changes_nothing(house: House) -> None:
    better = make_tariff(operator=house.operator, price=19, basic_priority=2, is_archived=True)
    Renewal.objects.filter(subscription__tariff=house.basic).update(successor=better)
    Tariff.objects.filter(pk=house.basic.pk).update(is_archived=True)  # who holds it keeps it
    house.run()
    assert house.balance == D(36)


def test_taxes_have_a_book_of_their_own(house: House) -> None:
    BillingTerms.objects.create(operator=house.operator, tax_rate=22, prices_include_tax=False)
    house.run()
    assert books() == {"customers": D("32.92"), "money": D(-50), "sales": D(14), "taxes": D("3.08")}


def test_discounts_of_the_records(house: House) -> None:
    common = {"operator": house.operator}
    Discount.objects.create(**common, customer=house.customer, tariff=house.basic, percent=50, ends_on=DUE)
    Discount.objects.create(**common, amount=1)
    Discount.objects.create(**common, customer=make_customer(operator=house.operator), percent=100)
    Discount.objects.create(**common, percent=100, is_enabled=False)
    house.run()
    assert house.balance == D("41.50")  # 4.50 and 4


def test_who_is_billed_elsewhere_is_left_alone(house: House) -> None:
    Customer.objects.update(billing_handler=3)
    assert house.run().due == 0
    Customer.objects.update(billing_handler=None)
    BillingTerms.objects.create(operator=house.operator, is_run=False)
    assert house.run().due == 0
    Account.objects.update(is_active=False, status_reason="DEBT")
    house.pay(5)
    assert (house.balance, house.state()[0]) == (D(55), False)


def test_one_who_cannot_be_charged_holds_up_nobody(house: House) -> None:
    dollars = make_tariff(operator=house.operator, name="Dollars", currency="USD", price=3)
    stuck, _ = house.add()
    make_subscription(customer=stuck, tariff=dollars, starts_at=NOW - timedelta(days=1))
    third, _ = house.add()
    report = house.run()
    assert [number for number, _ in report.failures] == [stuck.pk]
    assert "USD" in report.failures[0][1]
    assert (house.balance, balance_of(stuck), balance_of(third)) == (D(36), D(50), D(36))
    assert BillingRun.objects.get().failures == [{"customer": stuck.pk, "error": report.failures[0][1]}]
    house.pay(1)  # also for a customer who cannot be charged a payment is one
    write_down_payment(actor=ACTOR, customer=stuck, amount=D(1), now=NOW)
    assert balance_of(stuck) == D(51)


def test_a_charge_that_is_in_the_ledger_is_not_made_again(house: House) -> None:
    house.run()
    Renewal.objects.update(paid_until=midnight_of(house.operator, DUE))
    Account.objects.exclude(extends_on=None).update(extends_on=DUE)
    house.run(NOW + timedelta(hours=3))
    assert house.balance == D(36)
    assert house.renewal(house.basic).paid_until == midnight_of(house.operator, date(2027, 2, 5))


def test_a_run_that_breaks_off_is_finished_by_the_next(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [house.add()[0] for _ in range(4)]
    monkeypatch.setattr(runs, "PORTION", 2)
    calls: Iterator[int] = iter(range(9))
    real = runs.renew

    def killed(**given: Any) -> Any:
        if next(calls) == 1:
            raise KeyboardInterrupt
        return real(**given)

    monkeypatch.setattr(runs, "renew", killed)
    with pytest.raises(KeyboardInterrupt):
        house.run()
    broken = BillingRun.objects.get()
    assert (broken.finished_at, balance_of(others[3])) == (None, D(50))
    house.run()
    assert {balance_of(each) for each in (house.customer, *others)} == {D(36)}


@pytest.mark.django_db(transaction=True)
def test_runs_side_by_side_charge_once(house: House) -> None:
    others = [house.add()[0] for _ in range(5)]
    reports = [each for each in at_once(*[house.run] * 3) if isinstance(each, Report)]
    assert len(reports) == 3
    assert sum(report.tally.charged["EUR"] for report in reports) == D(6 * 14)
    assert {balance_of(each) for each in (house.customer, *others)} == {D(36)}
    assert not any(report.failures for report in reports)


def test_gifts_and_ended_subscriptions_cost_nothing(house: House) -> None:
    Renewal.objects.all().delete()
    TariffSubscription.objects.update(ends_at=NOW + timedelta(days=20))
    house.run()
    assert house.balance == D(50)


def test_what_was_given_without_a_renewal_is_charged_from_its_day() -> None:
    house = House(BillingMode.SUBSCRIPTION)
    Renewal.objects.all().delete()
    TariffSubscription.objects.update(starts_at=NOW + timedelta(minutes=10))
    house.run(NOW + timedelta(hours=1))
    assert (house.balance, house.renewal(house.basic).anchor_day) == (D(36), 5)


def test_the_gate_hears_of_accounts_that_go_and_come(house: House) -> None:
    Entry.objects.all()._raw_delete(Entry.objects.db)
    Change.objects.all().delete()
    house.run()
    news = set(Change.objects.values_list("entity", "object_id"))
    assert ("subscribers.account", house.account.pk) in news
