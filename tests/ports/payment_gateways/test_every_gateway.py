"""What the platform relies on, of every payment gateway (`billing.ports.PaymentGateway`)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.ports.payment_gateways.conftest import CONFIGS

from headend.adapters.payment_gateways import PAYMENT_GATEWAYS
from headend.billing.errors import GatewayRefused, NoticeRefused
from headend.billing.ports import (
    Ability,
    CardDetails,
    Complaint,
    Failure,
    PaymentGateway,
    PaymentOrder,
    PaymentState,
    RawNotice,
)

ORDER = PaymentOrder("12-abcdefgh", Decimal("10.00"), "EUR", "Television")
CARD = CardDetails("4000000000000002", "ADA ROSSI", "1230", "123")


def test_a_payment_begins_and_waits(gateway: PaymentGateway) -> None:
    started = gateway.start(ORDER)
    assert 0 < len(started.reference) <= 200
    assert started.url.startswith("https://")
    assert gateway.start(ORDER).reference == started.reference  # an answer that was lost is asked for again
    outcome = gateway.state_of(started.reference)
    assert (outcome.state, outcome.failure, outcome.card) == (PaymentState.PENDING, None, None)
    assert gateway.find("13-nobodys") is None


ABILITIES: list[tuple[Ability, Callable[[PaymentGateway], Any]]] = [
    (Ability.KEEPS_CARDS, lambda gateway: gateway.charge_saved("cus_1/pm_1", ORDER)),
    (Ability.KEEPS_CARDS, lambda gateway: gateway.forget_card("cus_1/pm_1")),
    (Ability.SENDS_RECEIPTS, lambda gateway: gateway.send_receipt("pi_none", "ada@example.com")),
]


@pytest.mark.parametrize(("ability", "ask"), ABILITIES)
def test_what_it_cannot_do_it_says(gateway: PaymentGateway, ability: Ability, ask: Callable[[Any], Any]) -> None:
    try:
        ask(gateway)
        failure = None
    except GatewayRefused as refused:
        failure = refused.failure
    assert (failure == Failure.UNSUPPORTED) == (ability not in gateway.abilities)


def test_card_details_are_nowhere_told(gateway: PaymentGateway) -> None:
    for ask in (gateway.pay_by_card, gateway.preauthorise, lambda *given: gateway.finish_check(*given, "eJz")):
        with pytest.raises(GatewayRefused) as caught:
            ask("reference", CARD)
        assert CARD.number not in repr(caught.value) + str(caught.value.__dict__) + repr(CARD)


@pytest.mark.parametrize(
    "raw",
    [
        RawNotice(),
        RawNotice({"order_id": ORDER.key, "amount": "10", "currency": "EUR", "status": "success", "signature": "0"}),
        RawNotice({}, {"stripe-signature": "t=1,v1=00"}, b"{}", 1),
        RawNotice({}, {"stripe-signature": "t=1,v1=é"}, b"\xff\xfe", 1),
        RawNotice({"signature": "é"}, {"stripe-signature": ","}, b"{" * 999, 1),
    ],
)
def test_what_nobody_signed_is_not_believed(gateway: PaymentGateway, raw: RawNotice) -> None:
    with pytest.raises(NoticeRefused) as caught:
        gateway.read_notice(raw)
    expected = {Complaint.BAD_SIGNATURE} if Ability.SENDS_NOTICES in gateway.abilities else {Complaint.NOT_EXPECTED}
    assert {caught.value.complaint} == expected


def test_every_complaint_has_an_answer(gateway: PaymentGateway) -> None:
    assert gateway.reply_to(None).status == 200
    for complaint in Complaint:
        reply = gateway.reply_to(complaint)
        assert 200 <= reply.status < 500
        assert reply.body != gateway.reply_to(None).body


def test_settings_are_told_apart_by_their_names() -> None:
    assert set(CONFIGS) == set(PAYMENT_GATEWAYS)
    for factory in PAYMENT_GATEWAYS.values():
        names = [option.name for option in factory.options]
        assert len(names) == len(set(names))
        assert all(option.default in option.choices for option in factory.options if option.choices)


def test_it_answers_for_itself(gateway: PaymentGateway) -> None:
    gateway.check()
