"""Payments, checks and saved cards, against a gateway that answers as it is told."""

from typing import Any

from tests.contracts.house import Answer, House
from tests.contracts.paying import CARD, begun, card, merchant, only
from tests.contracts.scenarios import good, never, refused
from tests.factories.billing import make_balance, make_card, make_merchant
from tests.factories.gateways import ScriptedGateway

from headend.billing.models import Payment, SavedCard
from headend.billing.ports import Failure
from headend.billing.queries import balance_of

SCREEN = {
    "color_depth": 24, "screen_height": 1080, "screen_width": 1920, "window_height": 1080, "window_width": 1920,
    "timezone": 60, "java_enabled": 0,
}  # fmt: skip


def balance(house: House) -> float:
    return float(balance_of(house.account.customer))


# --- the five calls that refuse with the gateway's own numbers ---


def create(house: House, **options: str) -> Answer:
    return merchant(house, **options).ask(
        "PaymentCreate", amount=12.5, merchant_type="scripted", return_url="https://portal.example/", template="tv"
    )


def qr_code(house: House, **options: str) -> Answer:
    return merchant(house, **options).ask("PaymentQRCode", amount="12.50", use_sbp=1)


def process(house: House, **options: str) -> Answer:
    found = begun(house, fails_at="pay_by_card", **options)
    return house.ask("PaymentProcess", **only(found, "payment_id"), **CARD)


def preauth(house: House, **options: str) -> Answer:
    found = begun(house, fails_at="preauthorise", **options)
    return house.ask("PaymentPreAuth", **only(found, "transaction_id"), **CARD, **SCREEN)


def saved_card_pay(house: House, **options: str) -> Answer:
    make_card(customer=house.account.customer, merchant=make_merchant(operator=house.operator, options=options))
    return house.ask("PaymentSavedCardPay", amount=3)


BY_GATEWAY = {
    "PaymentCreate": create,
    "PaymentQRCode": qr_code,
    "PaymentProcess": process,
    "PaymentPreAuth": preauth,
    "PaymentSavedCardPay": saved_card_pay,
}

for _name, _scenario in BY_GATEWAY.items():
    for _number, _failure in enumerate(Failure, 1):

        @refused(_name, _number)
        def _(house: House, scenario: Any = _scenario, failure: Failure = _failure) -> Answer:
            answer: Answer = scenario(house, fails=failure.value)
            assert balance(house) == 0
            return answer


@good("PaymentCreate")
def _(house: House) -> Answer:
    answer = create(house)
    payment = Payment.objects.get()
    assert (payment.status, payment.amount, payment.currency, payment.transaction) == ("pending", 12.5, "EUR", None)
    return answer


@good("PaymentQRCode")
def _(house: House) -> Answer:
    answer = qr_code(house)
    if not answer.is_xml:
        picture = house.get(answer["saved_qrcode_url"])
        assert (picture.content_type, picture.body[:4]) == ("image/png", b"\x89PNG")
        assert answer["direct_url"].startswith("https://pay.example/")
    return answer


@good("PaymentProcess")
def _(house: House) -> Answer:
    answer = process(house, card="token 1")
    assert balance(house) == 12.5
    assert [card.mask for card in SavedCard.objects.all()] == ["**** 4242"]
    told = str(ScriptedGateway.told) + str(Payment.objects.values()) + str(SavedCard.objects.values())
    assert CARD["card_number"] not in told
    return answer


@good("PaymentPreAuth")
def _(house: House) -> Answer:
    return preauth(house)


@good("PaymentSavedCardPay")
def _(house: House) -> Answer:
    answer = saved_card_pay(house)
    assert balance(house) == 3
    return answer


# --- addresses, checks, what became of a payment ---


@good("PaymentMerchantUrl")
def _(house: House) -> Answer:
    return merchant(house).ask("PaymentMerchantUrl", amount=5)


@refused("PaymentMerchantUrl", 1)
def _(house: House) -> Answer:
    return house.ask("PaymentMerchantUrl", amount=5)


@refused("PaymentMerchantUrl", 2)
def _(house: House) -> Answer:
    return merchant(house, fails="network").ask("PaymentMerchantUrl", amount=5)


@refused("PaymentMerchantUrl", 3)
def _(house: House) -> Answer:
    return merchant(house, fails="fraud").ask("PaymentMerchantUrl", amount=5)


@good("PaymentPAResProcess")
def _(house: House) -> Answer:
    found = begun(house)
    answer = house.ask("PaymentPAResProcess", **only(found, "session_id", "transaction_id"), **CARD, pares="eJz" * 900)
    assert balance(house) == 12.5
    return answer


@refused("PaymentPAResProcess", 1)
def _(house: House) -> Answer:
    found = begun(house) | {"session_id": "guessed"}
    return house.ask("PaymentPAResProcess", **only(found, "session_id", "transaction_id"), **CARD, pares="x")


@refused("PaymentPAResProcess", 2)
def _(house: House) -> Answer:
    found = begun(house, fails="issuer", fails_at="finish_check")
    return house.ask("PaymentPAResProcess", **only(found, "session_id", "transaction_id"), **CARD, pares="x")


def complete(house: House, found: dict[str, Any]) -> Answer:
    return house.ask("PaymentComplete", **only(found, "session_id", "transaction_id"))


@good("PaymentComplete")
def _(house: House) -> Answer:
    answer = complete(house, begun(house))
    assert balance(house) == 12.5
    assert answer.is_xml or answer["status"] == 1
    return answer


@refused("PaymentComplete", 1)
def _(house: House) -> Answer:
    return complete(house, begun(house) | {"session_id": "guessed"})


@refused("PaymentComplete", 2)
def _(house: House) -> Answer:
    return complete(house, begun(house, fails="network", fails_at="state_of"))


@refused("PaymentComplete", 3)
def _(house: House) -> Answer:
    found = begun(house)
    assert complete(house, found).error == 0
    answer = complete(house, found)
    assert balance(house) == 12.5
    return answer


@good("PaymentList")
def _(house: House) -> Answer:
    for amount in (5, 7):
        make_balance(house.account.customer, amount)
    answer = house.ask("PaymentList", limit=1, page=2)
    assert answer.is_xml or [payment["amount"] for payment in answer["payments"]] == [5.0]
    return answer


@refused("PaymentList", 1)
def _(house: House) -> Answer:
    return house.ask("PaymentList", page=0)


@good("PaymentGetCheque")
def _(house: House) -> Answer:
    found = begun(house)
    assert complete(house, found).error == 0
    return house.ask("PaymentGetCheque", **only(found, "transaction_id"), email="ada@example.com")


@refused("PaymentGetCheque", 1)
def _(house: House) -> Answer:
    return house.ask("PaymentGetCheque", **only(begun(house), "transaction_id"), email="ada@example.com")


@refused("PaymentGetCheque", 2)
def _(house: House) -> Answer:
    found = begun(house, fails="unsupported", fails_at="send_receipt")
    assert complete(house, found).error == 0
    return house.ask("PaymentGetCheque", **only(found, "transaction_id"), email="ada@example.com")


# --- saved cards ---


@good("PaymentSavedCardList")
def _(house: House) -> Answer:
    card(house)
    make_card()
    answer = house.ask("PaymentSavedCardList", merchant_type="scripted")
    assert answer.is_xml or [each["number"] for each in answer["cards"]] == ["**** 4242"]
    return answer


@refused("PaymentSavedCardList", 2)
def _(house: House) -> Answer:
    return house.ask("PaymentSavedCardList", merchant_type="payture")


never(
    "PaymentSavedCardList",
    {
        1: "Cards are listed from the platform's own records, which has no other error.",
        3: "Gateways that remember no cards answer an empty list.",
    },
)


@good("PaymentSavedCardDelete")
def _(house: House) -> Answer:
    answer = house.ask("PaymentSavedCardDelete", card_id=card(house).pk)
    assert not SavedCard.objects.exists()
    return answer


@refused("PaymentSavedCardDelete", 1)
def _(house: House) -> Answer:
    return house.ask("PaymentSavedCardDelete", card_id="first")


@refused("PaymentSavedCardDelete", 2)
def _(house: House) -> Answer:
    answer = house.ask("PaymentSavedCardDelete", card_id=card(house, fails="network").pk)
    assert SavedCard.objects.exists()
    return answer


@refused("PaymentSavedCardDelete", 3)
def _(house: House) -> Answer:
    return house.ask("PaymentSavedCardDelete", card_id=card(house, fails="unsupported").pk)


@refused("PaymentSavedCardDelete", 4)
def _(house: House) -> Answer:
    return house.ask("PaymentSavedCardDelete", card_id=make_card().pk)
