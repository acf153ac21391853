"""Cards that gateways remember for customers."""

from contextlib import suppress

from django.db import transaction
from django.db.models import QuerySet

from headend.billing.actions.ledger import lock_customer
from headend.billing.errors import NoCardForAutopayment
from headend.billing.models import Merchant, SavedCard
from headend.billing.ports import PaymentGateway, SavedCardReference
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid, NotFound
from headend.kernel.sealing import seal, unseal
from headend.kernel.tokens import digest_of
from headend.operators.actions import delete, save
from headend.subscribers.models import Customer

MOST_DIGITS = 4  # of a card's number that may be shown (PCI DSS, requirement 3.4, allows a few more)


@transaction.atomic
def save_card(
    *, actor: Actor, customer: Customer, merchant: Merchant, card: SavedCardReference, sealing_key: str
) -> SavedCard:
    """Keep a card that a gateway remembers, charged by itself from now on; the same card again is the same record."""
    if sum(character.isdigit() for character in card.mask) > MOST_DIGITS:
        raise Invalid("a card's number is never kept", "mask")
    digest = digest_of(card.token)
    own = SavedCard.objects.filter(customer=customer)
    kept: SavedCard = own.filter(merchant=merchant, token_digest=digest).first() or SavedCard(
        operator_id=customer.operator_id,
        customer=customer,
        merchant=merchant,
        token_digest=digest,
        sealed_token=seal(card.token, sealing_key),
    )
    kept.mask, kept.expires_on, kept.is_phone_app = card.mask[:30], card.expires_on, card.phone_app
    kept.for_autopayment = True
    _charge_no_other(actor, own.exclude(pk=kept.pk))
    save(actor=actor, obj=kept)
    return kept


def _charge_no_other(actor: Actor, cards: QuerySet[SavedCard]) -> None:
    for card in cards.filter(for_autopayment=True).select_for_update().order_by("pk"):
        card.for_autopayment = False
        save(actor=actor, obj=card)


def charge_no_more(*, actor: Actor, card: SavedCard) -> None:
    """Never charge a card by itself again; one that was forgotten meanwhile stays so."""
    with suppress(NotFound):
        card.for_autopayment = False
        save(actor=actor, obj=card, only={"for_autopayment"})


def token_of(card: SavedCard, sealing_key: str) -> str:
    """What charges the card at its gateway."""
    return unseal(card.sealed_token, sealing_key)


def forget_card(*, actor: Actor, card: SavedCard, gateway: PaymentGateway, sealing_key: str) -> None:
    """Make the gateway forget a card, and forget it ourselves; raises GatewayRefused, and it stays."""
    gateway.forget_card(token_of(card, sealing_key))
    with suppress(NotFound), transaction.atomic():
        lock_customer(card.customer)  # whoever holds it may be about to charge the card
        if SavedCard.objects.filter(pk=card.pk).exists():
            delete(actor=actor, obj=card)


@transaction.atomic
def set_autopayment(*, actor: Actor, customer: Customer, is_on: bool) -> bool:
    """Let a saved card be charged by itself, or none; says whether that changed anything.

    Raises NoCardForAutopayment when there is no card.
    """
    lock_customer(customer)
    cards = SavedCard.objects.filter(customer=customer, merchant__is_enabled=True)
    if cards.filter(for_autopayment=True).exists() == is_on:
        return False
    if not is_on:
        _charge_no_other(actor, cards)
        return True
    newest = cards.order_by("-id").first()
    if newest is None:
        raise NoCardForAutopayment("there is no saved card")
    newest.for_autopayment = True
    save(actor=actor, obj=newest)
    return True
