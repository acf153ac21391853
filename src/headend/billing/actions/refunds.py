"""Giving payments back: by staff through the gateway, or at the gateway itself, which then tells us."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from headend.billing.actions.ledger import Movement, lock_payment, post
from headend.billing.errors import AlreadyPosted, GatewayRefused, NoticeRefused, OverRefunded, PaymentSettled
from headend.billing.models import Book, GatewayNotice, Kind, Payment, Transaction, Verdict
from headend.billing.ports import Complaint, PaymentGateway
from headend.billing.queries import given_back
from headend.billing.rules import positive, rounded
from headend.kernel.actor import Actor
from headend.subscribers.models import Customer


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
    payment, customer = lock_payment(payment)
    if payment.transaction is None:
        raise PaymentSettled("only what was paid can be given back")
    left = payment.amount - given_back(payment.transaction)
    given = left if amount is None else amount
    if given > left or not left:
        raise OverRefunded(f"{left} {payment.currency} are left of this payment")
    return _move_back(actor, payment, customer, -positive(given, payment.currency), now, comment)


@transaction.atomic
def _take_back(actor: Actor, payment: Payment, amount: Decimal, now: datetime, comment: str) -> Transaction:
    payment, customer = lock_payment(payment)
    return _move_back(actor, payment, customer, amount, now, comment)


def _move_back(  # noqa: PLR0913 - one movement, told in full
    actor: Actor,
    payment: Payment,
    customer: Customer | None,
    amount: Decimal,
    now: datetime,
    comment: str,
    external_id: str | None = None,
) -> Transaction:
    movement = Movement(
        kind=Kind.REFUND if amount < 0 else Kind.CORRECTION,
        currency=payment.currency,
        at=now,
        comment=comment or str(payment),
        external_id=external_id,
        corrects=payment.transaction,
    )
    amounts = {Book.CUSTOMERS: amount, Book.MONEY: -amount}
    return post(actor=actor, operator_id=payment.operator_id, movement=movement, customer=customer, amounts=amounts)


@transaction.atomic
def note_refund(*, actor: Actor, payment: Payment, notice: GatewayNotice, now: datetime) -> Verdict:
    """Write down that the gateway gave a payment back, once; raises NoticeRefused for more than was paid.

    What it tells of before the payment itself waits for that.
    """
    payment, customer = lock_payment(payment)
    if payment.transaction is None:
        return Verdict.WAITS
    given, told = given_back(payment.transaction), notice.amount or payment.amount
    is_total = notice.is_total or not notice.number
    more = told - given if is_total else told
    external_id = None if is_total else f"refund {payment.pk} {notice.number}"[:100]
    if more <= 0 or (external_id and _is_posted(payment, external_id)):
        return Verdict.KNOWN
    if given + more > payment.amount:
        raise NoticeRefused(Complaint.OVER_REFUNDED, f"{payment.amount - given} {payment.currency} are left of it")
    try:
        _move_back(actor, payment, customer, -more, now, "", external_id)
    except AlreadyPosted:
        return Verdict.KNOWN
    return Verdict.DONE


def _is_posted(payment: Payment, external_id: str) -> bool:
    return Transaction.objects.of(payment.operator_id).filter(external_id=external_id).exists()


def note_waiting_refunds(*, actor: Actor, payment: Payment, now: datetime) -> None:
    """Write down the refunds of which the gateway told before the payment had come about."""
    for notice in GatewayNotice.objects.filter(payment=payment, verdict=Verdict.WAITS).order_by("pk"):
        try:
            notice.verdict = note_refund(actor=actor, payment=payment, notice=notice, now=now)
        except NoticeRefused as refused:
            notice.verdict, notice.complaint = Verdict.REFUSED, refused.complaint
        notice.save(update_fields=["verdict", "complaint"])
