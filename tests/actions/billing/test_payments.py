"""Payments: confirmed once however often it is said, given back by new transactions, cards kept as references."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from tests.at_once import at_once
from tests.factories import make_account
from tests.factories.billing import make_balance, make_card, make_merchant
from tests.factories.gateways import GATEWAYS, ScriptedGateway

from headend.billing.actions import (
    Checkout,
    charge_card,
    fail_payment,
    forget_card,
    refund_payment,
    set_autopayment,
    settle_payment,
    start_payment,
)
from headend.billing.actions.cards import save_card
from headend.billing.errors import (
    BadAmount,
    GatewayRefused,
    NoCardForAutopayment,
    OverRefunded,
    PaymentSettled,
)
from headend.billing.models import Entry, Payment, PaymentStatus, SavedCard, Transaction
from headend.billing.ports import (
    Failure,
    GatewayConfig,
    Outcome,
    PaymentOrder,
    PaymentState,
    SavedCardReference,
    Started,
)
from headend.billing.queries import balance_of
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import Invalid
from headend.operators.models import AuditEntry
from headend.subscribers.models import Account, Customer

pytestmark = pytest.mark.django_db

ACTOR = Actor(ActorKind.DEVICE, "box", id=7)
NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
KEY = settings.ENCRYPTION_KEY
PAID, FAILED = Outcome(PaymentState.PAID), Outcome(PaymentState.FAILED, Failure.BAD_CARD)
D = Decimal


def begin(
    account: Account | None = None,
    amount: str = "10",
    saves_card: bool = False,
    gateway: type[ScriptedGateway] = ScriptedGateway,
    **options: str,
) -> Payment:
    account = account or make_account()
    merchant = make_merchant(operator=account.operator, options=options)
    return start_payment(
        actor=ACTOR,
        account=account,
        merchant=merchant,
        gateway=gateway(GatewayConfig(options=options)),
        checkout=Checkout(amount=D(amount), saves_card=saves_card),
        now=NOW,
    )[0]


def settle(payment: Payment, outcome: Outcome = PAID) -> Payment:
    return settle_payment(actor=ACTOR, payment=payment, outcome=outcome, now=NOW, sealing_key=KEY)


def customer_of(payment: Payment) -> Customer:
    assert payment.customer is not None
    return payment.customer


class HastyGateway(ScriptedGateway):
    """Tells that a payment is paid before it answers the one who began it."""

    def start(self, order: PaymentOrder) -> Started:
        settle(Payment.objects.get())
        return super().start(order)

    def charge_saved(self, token: str, order: PaymentOrder) -> tuple[Started, Outcome]:
        settle(Payment.objects.get())
        return super().charge_saved(token, order)


def test_a_payment_counts_once_it_is_paid() -> None:
    payment = begin()
    assert (payment.status, balance_of(customer_of(payment)), payment.reference[:4]) == ("pending", 0, "ref-")
    assert settle(payment, Outcome(PaymentState.PENDING)).status == "pending"
    for _ in range(3):
        assert settle(payment).status == "paid"
    assert (balance_of(customer_of(payment)), Transaction.objects.count()) == (D(10), 1)


def test_a_notice_that_overtakes_the_gateways_answer_is_not_forgotten() -> None:
    payment = begin(gateway=HastyGateway)
    assert (payment.status, payment.reference[:4]) == ("paid", "ref-")
    assert settle(payment).status == "paid"
    assert (balance_of(customer_of(payment)), Transaction.objects.count()) == (D(10), 1)


def test_a_notice_that_overtakes_the_charge_of_a_card_counts_once() -> None:
    account = make_account()
    payment = charge_card(
        actor=ACTOR,
        account=account,
        card=make_card(customer=account.customer),
        gateway=HastyGateway(GatewayConfig(options={})),
        amount=D(7),
        now=NOW,
        sealing_key=KEY,
    )
    assert (payment.status, payment.reference[:4], balance_of(account.customer)) == ("paid", "ref-", D(7))
    assert Transaction.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_confirmations_at_once_count_once() -> None:
    payment = begin()
    outcomes = at_once(*[lambda: settle(Payment.objects.get(pk=payment.pk))] * 4)
    assert {getattr(each, "status", each) for each in outcomes} == {"paid"}
    assert (balance_of(customer_of(payment)), Transaction.objects.count()) == (D(10), 1)


def test_what_failed_and_is_paid_after_all_is_paid() -> None:
    payment = begin()
    failed = settle(payment, FAILED)
    assert (failed.status, failed.failure, failed.transaction) == ("failed", "bad_card", None)
    assert settle(payment).failure == ""
    assert settle(payment, FAILED).status == "paid"
    assert fail_payment(actor=ACTOR, payment=payment, failure=Failure.UNKNOWN).status == "paid"
    assert balance_of(customer_of(payment)) == D(10)


def test_a_gateway_that_refuses_leaves_a_failed_payment() -> None:
    with pytest.raises(GatewayRefused, match="network"):
        begin(fails="network")
    assert (Payment.objects.get().status, Payment.objects.get().failure) == ("failed", "network")


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1e12"])
def test_amounts_that_nobody_pays(amount: str) -> None:
    with pytest.raises(BadAmount):
        begin(amount=amount)
    assert not Payment.objects.exists()


def test_so_many_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headend.billing.actions.payments.MOST_PENDING", 1)
    account = make_account()
    payment = begin(account)
    gateway = ScriptedGateway(GatewayConfig())
    again: Callable[[], Any] = lambda: start_payment(  # noqa: E731
        actor=ACTOR,
        account=account,
        merchant=payment.merchant,  # type: ignore[arg-type]
        gateway=gateway,
        checkout=Checkout(amount=D(1)),
        now=NOW,
    )
    with pytest.raises(GatewayRefused) as caught:
        again()
    assert caught.value.failure == Failure.OPERATION_LIMIT
    settle(payment)
    assert again()[0].status == "pending"


def test_a_payment_of_somebody_who_is_gone_is_money_all_the_same() -> None:
    payment = begin()
    customer_of(payment).delete()
    payment.refresh_from_db()
    assert settle(payment).status == PaymentStatus.PAID
    assert sorted((e.amount, e.customer) for e in Entry.objects.all()) == [(D(-10), None), (D(10), None)]


# --- refunds ---


def refund(payment: Payment, amount: str | None = None, **options: str) -> Transaction:
    return refund_payment(
        actor=ACTOR,
        payment=payment,
        gateway=ScriptedGateway(GatewayConfig(options=options)),
        now=NOW,
        amount=D(amount) if amount else None,
    )


def test_refunds_give_back_no_more_than_was_paid() -> None:
    payment = settle(begin())
    refund(payment, "4")
    assert ScriptedGateway.told[-1][:4] == ("refund", payment.reference, "4.00", "EUR")
    with pytest.raises(OverRefunded):
        refund(payment, "6.01")
    refund(payment)
    for amount in (None, "0.01"):
        with pytest.raises(OverRefunded):
            refund(payment, amount)
    assert (balance_of(customer_of(payment)), payment.status) == (D(0), "paid")


def test_a_refund_that_the_gateway_refuses_is_taken_back() -> None:
    payment = settle(begin())
    with pytest.raises(GatewayRefused):
        refund(payment, fails="funds")
    assert balance_of(customer_of(payment)) == D(10)
    assert list(Transaction.objects.order_by("pk").values_list("kind", flat=True)) == [
        "payment",
        "refund",
        "correction",
    ]
    refund(payment)
    assert balance_of(customer_of(payment)) == D(0)


def test_only_what_was_paid_is_given_back() -> None:
    with pytest.raises(PaymentSettled):
        refund(begin())


@pytest.mark.django_db(transaction=True)
def test_refunds_at_once_give_back_once() -> None:
    payment = make_balance(make_account().customer, 10)
    call = lambda: refund_payment(actor=ACTOR, payment=payment, gateway=None, now=NOW)  # noqa: E731
    outcomes = at_once(*[call] * 3)
    assert sorted(type(each).__name__ for each in outcomes) == ["OverRefunded", "OverRefunded", "Transaction"]
    assert balance_of(customer_of(payment)) == 0


# --- saved cards ---


def test_a_card_is_saved_where_that_was_wanted() -> None:
    card = SavedCardReference("token 9", "**** 4242")
    settle(begin(), Outcome(PaymentState.PAID, card=card))
    assert not SavedCard.objects.exists()
    settle(begin(saves_card=True), Outcome(PaymentState.PAID, card=card))
    kept = SavedCard.objects.get()
    assert (kept.mask, kept.for_autopayment) == ("**** 4242", True)
    assert "token 9" not in str(SavedCard.objects.values()) + str(AuditEntry.objects.values())


def test_a_cards_number_is_never_kept() -> None:
    account = make_account()
    merchant = make_merchant(operator=account.operator)
    with pytest.raises(Invalid):
        save_card(
            actor=ACTOR,
            customer=account.customer,
            merchant=merchant,
            card=SavedCardReference("token", "4000 0000 0000 0002"),
            sealing_key=KEY,
        )


def test_one_card_is_charged_by_itself() -> None:
    customer = make_account().customer
    with pytest.raises(NoCardForAutopayment):
        set_autopayment(actor=ACTOR, customer=customer, is_on=True)
    old = make_card(customer=customer)
    new = make_card(customer=customer, merchant=old.merchant)
    assert set_autopayment(actor=ACTOR, customer=customer, is_on=True)
    assert list(SavedCard.objects.filter(for_autopayment=True)) == [new]
    assert not set_autopayment(actor=ACTOR, customer=customer, is_on=True)
    save_card(
        actor=ACTOR,
        customer=customer,
        merchant=old.merchant,
        card=SavedCardReference("third", "**** 1111"),
        sealing_key=KEY,
    )
    assert [card.mask for card in SavedCard.objects.filter(for_autopayment=True)] == ["**** 1111"]
    assert set_autopayment(actor=ACTOR, customer=customer, is_on=False)
    assert not SavedCard.objects.filter(for_autopayment=True).exists()


@pytest.mark.parametrize(("state", "balance"), [("paid", 7), ("pending", 0), ("failed", 0)])
def test_paying_with_a_saved_card(state: str, balance: int) -> None:
    account = make_account()
    card = make_card(customer=account.customer, token="secret")
    payment = charge_card(
        actor=ACTOR,
        account=account,
        card=card,
        gateway=ScriptedGateway(GatewayConfig(options={"state": state})),
        amount=D(7),
        now=NOW,
        sealing_key=KEY,
    )
    assert (payment.status, balance_of(account.customer)) == (state, D(balance))
    assert ScriptedGateway.told[-1] == ("charge_saved", "secret", "7.00")


def test_a_card_that_the_gateway_keeps_is_kept() -> None:
    card = make_card()
    with pytest.raises(GatewayRefused):
        forget_card(
            actor=ACTOR,
            card=card,
            gateway=ScriptedGateway(GatewayConfig(options={"fails": "network"})),
            sealing_key=KEY,
        )
    assert SavedCard.objects.exists()
    forget_card(actor=ACTOR, card=card, gateway=ScriptedGateway(GatewayConfig()), sealing_key=KEY)
    assert not SavedCard.objects.exists()


# --- the gateway that is none ---


def test_the_manual_gateway_waits_for_staff() -> None:
    options = {"url": "https://tv.example/pay", "text": "At our desk."}
    account = make_account()
    gateway = GATEWAYS["manual"](GatewayConfig(options=options))
    payment, started = start_payment(
        actor=ACTOR,
        account=account,
        merchant=make_merchant(operator=account.operator, gateway="manual"),
        gateway=gateway,
        checkout=Checkout(amount=D(5)),
        now=NOW,
    )
    assert (started.url, started.form) == ("https://tv.example/pay", {"text": "At our desk."})
    assert settle(payment, gateway.state_of(payment.reference)).status == "pending"
    with pytest.raises(GatewayRefused) as caught:
        gateway.send_receipt(payment.reference, "ada@example.com")
    assert caught.value.failure == Failure.UNSUPPORTED
