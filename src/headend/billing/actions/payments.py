"""Payments: begun at a gateway, confirmed once however often it says so, given back by new transactions.

A gateway is never asked while a row is locked: it may take its time. What was written before and must not stand when
it refuses is taken back by a correction.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from headend.billing.actions.cards import save_card, token_of
from headend.billing.actions.ledger import Movement, lock_customer, post
from headend.billing.errors import GatewayRefused, OverRefunded, PaymentSettled
from headend.billing.models import Book, Kind, Merchant, Payment, PaymentStatus, SavedCard, Transaction
from headend.billing.ports import Failure, Outcome, PaymentGateway, PaymentOrder, PaymentState, Started
from headend.billing.queries import currency_of, given_back
from headend.billing.rules import positive, rounded
from headend.kernel.actor import Actor
from headend.kernel.errors import NotFound
from headend.kernel.tokens import new_token
from headend.operators.actions import save
from headend.subscribers.models import Account, Customer

MOST_PENDING = 50  # of one customer: what nobody pays must not fill the disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """What somebody wants to pay, and how. `return_url` is where the payer's browser goes afterwards."""

    amount: Decimal
    comment: str = ""
    return_url: str = ""
    saves_card: bool = False
    phone_app: bool = False


def start_payment(
    *, actor: Actor, account: Account, merchant: Merchant, gateway: PaymentGateway, checkout: Checkout, now: datetime
) -> tuple[Payment, Started]:
    """Begin a payment at a gateway; raises BadAmount and GatewayRefused, which leaves a payment that failed."""
    payment = _add(actor, account, merchant, checkout, now)
    try:
        started = gateway.start(_order(payment, checkout))
    except GatewayRefused as refused:
        fail_payment(actor=actor, payment=payment, failure=refused.failure)
        raise
    payment.reference = started.reference[:200]
    save(actor=actor, obj=payment)
    return payment, started


@transaction.atomic
def _add(actor: Actor, account: Account, merchant: Merchant, checkout: Checkout, now: datetime) -> Payment:
    customer = lock_customer(account.customer)
    waiting = Payment.objects.filter(customer=customer, status=PaymentStatus.PENDING)
    if waiting.count() >= MOST_PENDING:
        raise GatewayRefused(Failure.OPERATION_LIMIT, "too many payments wait to be paid")
    currency = currency_of(customer)
    payment = Payment(
        operator_id=customer.operator_id,
        customer=customer,
        account=account,
        merchant=merchant,
        amount=positive(checkout.amount, currency),
        currency=currency,
        session=new_token(),
        comment=checkout.comment[:500],
        saves_card=checkout.saves_card,
        created_at=now,
    )
    save(actor=actor, obj=payment)
    return payment


def _order(payment: Payment, checkout: Checkout) -> PaymentOrder:
    return PaymentOrder(
        key=f"{payment.pk}-{payment.session[:8]}",
        amount=payment.amount,
        currency=payment.currency,
        description=checkout.comment,
        return_url=checkout.return_url,
        saves_card=checkout.saves_card,
        phone_app=checkout.phone_app,
    )


def charge_card(  # noqa: PLR0913 - who pays with what at whom
    *,
    actor: Actor,
    account: Account,
    card: SavedCard,
    gateway: PaymentGateway,
    amount: Decimal,
    now: datetime,
    sealing_key: str,
) -> Payment:
    """Pay with a saved card; raises BadAmount and GatewayRefused, also when the card was declined."""
    checkout = Checkout(amount=amount)
    payment = _add(actor, account, card.merchant, checkout, now)
    try:
        started, outcome = gateway.charge_saved(token_of(card, sealing_key), _order(payment, checkout))
    except GatewayRefused as refused:
        fail_payment(actor=actor, payment=payment, failure=refused.failure)
        raise
    payment.reference = started.reference[:200]
    save(actor=actor, obj=payment)
    return settle_payment(actor=actor, payment=payment, outcome=outcome, now=now, sealing_key=sealing_key)


@transaction.atomic
def settle_payment(
    *, actor: Actor, payment: Payment, outcome: Outcome, now: datetime, sealing_key: str = ""
) -> Payment:
    """Write down how a payment stands: what is paid comes into the ledger once, however often it is said.

    What failed and is paid after all counts as paid; what is paid stays so.
    """
    payment, customer = _locked(payment)
    if payment.status == PaymentStatus.PAID or outcome.state is PaymentState.PENDING:
        return payment
    if outcome.state is PaymentState.FAILED:
        return _fail(actor, payment, outcome.failure or Failure.UNKNOWN)
    payment.transaction = _receive(actor, payment, customer, now)
    payment.status, payment.paid_at, payment.failure = PaymentStatus.PAID, now, ""
    save(actor=actor, obj=payment)
    if outcome.card and payment.saves_card and customer and payment.merchant:
        save_card(actor=actor, customer=customer, merchant=payment.merchant, card=outcome.card, sealing_key=sealing_key)
    return payment


def _locked(payment: Payment) -> tuple[Payment, Customer | None]:
    """The payment as it is now, kept until the transaction ends, and its customer before it; None when deleted."""
    customer = lock_customer(payment.customer) if payment.customer_id and payment.customer else None
    locked: Payment | None = Payment.objects.select_for_update().filter(pk=payment.pk).first()
    if locked is None:
        raise NotFound("there is no such payment")
    return locked, customer


def _receive(actor: Actor, payment: Payment, customer: Customer | None, now: datetime) -> Transaction:
    comment = payment.comment or (str(payment.merchant) if payment.merchant else "")
    return post(
        actor=actor,
        operator_id=payment.operator_id,
        movement=Movement(kind=Kind.PAYMENT, currency=payment.currency, at=now, comment=comment),
        customer=customer,
        amounts={Book.CUSTOMERS: payment.amount, Book.MONEY: -payment.amount},
    )


@transaction.atomic
def fail_payment(*, actor: Actor, payment: Payment, failure: str) -> Payment:
    """Write down that a payment did not come about; one that was paid stays paid."""
    locked, _ = _locked(payment)
    return locked if locked.status == PaymentStatus.PAID else _fail(actor, locked, failure)


def _fail(actor: Actor, payment: Payment, failure: str) -> Payment:
    payment.status, payment.failure = PaymentStatus.FAILED, str(failure)
    save(actor=actor, obj=payment)
    return payment


@transaction.atomic
def write_down_payment(
    *, actor: Actor, customer: Customer, amount: Decimal, now: datetime, comment: str = ""
) -> Payment:
    """Money that staff took themselves, at the desk or from the bank; raises BadAmount."""
    customer = lock_customer(customer)
    currency = currency_of(customer)
    payment = Payment(
        operator_id=customer.operator_id,
        customer=customer,
        amount=positive(amount, currency),
        currency=currency,
        session=new_token(),
        comment=comment[:500],
        created_at=now,
    )
    save(actor=actor, obj=payment)
    return settle_payment(actor=actor, payment=payment, outcome=Outcome(PaymentState.PAID), now=now)


def refund_payment(
    *,
    actor: Actor,
    payment: Payment,
    gateway: PaymentGateway | None,
    now: datetime,
    amount: Decimal | None = None,
    comment: str = "",
) -> Transaction:
    """Give a payment back, all that is left of it unless an amount is named; the balance may fall below zero.

    Raises PaymentSettled when it was never paid, OverRefunded, BadAmount, and GatewayRefused, which takes the refund
    back by a correction.
    """
    refund = _refund(actor, payment, amount, now, comment)
    given = rounded(-refund.entries.get(book=Book.CUSTOMERS).amount, payment.currency)
    try:
        if gateway is not None:
            gateway.refund(payment.reference, given, payment.currency, f"{payment.pk}-{refund.pk}")
    except GatewayRefused as refused:
        _take_back(actor, payment, given, now, f"refund refused: {refused}")
        raise
    return refund


@transaction.atomic
def _refund(actor: Actor, payment: Payment, amount: Decimal | None, now: datetime, comment: str) -> Transaction:
    payment, customer = _locked(payment)
    if payment.transaction is None:
        raise PaymentSettled("only what was paid can be given back")
    left = payment.amount - given_back(payment.transaction)
    given = left if amount is None else amount
    if given > left or not left:
        raise OverRefunded(f"{left} {payment.currency} are left of this payment")
    return _move_back(actor, payment, customer, -positive(given, payment.currency), now, comment)


@transaction.atomic
def _take_back(actor: Actor, payment: Payment, amount: Decimal, now: datetime, comment: str) -> Transaction:
    payment, customer = _locked(payment)
    return _move_back(actor, payment, customer, amount, now, comment)


def _move_back(  # noqa: PLR0913 - one movement, told in full
    actor: Actor, payment: Payment, customer: Customer | None, amount: Decimal, now: datetime, comment: str
) -> Transaction:
    kind = Kind.REFUND if amount < 0 else Kind.CORRECTION
    movement = Movement(
        kind=kind, currency=payment.currency, at=now, comment=comment or str(payment), corrects=payment.transaction
    )
    amounts = {Book.CUSTOMERS: amount, Book.MONEY: -amount}
    return post(actor=actor, operator_id=payment.operator_id, movement=movement, customer=customer, amounts=amounts)
