"""Payments begun for customers by another system: at a gateway's page, with a card's details or with a saved card."""

from django.conf import settings

from headend.billing.actions import Checkout, charge_card, settle_payment, start_payment
from headend.billing.errors import BadAmount, GatewayRefused, NoGateway, UnknownCard, UnknownPayment
from headend.billing.models import Payment, PaymentStatus
from headend.billing.ports import CardDetails, Failure, Started
from headend.billing.queries import card_of, merchant_for, payment_of
from headend.interfaces.billing_api import BILLING_API
from headend.interfaces.billing_api.finding import NO_ACCOUNT, NO_CUSTOMER, account_named, customer_named
from headend.interfaces.device_api.money import amount_of
from headend.interfaces.device_api.payments import FAILURES, PAYMENT_ERRORS
from headend.interfaces.payments import open_gateway
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.calls import Refusals
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields
from headend.subscribers.models import Account, Customer

UNKNOWN, BAD_REQUEST, MOST = 1, 4, 14
NO_CUSTOMER_HERE = 100
MISCONFIGURED = 723
_ERRORS = {number: said for number, said in PAYMENT_ERRORS.items() if number <= MOST} | {NO_CUSTOMER_HERE: NO_CUSTOMER}
# What this API has no number for, as the nearest that it has.
_NEAREST = {
    Failure.ISSUER_COUNTRY: FAILURES[Failure.ISSUER],
    Failure.NEEDS_3DS: FAILURES[Failure.AUTHORISATION],
    Failure.DECLINED_FOR_GOOD: FAILURES[Failure.ISSUER],
    Failure.AMOUNT_LIMITS: FAILURES[Failure.OPERATION_LIMIT],
    Failure.CARD_UNLINKED: FAILURES[Failure.INSTRUMENT],
}


def _numbered(refused: GatewayRefused) -> Refused:
    failure = Failure(refused.failure)
    return Refused(_NEAREST.get(failure, FAILURES[failure]))


_REFUSALS: Refusals = {
    NoGateway: MISCONFIGURED,
    BadAmount: BAD_REQUEST,
    UnknownPayment: BAD_REQUEST,
    GatewayRefused: _numbered,
}


def _begin(caller: Guest, customer: Customer, merchant_type: str, amount: float) -> tuple[Payment, Started]:
    account = _payer(customer)
    merchant = merchant_for(caller.operator, merchant_type)
    return start_payment(
        actor=caller.actor,
        account=account,
        merchant=merchant,
        gateway=open_gateway(merchant),
        checkout=Checkout(amount=amount_of(amount)),
        now=caller.now,
    )


def _payer(customer: Customer) -> Account:
    """In whose name a customer pays: the first account's; raises GatewayRefused where there is none."""
    found: Account | None = customer.accounts.select_related("customer", "operator").order_by("pk").first()
    if found is None:
        raise GatewayRefused(Failure.UNREGISTERED, "the customer has no account")
    return found


@BILLING_API.call(
    "CustomerMerchantUrl",
    "POST",
    "/customer/merchant_url/",
    errors={
        1: NO_CUSTOMER,
        2: "this is no amount that could be paid",
        3: "no such payment gateway",
        4: "the gateway gave no page to pay on",
        MISCONFIGURED: "the payment gateway is not set up",
    },
    refusals={NoGateway: MISCONFIGURED, BadAmount: 2, GatewayRefused: 4},
    bad_parameter=2,
    writes=True,
)
def merchant_url(
    caller: Guest, amount: float, customer_id: int | None = None, ext_id: str = "", merchant_type: str = ""
) -> Fields:
    """Begin a payment for a customer and tell the address of the page to pay on.

    Choice: `merchant_type` is the gateway's name in the console, the one used first where it is not said; 3 is told
    where the operator has none of that name, 723 where it is there and cannot be used. A customer without an account
    cannot pay (4).
    """
    customer = customer_named(caller, customer_id, ext_id)
    try:
        merchant_for(caller.operator, merchant_type)
    except NoGateway as error:
        raise Refused(3) from error
    payment, started = _begin(caller, customer, merchant_type, amount)
    return {"url": started.url, "merchant_name": payment.merchant.name if payment.merchant else ""}


@BILLING_API.call(
    "CustomerPaymentCreate",
    "POST",
    "/customer/payment/create/",
    errors={**_ERRORS, MISCONFIGURED: "there is no payment gateway of this name, or it is not set up"},
    refusals=_REFUSALS,
    bad_parameter=BAD_REQUEST,
    writes=True,
)
def create(
    caller: Guest, amount: float, customer_id: int | None = None, ext_id: str = "", merchant_type: str = ""
) -> Fields:
    """Begin a payment for a customer at a gateway.

    Choice: `payment_id` is the gateway's number of it, `transaction_id` ours, `session_id` a word nobody guesses.
    """
    customer = customer_named(caller, customer_id, ext_id, number=NO_CUSTOMER_HERE)
    payment, _ = _begin(caller, customer, merchant_type, amount)
    numbers = {"transaction_id": str(payment.pk), "session_id": payment.session}
    return {"payments": {"payment_id": payment.reference, **numbers}}


@BILLING_API.call(
    "CustomerPaymentProcess",
    "POST",
    "/customer/payment/process/",
    errors=_ERRORS,
    refusals={**_REFUSALS, NoGateway: UNKNOWN},
    bad_parameter=BAD_REQUEST,
    writes=True,
)
def process(  # noqa: PLR0913 - the wire's parameters
    caller: Guest,
    payment_id: str,
    card_number: str,
    card_holder: str,
    card_expire: str,
    card_cvv: str,
    customer_id: int | None = None,
    ext_id: str = "",
    transaction_id: int | None = None,
    merchant_type: str = "",
) -> Fields:
    """Pay a payment that was begun with a card's details, which pass through to the gateway and are kept nowhere.

    Choice: it is signed like every other call, though its documentation forgets to say so.
    """
    customer = customer_named(caller, customer_id, ext_id, number=NO_CUSTOMER_HERE)
    payment = _begun(customer, payment_id, transaction_id)
    if payment.merchant is None:
        raise UnknownPayment("nobody can pay this at a gateway")
    card = CardDetails(card_number, card_holder, card_expire, card_cvv)
    outcome = open_gateway(payment.merchant).pay_by_card(payment.reference, card)
    settled = settle_payment(
        actor=caller.actor, payment=payment, outcome=outcome, now=caller.now, sealing_key=settings.ENCRYPTION_KEY
    )
    if settled.status == PaymentStatus.FAILED:
        raise GatewayRefused(settled.failure)
    return {"payments": {"payment_id": settled.reference}}


def _begun(customer: Customer, reference: str, number: int | None) -> Payment:
    if number is not None and number > 0:
        return payment_of(customer, number)
    payments = Payment.objects.filter(customer=customer, reference=reference)
    found: Payment | None = payments.select_related("merchant").first()
    if found is None:
        raise UnknownPayment("there is no such payment")
    return found


@BILLING_API.call(
    "CustomerSavedCardPay",
    "POST",
    "/customer/saved_card/pay/",
    errors={1: NO_ACCOUNT, 2: "this is no amount that could be paid", 3: "the payment did not work"},
    refusals={BadAmount: 2, NoGateway: 3, UnknownCard: 3, GatewayRefused: 3},
    bad_parameter=2,
    writes=True,
)
def pay_by_saved_card(caller: Guest, abonement: int, amount: float) -> Fields:
    """Let the customer of an account pay with the card that is charged by itself, or the newest one.

    Choice: a payment that the gateway has not confirmed yet succeeds too; the balance rises once it has.
    """
    account = account_named(caller, None, abonement)
    card = card_of(account.customer)
    payment = charge_card(
        actor=caller.actor,
        account=account,
        card=card,
        gateway=open_gateway(card.merchant),
        amount=amount_of(amount),
        now=caller.now,
        sealing_key=settings.ENCRYPTION_KEY,
    )
    if payment.status == PaymentStatus.FAILED:
        raise GatewayRefused(payment.failure)
    return {}
