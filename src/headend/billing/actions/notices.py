"""What gateways tell of payments: taken once, however often and in whichever order it comes.

A notice is believed once its gateway has proved the signature. It is kept without secrets, and the very same again is
the same record. What a gateway says is no member of staff's decision: the ledger and the payment have their audit
entries, the notice is its own record.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from headend.billing.actions.ledger import lock_payment
from headend.billing.actions.payments import fail_payment, settle_payment
from headend.billing.actions.refunds import note_refund
from headend.billing.errors import NoticeRefused
from headend.billing.models import GatewayNotice, Merchant, Payment, PaymentStatus, Verdict
from headend.billing.ports import Complaint, Failure, News, Notice, Outcome, PaymentState
from headend.billing.queries import payment_with_key, payment_with_reference
from headend.kernel.actor import Actor
from headend.operators.actions import forget, save

MOST_UNPROVED_A_DAY = 1000
"""Notices without a good signature that are kept of one merchant: whoever makes them up must not fill the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What of a notice is kept: its digest, what it said without secrets, and the address it came from."""

    digest: str
    fields: dict[str, str] = field(default_factory=dict)
    address: str = ""


def take_notice(
    *, actor: Actor, merchant: Merchant, notice: Notice, arrival: Arrival, now: datetime, sealing_key: str
) -> GatewayNotice:
    """Do what a proved notice says, once, and keep it; raises NoticeRefused, which is kept too."""
    payment = payment_with_key(merchant, notice.key) if notice.key else None
    payment = payment or (payment_with_reference(merchant, notice.reference) if notice.reference else None)
    try:
        with transaction.atomic():
            kept = _kept(merchant, payment, notice, arrival, now)
            kept.verdict, kept.complaint = _done(actor, payment, notice, kept, now, sealing_key), ""
            return _written(kept, now)
    except NoticeRefused as refused:
        _refuse(_kept(merchant, payment, notice, arrival, now), refused, now)
        raise


def _kept(
    merchant: Merchant, payment: Payment | None, notice: Notice | None, arrival: Arrival, now: datetime
) -> GatewayNotice:
    """The record of this very notice, as it was or about to be made."""
    found: GatewayNotice | None = GatewayNotice.objects.filter(merchant=merchant, digest=arrival.digest).first()
    kept = found or GatewayNotice(
        operator_id=merchant.operator_id,
        merchant=merchant,
        digest=arrival.digest,
        fields=arrival.fields,
        address=arrival.address,
        verdict="",
        at=now,
        last_at=now,
    )
    kept.payment = payment or kept.payment
    if notice is not None:
        kept.news, kept.number = notice.news.value, notice.number[:200]
        kept.amount, kept.currency, kept.is_total = notice.amount, notice.currency[:3], notice.is_total
    return kept


def _done(  # noqa: PLR0913 - one notice, told in full
    actor: Actor, payment: Payment | None, notice: Notice, kept: GatewayNotice, now: datetime, sealing_key: str
) -> Verdict:
    if notice.news is News.NOTHING:
        return Verdict.IGNORED
    if payment is None:
        raise NoticeRefused(Complaint.UNKNOWN_PAYMENT)
    payment, _customer = lock_payment(payment)
    _check_money(payment, notice)
    if notice.news is News.REFUNDED:
        return note_refund(actor=actor, payment=payment, notice=kept, now=now)
    if payment.status == PaymentStatus.PAID:
        return Verdict.KNOWN if notice.news is News.PAID else Verdict.IGNORED
    if notice.news is News.FAILED:
        failure = notice.failure or Failure.UNKNOWN
        is_known = payment.status == PaymentStatus.FAILED
        fail_payment(actor=actor, payment=payment, failure=failure)
        return Verdict.KNOWN if is_known else Verdict.DONE
    if notice.reference and not payment.reference:
        payment.reference = notice.reference[:200]
        save(actor=actor, obj=payment)
    outcome = Outcome(PaymentState.PAID, card=notice.card)
    settle_payment(actor=actor, payment=payment, outcome=outcome, now=now, sealing_key=sealing_key)
    return Verdict.DONE


def _check_money(payment: Payment, notice: Notice) -> None:
    """Make sure that a notice speaks of the payment's own money; of a refund it may be a part."""
    if notice.currency and notice.currency != payment.currency:
        raise NoticeRefused(Complaint.WRONG_CURRENCY, f"{notice.currency} instead of {payment.currency}")
    if notice.news is News.PAID and notice.amount != payment.amount:
        raise NoticeRefused(Complaint.WRONG_AMOUNT, f"{notice.amount} instead of {payment.amount}")
    if notice.news is News.REFUNDED and notice.amount is not None and not 0 < notice.amount <= payment.amount:
        raise NoticeRefused(Complaint.WRONG_AMOUNT, f"{notice.amount} of {payment.amount}")


def refuse_notice(
    *, merchant: Merchant, arrival: Arrival, refused: NoticeRefused, now: datetime
) -> GatewayNotice | None:
    """Keep a notice that its gateway does not recognise; None when there were too many in a day."""
    unproved = GatewayNotice.objects.filter(merchant=merchant, at__gt=now - timedelta(days=1), news="")
    kept = _kept(merchant, None, None, arrival, now)
    if kept.pk is None and unproved.count() >= MOST_UNPROVED_A_DAY:
        return None
    return _refuse(kept, refused, now)


def _refuse(kept: GatewayNotice, refused: NoticeRefused, now: datetime) -> GatewayNotice:
    if kept.verdict != Verdict.DONE:
        kept.verdict, kept.complaint = Verdict.REFUSED, refused.complaint
    return _written(kept, now)


@transaction.atomic
def _written(kept: GatewayNotice, now: datetime) -> GatewayNotice:
    """Keep a notice: a new record, or one time more. What was done once stays so."""
    if kept.pk is None:
        new, is_new = GatewayNotice.objects.get_or_create(
            merchant=kept.merchant, digest=kept.digest, defaults=_columns(kept)
        )
        if is_new:
            return new
        kept.pk = new.pk
    rows = GatewayNotice.objects.filter(pk=kept.pk)
    rows.update(times=F("times") + 1, last_at=now)
    became = ("payment", "news", "number", "amount", "currency", "verdict", "complaint")
    rows.exclude(verdict=Verdict.DONE).update(**{name: getattr(kept, name) for name in became})
    return kept


def _columns(kept: GatewayNotice) -> dict[str, object]:
    skipped = ("id", "merchant", "digest")
    return {field.name: getattr(kept, field.name) for field in kept._meta.concrete_fields if field.name not in skipped}


def forget_notices(*, before: datetime) -> int:
    """Delete what gateways told before a moment; says how many. What waits for its payment stays."""
    old = GatewayNotice.objects.filter(last_at__lt=before).exclude(verdict=Verdict.WAITS)
    return forget(old)
