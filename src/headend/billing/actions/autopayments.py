"""Charging saved cards by themselves, before the billing run: what the balance lacks for the next period.

A customer's card is charged once a day and amount at most: the payment is written down under a name of its own before
the gateway is asked, so a second run, one beside it and one after a crash find it. One that crashed in between is asked
for by its key, which charges once.
"""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from headend.billing.actions.cards import charge_no_more
from headend.billing.actions.checking import Gateways
from headend.billing.actions.payments import UNANSWERED, ask_gateway, charge_again, charge_card
from headend.billing.errors import AlreadyPaid, BadAmount, GatewayRefused, NoGateway
from headend.billing.models import Payment, PaymentStatus, SavedCard
from headend.billing.ports import Failure
from headend.billing.queries import Buyer, due_of, midnight_of, today_of
from headend.kernel.actor import Actor
from headend.kernel.errors import NotFound
from headend.kernel.sealing import BadSeal
from headend.operators.models import Operator
from headend.subscribers.models import Account, TariffSubscription

AT_ONCE = 8  # gateways asked at the same time, where a pool is wanted
DAYS_BEFORE = 1
PREFIX = "auto"  # of the names of such payments
CARD_IS_OVER = frozenset({Failure.DECLINED_FOR_GOOD, Failure.CARD_UNLINKED})

log = logging.getLogger(__name__)


@dataclass
class Autopaid:
    """How many customers paid by themselves, how many cards were declined, and of how many nobody knows yet."""

    paid: int = 0
    declined: int = 0
    unanswered: int = 0

    def add(self, payment: Payment | None) -> None:
        """Count what became of a charge; None is one that was not needed."""
        if payment is None:
            return
        self.paid += payment.status == PaymentStatus.PAID
        self.declined += payment.status == PaymentStatus.FAILED
        self.unanswered += payment.status == PaymentStatus.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    actor: Actor
    gateways: Gateways
    now: datetime
    sealing_key: str

    def charge(self, card: SavedCard) -> Payment | None:
        """Charge a card with what its customer lacks; what stands in the way is that customer's alone."""
        try:
            return self._charge(card)
        except (NoGateway, BadAmount, BadSeal, NotFound) as error:
            log.warning("card %s of operator %s is not charged: %s", card.pk, card.operator_id, error)
            return None

    def _charge(self, card: SavedCard) -> Payment | None:
        account = Account.objects.filter(customer=card.customer_id).select_related("operator", "customer").first()
        if account is None:
            return None
        day, gateway = today_of(account.operator, self.now), self.gateways(card.merchant)
        once = f"{PREFIX} {card.customer_id} {day.isoformat()}"
        waits = Q(once__startswith=f"{PREFIX} {card.customer_id} ", status=PaymentStatus.PENDING)
        payments = Payment.objects.of(card.operator_id).filter(Q(once=once) | waits)
        known = payments.select_related("card", "merchant", "customer").order_by("pk").first()
        if known is not None:
            return self._resume(known)
        lacking = due_of(Buyer(account), self.now).to_pay
        is_still_charged = SavedCard.objects.filter(pk=card.pk, for_autopayment=True).exists()
        if lacking <= 0 or not is_still_charged:
            return None
        try:
            return charge_card(
                actor=self.actor,
                account=account,
                card=card,
                gateway=gateway,
                amount=lacking,
                now=self.now,
                sealing_key=self.sealing_key,
                once=once,
            )
        except AlreadyPaid:
            return None
        except GatewayRefused as refused:
            return self._declined(card, once, refused)

    def _resume(self, payment: Payment) -> Payment | None:
        """Go on with a charge of which nobody knows whether the gateway heard it."""
        if payment.status != PaymentStatus.PENDING or payment.merchant is None:
            return None
        gateway = self.gateways(payment.merchant)
        go_on = ask_gateway if payment.reference else charge_again
        try:
            return go_on(actor=self.actor, payment=payment, gateway=gateway, now=self.now, sealing_key=self.sealing_key)
        except GatewayRefused as refused:
            return self._declined(payment.card, str(payment.once), refused)

    def _declined(self, card: SavedCard | None, once: str, refused: GatewayRefused) -> Payment | None:
        if refused.failure not in UNANSWERED:
            log.info("card %s is declined: %s", card.pk if card else None, refused.failure)
        if refused.failure in CARD_IS_OVER and card is not None:
            charge_no_more(actor=self.actor, card=card)
        found: Payment | None = Payment.objects.filter(once=once).order_by("-pk").first()
        return found


def make_autopayments(
    *, actor: Actor, operator: Operator, gateways: Gateways, now: datetime, sealing_key: str, with_pool: bool = False
) -> Autopaid:
    """Charge the saved cards of an operator's customers for whom something falls due by tomorrow, once a day each.

    `with_pool` asks several gateways at once. A card that its bank refuses for good is not charged again by itself.
    """
    run = _Run(actor=actor, gateways=gateways, now=now, sealing_key=sealing_key)
    cards, done = _cards_due(operator, now), Autopaid()
    for payment in _pooled(run, cards) if with_pool else map(run.charge, cards):
        done.add(payment)
    return done


def _pooled(run: _Run, cards: Iterable[SavedCard]) -> Iterator[Payment | None]:
    def charge(card: SavedCard) -> Payment | None:
        try:
            return run.charge(card)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(charge, cards)


def _cards_due(operator: Operator, now: datetime) -> list[SavedCard]:
    """The cards that are charged by themselves, of customers for whom something falls due."""
    day = today_of(operator, now) + timedelta(days=DAYS_BEFORE)
    until = midnight_of(operator, day + timedelta(days=1))
    goes_on = Q(ends_at=None) | Q(ends_at__gt=until)
    renewing = TariffSubscription.objects.of(operator.pk).filter(goes_on, renewal__paid_until__lt=until)
    charged = Account.objects.of(operator.pk).filter(extends_on__lte=day)
    due = Q(customer__in=renewing.values("customer")) | Q(customer__in=charged.values("customer"))
    cards = SavedCard.objects.of(operator.pk).filter(due, for_autopayment=True, merchant__is_enabled=True)
    own = cards.filter(customer__billing_handler=None).select_related("merchant", "customer__operator")
    return list(own.order_by("pk"))
