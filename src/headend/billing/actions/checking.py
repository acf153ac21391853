"""Asking gateways about payments that wait: those whose notice or answer was lost, and gateways that send none."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db.models import F, QuerySet

from headend.billing.actions.payments import UNANSWERED, ask_gateway, fail_payment
from headend.billing.errors import GatewayRefused, NoGateway
from headend.billing.models import Merchant, Payment, PaymentStatus
from headend.billing.ports import Ability, Failure, PaymentGateway
from headend.kernel.actor import Actor

MOST_AT_ONCE = 500
YOUNG = timedelta(minutes=2)
"""For so long nobody asks: the payer is still on the page, and a charge under way is not in the gateway's search."""

log = logging.getLogger(__name__)

Gateways: TypeAlias = Callable[[Merchant], PaymentGateway]
"""Opens the gateway of a contract; raises NoGateway."""


@dataclass
class Answered:
    """How many payments were asked about, and what became of them; `unanswered` wait to be asked again."""

    asked: int = 0
    paid: int = 0
    failed: int = 0
    unanswered: int = 0


def ask_about_payments(
    *, actor: Actor, gateways: Gateways, now: datetime, give_up_after: timedelta, sealing_key: str
) -> Answered:
    """Ask gateways that tell about the payments that wait, those first that were asked longest ago.

    What waits for longer than `give_up_after`, and of which the gateway still says nothing else, has failed; should it
    be paid after all, it counts. A gateway that does not answer is left alone until the next time.
    """
    answered, silent = Answered(), set[int]()
    for payment in _waiting(now):
        merchant = payment.merchant
        if merchant is None or merchant.pk in silent:
            continue
        try:
            gateway = gateways(merchant)
            if Ability.TELLS not in gateway.abilities:
                continue
            answered.asked += 1
            asked = ask_gateway(actor=actor, payment=payment, gateway=gateway, now=now, sealing_key=sealing_key)
        except (GatewayRefused, NoGateway) as error:
            log.warning("payment %s of operator %s: %s", payment.pk, payment.operator_id, error)
            answered.unanswered += 1
            if isinstance(error, NoGateway) or error.failure in UNANSWERED:
                silent.add(merchant.pk)
            continue
        if asked.status == PaymentStatus.PENDING and payment.created_at <= now - give_up_after:
            asked = fail_payment(actor=actor, payment=payment, failure=Failure.UNKNOWN)
        answered.paid += asked.status == PaymentStatus.PAID
        answered.failed += asked.status == PaymentStatus.FAILED
    return answered


def _waiting(now: datetime) -> QuerySet[Payment]:
    waiting = Payment.objects.filter(status=PaymentStatus.PENDING, created_at__lte=now - YOUNG)
    in_turn = waiting.exclude(merchant=None).order_by(F("asked_at").asc(nulls_first=True), "pk")
    return in_turn.select_related("merchant", "customer")[:MOST_AT_ONCE]
