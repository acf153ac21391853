"""Money that another billing system tells of: its word counts, and each of its numbers once."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from headend.billing.actions.ledger import Movement, correct, lock_customer, post
from headend.billing.actions.payments import charge_what_waits, fail_payment, settle_payment
from headend.billing.errors import AlreadyPosted
from headend.billing.models import Book, Kind, Payment, Transaction
from headend.billing.ports import Failure, Outcome, PaymentState
from headend.billing.queries import announced_payment, currency_of, transaction_called
from headend.billing.rules import positive
from headend.kernel.actor import Actor
from headend.kernel.errors import NotFound
from headend.kernel.tokens import new_token
from headend.operators.actions import save
from headend.operators.models import Operator
from headend.subscribers.models import Customer


@transaction.atomic
def post_external(  # noqa: PLR0913 - one movement, told in full
    *, actor: Actor, customer: Customer, amount: Decimal, external_id: str, now: datetime, kind: Kind, comment: str = ""
) -> Transaction:
    """Write down what came in (a positive amount) or was charged elsewhere; the balance may fall below zero.

    What was announced under this number is confirmed instead. Raises BadAmount and AlreadyPosted.
    """
    customer = lock_customer(customer)
    waiting = announced_payment(customer.operator_id, external_id)
    if waiting is not None:
        return _confirmed(actor, waiting, customer, amount, now)
    if transaction_called(customer.operator_id, external_id):
        raise AlreadyPosted(f"{external_id} is known already")
    currency = currency_of(customer)
    size = positive(abs(amount), currency)
    movement = Movement(kind=kind, currency=currency, at=now, comment=comment, external_id=external_id)
    amounts = {Book.CUSTOMERS: size, Book.MONEY: -size} if amount > 0 else {Book.CUSTOMERS: -size, Book.SALES: size}
    posted = post(actor=actor, operator_id=customer.operator_id, movement=movement, customer=customer, amounts=amounts)
    if amount > 0:
        charge_what_waits(actor, customer, now)
    return posted


def _confirmed(actor: Actor, payment: Payment, customer: Customer, amount: Decimal, now: datetime) -> Transaction:
    if payment.customer_id != customer.pk or payment.amount != amount:
        raise AlreadyPosted(f"{payment.reference} was announced of another customer or amount")
    settled = settle_payment(actor=actor, payment=payment, outcome=Outcome(PaymentState.PAID), now=now)
    if settled.transaction is None:  # it was given up meanwhile
        raise AlreadyPosted(f"{payment.reference} is known already")
    return settled.transaction


@transaction.atomic
def announce_payment(
    *, actor: Actor, customer: Customer, amount: Decimal, external_id: str, now: datetime, comment: str = ""
) -> Payment:
    """Write down money that is to come: it waits as a payment until it is confirmed.

    Raises BadAmount and AlreadyPosted.
    """
    customer = lock_customer(customer)
    operator_id, currency = customer.operator_id, currency_of(customer)
    if announced_payment(operator_id, external_id) or transaction_called(operator_id, external_id):
        raise AlreadyPosted(f"{external_id} is known already")
    payment = Payment(
        operator_id=operator_id,
        customer=customer,
        amount=positive(amount, currency),
        currency=currency,
        reference=external_id,
        session=new_token(),
        comment=comment[:500],
        created_at=now,
    )
    save(actor=actor, obj=payment)
    return payment


@transaction.atomic
def undo_external(*, actor: Actor, operator: Operator, external_id: str, now: datetime) -> None:
    """Undo by a correction what was posted under a number, or give up what was announced.

    Raises NotFound where nothing was, and AlreadyPosted where it has been undone.
    """
    waiting = announced_payment(operator.pk, external_id)
    if waiting is not None:
        fail_payment(actor=actor, payment=waiting, failure=Failure.UNKNOWN)
        return
    posted = transaction_called(operator.pk, external_id)
    if posted is None:
        raise NotFound(f"nothing is known of {external_id}")
    correct(actor=actor, wrong=posted, now=now)
