"""Promised payments, tariffs that change later, taxes and discounts where something is bought."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.factories import make_account, make_customer, make_operator, make_subscription, make_tariff
from tests.factories.billing import make_balance

from headend.billing.actions import (
    buy_tariff,
    change_later,
    leave_tariff,
    promise_payment,
    run_billing,
    write_down_payment,
)
from headend.billing.errors import BadAmount, PromiseRefused, SubscriptionRefused
from headend.billing.models import BillingTerms, Discount, Entry, PromisedPayment, Renewal
from headend.billing.queries import Buyer, balance_of
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import Invalid
from headend.operators.models import BillingMode, Operator
from headend.subscribers.models import Account, Customer, TariffSubscription

pytestmark = pytest.mark.django_db

ACTOR = Actor(ActorKind.STAFF, "ada", id=5)
NOW = datetime(2027, 1, 15, 9, tzinfo=UTC)
DAY = timedelta(days=1)
D = Decimal


def operator_with(**terms: object) -> Operator:
    operator = make_operator(billing_mode=BillingMode.SUBSCRIPTION)
    BillingTerms.objects.create(operator=operator, **terms)
    return operator


def promise(customer: Customer, amount: str, now: datetime = NOW) -> PromisedPayment:
    return promise_payment(actor=ACTOR, customer=customer, amount=D(amount), now=now)


def refusal(customer: Customer, amount: str, now: datetime = NOW) -> str:
    with pytest.raises(PromiseRefused) as caught:
        promise(customer, amount, now)
    return caught.value.reason


def test_a_promise_brings_service_back_and_ends_when_it_is_paid() -> None:
    operator = operator_with(promised_days=3)
    account = make_account(operator=operator, is_active=False, status_reason="DEBT")
    make_subscription(customer=account.customer, tariff=make_tariff(operator=operator, price=9, basic_priority=1))
    given = promise(account.customer, "9")
    account.refresh_from_db()
    assert (account.is_active, balance_of(account.customer), given.until) == (True, D(-9), NOW + 3 * DAY)
    write_down_payment(actor=ACTOR, customer=account.customer, amount=D(9), now=NOW + DAY)
    given.refresh_from_db()
    assert (given.ended_at, given.is_kept) == (NOW + DAY, True)


def test_who_may_promise() -> None:
    customer = make_customer(operator=operator_with(promised_days=3, promised_most=20, promised_pause_days=10))
    assert refusal(make_customer(), "5") == "not_offered"
    assert refusal(customer, "20.01") == "too_much"
    with pytest.raises(BadAmount):
        promise(customer, "0")
    promise(customer, "20")
    assert refusal(customer, "1") == "runs"
    run_billing(actor=ACTOR, operator=customer.operator, now=NOW + 3 * DAY)
    assert refusal(customer, "1", NOW + 12 * DAY) == "too_soon"
    assert promise(customer, "1", NOW + 13 * DAY).pk


def test_a_tariff_that_changes_later_until_somebody_thinks_better_of_it() -> None:
    operator = operator_with()
    basic, better = (make_tariff(operator=operator, price=p, basic_priority=1) for p in (9, 19))
    held = make_subscription(account=make_account(operator=operator), tariff=basic)
    assert change_later(actor=ACTOR, subscription=held, successor=better).successor == better
    change_later(actor=ACTOR, subscription=held, successor=None)
    assert Renewal.objects.get().successor is None


def test_what_cannot_follow() -> None:
    operator = operator_with()
    basic = make_tariff(operator=operator, basic_priority=1)
    held = make_subscription(account=make_account(operator=operator), tariff=basic)
    others = [{"is_archived": True}, {"is_enabled": False}, {"operator": make_operator()}]
    for fields in others:
        other = make_tariff(**{"operator": operator, "basic_priority": 1} | fields)
        with pytest.raises(SubscriptionRefused):
            change_later(actor=ACTOR, subscription=held, successor=other)
    with pytest.raises(SubscriptionRefused):
        change_later(actor=ACTOR, subscription=held, successor=basic)
    for fields in ({"basic_priority": 0}, {"basic_priority": 1, "period_months": 0}):
        with pytest.raises(Invalid):
            change_later(actor=ACTOR, subscription=held, successor=make_tariff(operator=operator, **fields))


def test_what_is_bought_is_taxed_and_discounted() -> None:
    operator = operator_with(tax_rate=20, prices_include_tax=False)
    basic = make_tariff(operator=operator, price=10, activation_price=2, basic_priority=1)
    account = make_account(operator=operator)
    make_balance(account.customer, 50)
    Discount.objects.create(operator=operator, tariff=basic, percent=50)
    bought = buy_tariff(actor=ACTOR, buyer=Buyer(account), tariff_id=basic.pk, now=NOW)
    assert (bought.cost, balance_of(account.customer)) == (D("8.40"), D("41.60"))  # 2 and half of 10, and 20 per cent
    assert Entry.objects.get(book="taxes").amount == D("1.40")


def test_what_was_taken_away_can_be_left() -> None:
    operator = operator_with()
    account = make_account(operator=operator)
    films = make_tariff(operator=operator, price=5)
    held = make_subscription(customer=account.customer, tariff=films)
    run_billing(actor=ACTOR, operator=operator, now=NOW)
    assert Renewal.objects.get().is_cut
    leave_tariff(actor=ACTOR, buyer=Buyer(Account.objects.get(pk=account.pk)), tariff_id=films.pk, now=NOW)
    write_down_payment(actor=ACTOR, customer=account.customer, amount=D(20), now=NOW + DAY)
    assert balance_of(account.customer) == D(20)
    assert TariffSubscription.objects.get(pk=held.pk).ends_at is not None
