"""Payments: begun at a gateway, confirmed once however often it says so.

A gateway is never asked while a row is locked: it may take its time.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from headend.billing.actions.cards import save_card, token_of
from headend.billing.actions.ledger import Movement, lock_customer, lock_payment, post
from headend.billing.actions.refunds import note_waiting_refunds
from headend.billing.actions.renewals import revive
from headend.billing.errors import AlreadyPaid, GatewayRefused
from headend.billing.models import Book, Kind, Merchant, Payment, PaymentStatus, SavedCard, Transaction
from headend.billing.ports import Failure, Outcome, PaymentGateway, PaymentOrder, PaymentState, Started
from headend.billing.queries import currency_of, key_of
from headend.billing.rules import positive
from headend.kernel.actor import Actor
from headend.kernel.errors import HeadendError
from headend.kernel.tokens import new_token
from headend.operators.actions import save
from headend.subscribers.models import Account, Customer

log = logging.getLogger(__name__)

UNANSWERED = frozenset({Failure.NETWORK, Failure.INTERNAL})
"""Failures after which nobody here knows whether the gateway did it."""

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
    return _refer(actor, payment, started), started


@transaction.atomic
def _add(  # noqa: PLR0913 - a payment, told in full
    actor: Actor,
    account: Account,
    merchant: Merchant,
    checkout: Checkout,
    now: datetime,
    *,
    card: SavedCard | None = None,
    once: str | None = None,
) -> Payment:
    customer = lock_customer(account.customer)
    if once and Payment.objects.of(customer.operator_id).filter(once=once).exists():
        raise AlreadyPaid(f"{once} has been paid, or is being paid")
    if card is not None and not SavedCard.objects.filter(pk=card.pk).exists():
        raise GatewayRefused(Failure.CARD_UNLINKED, "the card was forgotten")
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
        card=card,
        once=once,
        created_at=now,
    )
    save(actor=actor, obj=payment)
    return payment


def _order(payment: Payment, checkout: Checkout) -> PaymentOrder:
    return PaymentOrder(
        key=key_of(payment),
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
    once: str | None = None,
) -> Payment:
    """Pay with a saved card; raises BadAmount and GatewayRefused, also when the card was declined.

    `once` names what is paid: raises AlreadyPaid when a payment has that name. Where the gateway's answer was lost the
    payment waits: only the gateway knows whether the card was charged, and is asked later.
    """
    payment = _add(actor, account, card.merchant, Checkout(amount=amount), now, card=card, once=once)
    return charge_again(actor=actor, payment=payment, gateway=gateway, now=now, sealing_key=sealing_key)


def charge_again(
    *, actor: Actor, payment: Payment, gateway: PaymentGateway, now: datetime, sealing_key: str
) -> Payment:
    """Charge the card of a payment of which nobody knows whether the gateway heard; it charges the same key once."""
    if payment.card is None:
        return fail_payment(actor=actor, payment=payment, failure=Failure.CARD_UNLINKED)
    order = _order(payment, Checkout(amount=payment.amount, comment=payment.comment))
    try:
        started, outcome = gateway.charge_saved(token_of(payment.card, sealing_key), order)
    except GatewayRefused as refused:
        if refused.failure not in UNANSWERED:
            fail_payment(actor=actor, payment=payment, failure=refused.failure)
        raise
    payment = _refer(actor, payment, started)
    return settle_payment(actor=actor, payment=payment, outcome=outcome, now=now, sealing_key=sealing_key)


@transaction.atomic
def _refer(actor: Actor, payment: Payment, started: Started) -> Payment:
    """Write down the gateway's number of a payment, of which the gateway may have told everything meanwhile."""
    payment, _ = lock_payment(payment)
    payment.reference = started.reference[:200]
    save(actor=actor, obj=payment)
    return payment


def ask_gateway(*, actor: Actor, payment: Payment, gateway: PaymentGateway, now: datetime, sealing_key: str) -> Payment:
    """Write down how a payment stands at its gateway, also one of which no answer came; raises GatewayRefused."""
    # When it was asked is nobody's decision: neither news nor a matter for the audit log.
    Payment.objects.filter(pk=payment.pk).update(asked_at=now)
    if payment.reference:
        outcome = gateway.state_of(payment.reference)
    else:
        found = gateway.find(key_of(payment))
        if found is None:
            return payment
        payment, outcome = _refer(actor, payment, found[0]), found[1]
    return settle_payment(actor=actor, payment=payment, outcome=outcome, now=now, sealing_key=sealing_key)


@transaction.atomic
def settle_payment(
    *, actor: Actor, payment: Payment, outcome: Outcome, now: datetime, sealing_key: str = ""
) -> Payment:
    """Write down how a payment stands: what is paid comes into the ledger once, however often it is said.

    What failed and is paid after all counts as paid; what is paid stays so.
    """
    payment, customer = lock_payment(payment)
    if payment.status == PaymentStatus.PAID or outcome.state is PaymentState.PENDING:
        return payment
    if outcome.state is PaymentState.FAILED:
        return _fail(actor, payment, outcome.failure or Failure.UNKNOWN)
    payment.transaction = _receive(actor, payment, customer, now)
    payment.status, payment.paid_at, payment.failure = PaymentStatus.PAID, now, ""
    save(actor=actor, obj=payment)
    if customer is not None:
        charge_what_waits(actor, customer, now)
    if outcome.card and payment.saves_card and customer and payment.merchant:
        save_card(actor=actor, customer=customer, merchant=payment.merchant, card=outcome.card, sealing_key=sealing_key)
    note_waiting_refunds(actor=actor, payment=payment, now=now)
    return payment


def charge_what_waits(actor: Actor, customer: Customer, now: datetime) -> None:
    """Charge what waited for the money; where that cannot be, the payment counts all the same."""
    try:
        with transaction.atomic():
            revive(actor=actor, customer=customer, now=now)
    except HeadendError as error:
        log.warning("customer %s has paid, but could not be charged: %s", customer.pk, error)


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
    locked, _ = lock_payment(payment)
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
