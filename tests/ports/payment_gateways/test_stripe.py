"""Stripe against a small one on a free port, and with events as Stripe sends them."""

import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.ports.payment_gateways.fake_stripe import KEY, FakeStripe, event, signature

from headend.adapters.payment_gateways.stripe import StripeGateway
from headend.billing.errors import GatewayRefused, NoticeRefused
from headend.billing.ports import Complaint, Failure, GatewayConfig, News, PaymentOrder, PaymentState, RawNotice
from headend.kernel.errors import Invalid

D = Decimal
ORDER = PaymentOrder("12-abcdefgh", D("10.00"), "EUR", "Television", "https://tv.example/thanks")
SAVING = PaymentOrder("13-abcdefgh", D("10.00"), "EUR", saves_card=True)


def refusal(ask: Any) -> str:
    with pytest.raises(GatewayRefused) as caught:
        ask()
    assert KEY not in str(caught.value)
    return caught.value.failure


# --- the page ---


def test_a_payment_on_the_page(stripe_gateway: StripeGateway, fake: FakeStripe) -> None:
    started = stripe_gateway.start(ORDER)
    asked = fake.sessions[started.reference]["asked"]
    assert started.url == f"https://checkout.example/{started.reference}"
    assert asked["success_url"] == "https://tv.example/thanks"
    assert asked["payment_intent_data[metadata][key]"] == asked["client_reference_id"] == ORDER.key
    assert "payment_intent_data[setup_future_usage]" not in asked
    fake.pay(started.reference)
    assert stripe_gateway.state_of(started.reference).state is PaymentState.PAID
    found = stripe_gateway.find(ORDER.key)
    assert found is not None
    assert (found[0].reference, found[1].state) == ("pi_1", PaymentState.PAID)


def test_a_card_that_is_kept(stripe_gateway: StripeGateway, fake: FakeStripe) -> None:
    started = stripe_gateway.start(SAVING)
    asked = fake.sessions[started.reference]["asked"]
    assert asked["payment_intent_data[setup_future_usage]"] == "off_session"
    assert (asked["customer_creation"], asked["success_url"]) == ("always", "https://tv.example/back")
    fake.pay(started.reference)
    card = stripe_gateway.state_of(started.reference).card
    assert card is not None
    assert (card.token, card.mask, card.expires_on) == ("cus_1/pm_1", "**** 4242", date(2031, 12, 31))


def test_a_page_that_nobody_paid_on(stripe_gateway: StripeGateway, fake: FakeStripe) -> None:
    started = stripe_gateway.start(ORDER)
    fake.sessions[started.reference]["status"] = "expired"
    assert stripe_gateway.state_of(started.reference).state is PaymentState.FAILED
    assert refusal(lambda: stripe_gateway.refund(started.reference, D(1), "EUR", "1-1")) == Failure.BAD_REQUEST


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("EUR", "9.99", 999), ("JPY", "500", 500), ("KWD", "1.5", 1500)]
)
def test_amounts_in_the_smallest_unit(
    stripe_gateway: StripeGateway, fake: FakeStripe, currency: str, amount: str, minor: int
) -> None:
    started = stripe_gateway.start(PaymentOrder("1-x", D(amount), currency))
    assert fake.sessions[started.reference]["amount_total"] == minor


# --- saved cards ---


def test_a_saved_card_is_charged_once(stripe_gateway: StripeGateway, fake: FakeStripe) -> None:
    for _ in range(2):
        started, outcome = stripe_gateway.charge_saved("cus_1/pm_1", ORDER)
        assert (started.reference, outcome.state) == ("pi_1", PaymentState.PAID)
    assert len(fake.intents) == 1


def test_an_answer_that_was_lost(stripe_gateway: StripeGateway, fake: FakeStripe) -> None:
    fake.loses = 9
    assert refusal(lambda: stripe_gateway.charge_saved("cus_1/pm_1", ORDER)) == Failure.NETWORK
    fake.loses = 0
    found = stripe_gateway.find(ORDER.key)
    assert found is not None
    assert (found[1].state, len(fake.intents)) == (PaymentState.PAID, 1)
    assert stripe_gateway.charge_saved("cus_1/pm_1", ORDER)[0] == found[0]


@pytest.mark.parametrize(
    ("method", "failure"),
    [
        ("pm_declined", Failure.FUNDS),
        ("pm_stolen", Failure.DECLINED_FOR_GOOD),
        ("pm_3ds", Failure.NEEDS_3DS),
    ],
)
def test_why_a_card_is_declined(stripe_gateway: StripeGateway, method: str, failure: Failure) -> None:
    assert refusal(lambda: stripe_gateway.charge_saved(f"cus_1/{method}", ORDER)) == failure
    found = stripe_gateway.find(ORDER.key)
    assert found is not None
    assert (found[1].state, found[1].failure) == (PaymentState.FAILED, failure)


def test_a_card_is_forgotten_once(stripe_gateway: StripeGateway, fake: FakeStripe) -> None:
    for _ in range(2):
        stripe_gateway.forget_card("cus_1/pm_1")
    assert fake.detached == ["pm_1"]


def test_refunds_and_receipts(stripe_gateway: StripeGateway, fake: FakeStripe) -> None:
    started = stripe_gateway.start(ORDER)
    fake.pay(started.reference)
    for reference in (started.reference, "pi_1"):
        stripe_gateway.refund(reference, D("4.00"), "EUR", "12-77")
        stripe_gateway.send_receipt(reference, "ada@example.com")
    assert fake.refunds == [{"payment_intent": "pi_1", "amount": "400"}]
    assert fake.intents["pi_1"]["receipt_email"] == "ada@example.com"


def test_keys_that_are_wrong_and_a_stripe_that_is_away(stripe_gateway: StripeGateway, fake: FakeStripe) -> None:
    wrong = StripeGateway(GatewayConfig(options={"return_url": "https://tv.example/"}, secret="sk_test_wrong"))
    assert refusal(wrong.check) == Failure.UNREGISTERED
    fake.is_down = True
    assert refusal(stripe_gateway.check) == Failure.NETWORK
    for options, secret, place in (({}, "sk", "return_url"), ({"return_url": "https://tv.example/"}, "", "secret")):
        with pytest.raises(Invalid) as caught:
            StripeGateway(GatewayConfig(options=options, secret=secret))
        assert caught.value.place == place


# --- notices ---


def raw(name: str, at: int | None = None, **replaced: object) -> RawNotice:
    body = event(name, **{"KEY": ORDER.key, "SESSION": "cs_test_1", "AMOUNT": 1000, "NUMBER": "x"} | replaced)
    return RawNotice({}, {"stripe-signature": signature(body, at)}, body, int(time.time()))


@pytest.mark.parametrize(
    ("name", "news", "amount"),
    [
        ("session_completed", News.PAID, D("10.00")),
        ("intent_succeeded", News.PAID, D("10.00")),
        ("session_expired", News.FAILED, D("10.00")),
        ("intent_failed", News.FAILED, D("10.00")),
        ("charge_refunded", News.REFUNDED, D("10.00")),
        ("session_unpaid", News.NOTHING, None),
        ("page_declined", News.NOTHING, None),
        ("customer_created", News.NOTHING, None),
    ],
)
def test_recorded_events(stripe_gateway: StripeGateway, name: str, news: News, amount: Decimal | None) -> None:
    notice = stripe_gateway.read_notice(raw(name))
    assert (notice.news, notice.amount) == (news, amount)
    assert notice.number.startswith("evt_")
    if news is not News.NOTHING:
        assert (notice.key, notice.currency, notice.is_total) == (ORDER.key, "EUR", news is News.REFUNDED)
    assert notice.failure == {"intent_failed": Failure.FUNDS, "session_expired": Failure.UNKNOWN}.get(name)


@pytest.mark.parametrize("age", [301, -301, 86_400])
def test_events_that_were_signed_long_ago(stripe_gateway: StripeGateway, age: int) -> None:
    with pytest.raises(NoticeRefused) as caught:
        stripe_gateway.read_notice(raw("intent_succeeded", at=int(time.time()) - age))
    assert caught.value.complaint == Complaint.TOO_OLD


def test_events_that_were_changed_or_are_none(stripe_gateway: StripeGateway) -> None:
    told = raw("intent_succeeded")
    forged = RawNotice({}, told.headers, told.body.replace(b"1000", b"9000"), told.at)
    with pytest.raises(NoticeRefused) as caught:
        stripe_gateway.read_notice(forged)
    assert caught.value.complaint == Complaint.BAD_SIGNATURE
    for body in (b"[]", b"{", b'{"id": "e", "type": "charge.refunded", "data": {"object": {"id": []}}}', b"\x00"):
        signed = RawNotice({}, {"stripe-signature": signature(body)}, body, int(time.time()))
        with pytest.raises(NoticeRefused) as caught:
            stripe_gateway.read_notice(signed)
        assert caught.value.complaint == Complaint.UNREADABLE
