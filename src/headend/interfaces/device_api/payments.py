"""Payments by devices: begun at a gateway, paid there or with a saved card, and told how they stand.

Card details pass through to the gateway and are kept nowhere.
"""

from collections.abc import Callable, Mapping
from datetime import date
from hmac import compare_digest
from typing import Annotated, TypeAlias

from django.conf import settings

from headend.billing.actions import (
    Checkout,
    ask_gateway,
    charge_card,
    forget_card,
    settle_payment,
    start_payment,
)
from headend.billing.errors import BadAmount, GatewayRefused, NoGateway, UnknownCard, UnknownPayment
from headend.billing.models import Entry, Merchant, Payment, PaymentStatus, SavedCard
from headend.billing.ports import CardDetails, Failure, Outcome, PaymentGateway, Started
from headend.billing.queries import card_of, cards_of, entries_of, merchant_for, payment_of
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.money import amount_of, looks_like_mail
from headend.interfaces.payments import open_gateway, qr_address
from headend.interfaces.wire.callers import Viewer, whole
from headend.interfaces.wire.calls import Refusals
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Longest
from headend.kernel.formats import Fields

Pay: TypeAlias = Callable[[PaymentGateway, Payment], Outcome]

MOST = 100
BAD_PARAMETER = 4
FAILURES = {failure: number for number, failure in enumerate(Failure, 1)}
PAYMENT_ERRORS = {
    1: "the payment did not work",
    2: "the payment gateway has an error of its own",
    3: "the payment gateway cannot be reached",
    4: "a parameter is missing or bad",
    5: "this means of payment did not work",
    6: "the gateway suspects a fraud",
    7: "there is not enough money",
    8: "a limit of payments was met",
    9: "the payment was not authorised",
    10: "the card is wrong",
    11: "the card's bank refused",
    12: "the payer is not registered with the gateway",
    13: "this gateway does not do that",
    14: "the payer could not be registered with the gateway",
    15: "cards of this country are not taken",
    16: "the card needs a 3-D Secure check",
    17: "the card's bank refused for good",
    18: "the amount is outside the limits",
    19: "the card is no longer linked",
}
_STATUS = {PaymentStatus.PENDING: 0, PaymentStatus.PAID: 1, PaymentStatus.FAILED: 2}


def _numbered(refused: GatewayRefused) -> Refused:
    return Refused(FAILURES[Failure(refused.failure)])


def _fraud_or_failure(refused: GatewayRefused) -> Refused:
    return Refused(3 if refused.failure == Failure.FRAUD else 2)


def _unsupported_or_failure(refused: GatewayRefused) -> Refused:
    return Refused(3 if refused.failure == Failure.UNSUPPORTED else 2)


def _failure(_refused: GatewayRefused) -> Refused:
    return Refused(2)


_REFUSALS: Refusals = {
    NoGateway: 1,
    BadAmount: BAD_PARAMETER,
    UnknownCard: BAD_PARAMETER,
    UnknownPayment: BAD_PARAMETER,
    GatewayRefused: _numbered,
}


def _merchant(viewer: Viewer, merchant_type: str) -> tuple[Merchant, PaymentGateway]:
    merchant = merchant_for(viewer.operator, merchant_type)
    return merchant, open_gateway(merchant)


def _begin(viewer: Viewer, merchant_type: str, checkout: Checkout) -> tuple[Payment, Started]:
    merchant, gateway = _merchant(viewer, merchant_type)
    return start_payment(
        actor=viewer.actor,
        account=viewer.account,
        merchant=merchant,
        gateway=gateway,
        checkout=checkout,
        now=viewer.now,
    )


def _payment_at_gateway(viewer: Viewer, number: int) -> tuple[Payment, PaymentGateway]:
    """One of the customer's payments and where it is paid; raises UnknownPayment and NoGateway."""
    payment = payment_of(viewer.account.customer, number)
    if payment.merchant is None:
        raise UnknownPayment("nobody can pay this at a gateway")
    return payment, open_gateway(payment.merchant)


# --- beginning and paying ---


@DEVICE_API.call(
    "PaymentCreate",
    "POST",
    "/payment/create/",
    errors=PAYMENT_ERRORS,
    refusals=_REFUSALS,
    bad_parameter=BAD_PARAMETER,
    writes=True,
)
def create(  # noqa: PLR0913 - the wire's parameters
    viewer: Viewer,
    amount: float,
    template: str = "",
    merchant_type: str = "",
    autopayment_enable: bool = False,
    without_default_card: bool = False,
    return_url: str = "",
) -> Fields:
    """Begin a payment: tells the page to pay on, and the payment's numbers.

    Choice: `payment_id` is the gateway's number of the payment, `transaction_id` ours, `session_id` a word that nobody
    guesses. `merchant_type` is the gateway's name in the console, the one used first where it is not said; an operator
    without a gateway answers 1. `template` and `without_default_card` are the payment page's business.
    """
    checkout = Checkout(amount=amount_of(amount), return_url=return_url, saves_card=autopayment_enable)
    payment, started = _begin(viewer, merchant_type, checkout)
    return {
        "payment_id": payment.reference,
        "transaction_id": payment.pk,
        "session_id": payment.session,
        "redirect_url": started.url,
        "form_data": dict(started.form),
    }


@DEVICE_API.call(
    "PaymentMerchantUrl",
    "POST",
    "/payment/merchant_url/",
    errors={1: "the payment did not work", 2: "the payment gateway failed", 3: "the gateway suspects a fraud"},
    refusals={NoGateway: 1, BadAmount: 1, GatewayRefused: _fraud_or_failure},
    writes=True,
)
def merchant_url(viewer: Viewer, amount: float, merchant_type: str = "") -> Fields:
    """Begin a payment and tell the address of the page to pay on."""
    payment, started = _begin(viewer, merchant_type, Checkout(amount=amount_of(amount)))
    return {"url": started.url, "merchant_name": payment.merchant.name if payment.merchant else ""}


@DEVICE_API.call(
    "PaymentQRCode",
    "GET",
    "/payment/qrcode/",
    errors=PAYMENT_ERRORS,
    refusals=_REFUSALS,
    bad_parameter=BAD_PARAMETER,
    writes=True,
)
def qr_code(  # noqa: PLR0913 - the wire's parameters
    viewer: Viewer,
    amount: float,
    template: str = "",
    use_sbp: bool = False,
    autopayment_enable: bool = False,
    without_default_card: bool = False,
    merchant_type: str = "",
) -> Fields:
    """Begin a payment that a phone completes: tells the page to pay on, and a picture of its address.

    Choice: `use_sbp` asks the gateway for the banks' own transfer application. A gateway without a page answers 13.
    """
    checkout = Checkout(amount=amount_of(amount), saves_card=autopayment_enable, phone_app=use_sbp)
    payment, started = _begin(viewer, merchant_type, checkout)
    if not started.url:
        raise Refused(FAILURES[Failure.UNSUPPORTED])
    return {
        "saved_qrcode_url": whole(qr_address(started.url)),
        "direct_url": started.url,
        "transaction_id": payment.pk,
    }


@DEVICE_API.call(
    "PaymentProcess",
    "POST",
    "/payment/process/",
    errors=PAYMENT_ERRORS,
    refusals=_REFUSALS,
    bad_parameter=BAD_PARAMETER,
    writes=True,
)
def process(  # noqa: PLR0913 - the wire's parameters
    viewer: Viewer,
    payment_id: str,
    card_number: str,
    card_holder: str,
    card_expire: str,
    card_cvv: str,
    transaction_id: int | None = None,
    merchant_type: str = "",
) -> Fields:
    """Pay a payment that was begun with a card's details, which pass through to the gateway.

    Choice: `form_data` is empty; a card that needs a check answers 16, and PaymentPreAuth begins it.
    """
    number = transaction_id or _number_of(viewer, payment_id)
    card = _card(card_number, card_holder, card_expire, card_cvv)
    payment = _paid_by_card(viewer, number, lambda gateway, paid: gateway.pay_by_card(paid.reference, card))
    return {"payment_id": payment.reference, "form_data": {}}


def _number_of(viewer: Viewer, reference: str) -> int:
    payments = Payment.objects.filter(customer=viewer.account.customer_id, reference=reference)
    found: Payment | None = payments.exclude(reference="").first()
    if found is None:
        raise UnknownPayment("there is no such payment")
    return found.pk


def _card(number: str, holder: str, expires: str, code: str, browser: Mapping[str, int] | None = None) -> CardDetails:
    return CardDetails(number, holder, expires, code, browser or {})


def _paid_by_card(viewer: Viewer, number: int, pay: Pay) -> Payment:
    """Let a gateway take a card for a payment and write down the outcome; raises GatewayRefused."""
    payment, gateway = _payment_at_gateway(viewer, number)
    outcome = pay(gateway, payment)
    settled = settle_payment(
        actor=viewer.actor, payment=payment, outcome=outcome, now=viewer.now, sealing_key=settings.ENCRYPTION_KEY
    )
    if settled.status == PaymentStatus.FAILED:
        raise GatewayRefused(settled.failure)
    return settled


@DEVICE_API.call(
    "PaymentPreAuth",
    "POST",
    "/payment/preauth/",
    errors=PAYMENT_ERRORS,
    refusals=_REFUSALS,
    bad_parameter=BAD_PARAMETER,
    writes=True,
)
def preauthorise(  # noqa: PLR0913 - the wire's parameters
    viewer: Viewer,
    transaction_id: int,
    card_number: str,
    card_holder: str,
    card_expire: str,
    card_cvv: str,
    color_depth: int,
    screen_height: int,
    screen_width: int,
    window_height: int,
    window_width: int,
    timezone: int,
    java_enabled: bool,
    merchant_type: str = "",
) -> Fields:
    """Begin the 3-D Secure check of a card for a payment that was begun."""
    browser = {
        "color_depth": color_depth,
        "screen_height": screen_height,
        "screen_width": screen_width,
        "window_height": window_height,
        "window_width": window_width,
        "timezone": timezone,
        "java_enabled": int(java_enabled),
    }
    card = _card(card_number, card_holder, card_expire, card_cvv, browser)
    payment, gateway = _payment_at_gateway(viewer, transaction_id)
    check = gateway.preauthorise(payment.reference, card)
    frame = {"iframe_kwargs": dict(check.frame)} if check.frame else {}
    return {"success": int(check.is_done), "version": check.version, **frame}


@DEVICE_API.call(
    "PaymentPAResProcess",
    "POST",
    "/payment/pares/process/",
    errors={1: "no such payment", 2: "the payment gateway did not take it"},
    refusals={NoGateway: 2, UnknownPayment: 1, GatewayRefused: _failure},
    has_message=False,
    writes=True,
)
def finish_check(  # noqa: PLR0913 - the wire's parameters
    viewer: Viewer,
    session_id: str,
    transaction_id: int,
    card_number: str,
    card_holder: str,
    card_expire: str,
    card_cvv: str,
    pares: Annotated[str, Longest(20_000)],
    merchant_type: str = "",
) -> Fields:
    """Pay after a card's 3-D Secure check, with the answer of its bank."""
    _check_session(viewer, transaction_id, session_id)
    card = _card(card_number, card_holder, card_expire, card_cvv)
    _paid_by_card(viewer, transaction_id, lambda gateway, paid: gateway.finish_check(paid.reference, card, pares))
    return {}


def _check_session(viewer: Viewer, number: int, session: str) -> Payment:
    payment = payment_of(viewer.account.customer, number)
    if not compare_digest(payment.session.encode(), session.encode()):
        raise UnknownPayment("there is no such payment")
    return payment


@DEVICE_API.call(
    "PaymentComplete",
    "POST",
    "/payment/complete/",
    errors={1: "no such payment", 2: "the payment gateway did not answer", 3: "the payment has been confirmed"},
    refusals={UnknownPayment: 1, NoGateway: 2, GatewayRefused: _failure},
    has_message=False,
    writes=True,
)
def complete(
    viewer: Viewer, session_id: str, transaction_id: int, use_sbp: bool = False, merchant_type: str = ""
) -> Fields:
    """Ask the gateway how a payment stands, and write it down.

    Choice: `status` is 0 while it is pending, 1 once paid, 2 when it failed; 3 is told of a payment that was known to
    be paid before.
    """
    payment = _check_session(viewer, transaction_id, session_id)
    if payment.status == PaymentStatus.PAID:
        raise Refused(3)
    settled = ask_about(viewer, payment)
    return {"status": _STATUS[PaymentStatus(settled.status)]}


def ask_about(viewer: Viewer, payment: Payment) -> Payment:
    """A payment as its gateway says that it stands now; raises UnknownPayment, NoGateway and GatewayRefused."""
    payment, gateway = _payment_at_gateway(viewer, payment.pk)
    return ask_gateway(
        actor=viewer.actor, payment=payment, gateway=gateway, now=viewer.now, sealing_key=settings.ENCRYPTION_KEY
    )


# --- what was paid ---


@DEVICE_API.call("PaymentList", "GET", "/payment/list/", errors={1: "bad limit or page"})
def payment_list(viewer: Viewer, limit: int = MOST, page: int = 1) -> Fields:
    """List what moved the customer's balance, the newest first; what was taken from it is below zero.

    Choice: `id` is the transaction's number in the ledger, and payments that are pending or failed are none.
    """
    if limit < 1 or page < 1 or page > 10**9:
        raise Refused(1)
    limit = min(limit, MOST)
    start = (page - 1) * limit
    return {"payments": [movement(entry) for entry in entries_of(viewer.account.customer)[start : start + limit]]}


def movement(entry: Entry) -> dict[str, object]:
    """What moved a balance, as lists tell it."""
    return {
        "id": entry.transaction_id,
        "comment": entry.transaction.comment or str(entry.transaction.get_kind_display()),
        "datetime": int(entry.at.timestamp()),
        "amount": float(entry.amount),
    }


@DEVICE_API.call(
    "PaymentGetCheque",
    "POST",
    "/payment/cheque/",
    errors={1: "no such payment that was paid", 2: "the payment gateway sends no receipt"},
    refusals={UnknownPayment: 1, NoGateway: 2, GatewayRefused: 2},
    writes=True,
)
def send_receipt(viewer: Viewer, transaction_id: int, email: str) -> Fields:
    """Let the gateway send the receipt of a payment to a mail box."""
    payment, gateway = _payment_at_gateway(viewer, transaction_id)
    if payment.status != PaymentStatus.PAID or not looks_like_mail(email):
        raise Refused(1)
    gateway.send_receipt(payment.reference, email)
    return {}


# --- saved cards ---


@DEVICE_API.call(
    "PaymentSavedCardList",
    "POST",
    "/payment/saved_card/list/",
    errors={1: "cards cannot be told", 2: "the payment gateway failed", 3: "this gateway remembers no cards"},
    refusals={NoGateway: 2},
    has_message=False,
)
def saved_cards(viewer: Viewer, merchant_type: str = "") -> Fields:
    """List the cards that gateways remember for the customer.

    Choice: those of all gateways where none is named.
    """
    merchants = [merchant_for(viewer.operator, merchant_type)] if merchant_type else None
    today = viewer.now.date()
    return {"cards": [_saved_card(card, today) for card in cards_of(viewer.account.customer, merchants)]}


def _saved_card(card: SavedCard, today: date) -> dict[str, object]:
    return {
        "id": str(card.pk),
        "number": card.mask,
        "expired": int(card.expires_on is not None and card.expires_on < today),
        "use_sbp": int(card.is_phone_app),
        "for_autopayment": int(card.for_autopayment),
    }


@DEVICE_API.call(
    "PaymentSavedCardDelete",
    "POST",
    "/payment/saved_card/delete/",
    errors={
        1: "card_id is missing or bad",
        2: "the payment gateway failed",
        3: "this gateway remembers no cards",
        4: "no such card",
    },
    refusals={NoGateway: 2, UnknownCard: 4, GatewayRefused: _unsupported_or_failure},
    writes=True,
)
def delete_card(viewer: Viewer, card_id: str, merchant_type: str = "") -> Fields:
    """Make the gateway forget a saved card."""
    card = card_of(viewer.account.customer, _card_number(card_id, 1))
    forget_card(actor=viewer.actor, card=card, gateway=open_gateway(card.merchant), sealing_key=settings.ENCRYPTION_KEY)
    return {}


def _card_number(text: str, number: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused(number)
    return int(text)


@DEVICE_API.call(
    "PaymentSavedCardPay",
    "POST",
    "/payment/saved_card/pay/",
    errors=PAYMENT_ERRORS,
    refusals=_REFUSALS,
    bad_parameter=BAD_PARAMETER,
    writes=True,
)
def pay_by_saved_card(viewer: Viewer, amount: float, card_id: str = "") -> Fields:
    """Pay with a saved card: the one named, or the one that is charged by itself.

    Choice: a payment that the gateway has not confirmed yet succeeds too; the balance rises once it has.
    """
    card = card_of(viewer.account.customer, _card_number(card_id, BAD_PARAMETER) if card_id else None)
    payment = charge_card(
        actor=viewer.actor,
        account=viewer.account,
        card=card,
        gateway=open_gateway(card.merchant),
        amount=amount_of(amount),
        now=viewer.now,
        sealing_key=settings.ENCRYPTION_KEY,
    )
    if payment.status == PaymentStatus.FAILED:
        raise GatewayRefused(payment.failure)
    return {}
