"""Payments, gateways, saved cards and promo codes of customers."""

from collections.abc import Iterable
from hmac import compare_digest

from django.db.models import QuerySet

from headend.billing.errors import NoGateway, UnknownCard, UnknownPayment
from headend.billing.models import Merchant, Payment, PaymentStatus, PromoActivation, SavedCard
from headend.operators.models import Operator
from headend.subscribers.models import Customer


def merchant_for(operator: Operator, gateway: str = "") -> Merchant:
    """The operator's payment gateway called so, or the one that is used first; raises NoGateway."""
    merchants = Merchant.objects.of(operator.pk).filter(is_enabled=True)
    found = merchants.filter(code=gateway) if gateway else merchants
    merchant: Merchant | None = found.order_by("-is_default", "pk").first()
    if merchant is None:
        raise NoGateway(f"there is no payment gateway {gateway}".rstrip())
    return merchant


def payment_of(customer: Customer, number: int) -> Payment:
    """A customer's payment by its number; raises UnknownPayment."""
    found: Payment | None = (
        Payment.objects.filter(customer=customer, pk=number).select_related("merchant", "customer").first()
    )
    if found is None:
        raise UnknownPayment("there is no such payment")
    return found


def key_of(payment: Payment) -> str:
    """By what a gateway is told of a payment: the same each time, and nobody guesses it."""
    return f"{payment.pk}-{payment.session[:8]}"


def payment_with_key(merchant: Merchant, key: str) -> Payment | None:
    """The payment at this merchant that has the key."""
    number = key.partition("-")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    found: Payment | None = Payment.objects.filter(merchant=merchant, pk=int(number)).select_related("customer").first()
    return found if found and compare_digest(key_of(found).encode(), key.encode()) else None


def payment_with_reference(merchant: Merchant, reference: str) -> Payment | None:
    """The payment at this merchant that the gateway has this number for."""
    payments = Payment.objects.filter(merchant=merchant, reference=reference).exclude(reference="")
    found: Payment | None = payments.select_related("customer").first()
    return found


def merchants_called(code: str) -> list[Merchant]:
    """The contracts of all operators that notices name so, also those that are switched off: money comes late."""
    return list(Merchant.objects.filter(code=code, operator__is_active=True).select_related("operator").order_by("pk"))


def cards_of(customer: Customer, merchants: Iterable[Merchant] | None = None) -> QuerySet[SavedCard]:
    """The cards that gateways remember for a customer; those charged by themselves first."""
    cards = SavedCard.objects.filter(customer=customer, merchant__is_enabled=True).select_related("merchant")
    return cards if merchants is None else cards.filter(merchant__in=list(merchants))


def card_of(customer: Customer, number: int | None = None) -> SavedCard:
    """A customer's saved card by its number, or the one that is charged by itself; raises UnknownCard."""
    cards = cards_of(customer)
    found = cards.first() if number is None else cards.filter(pk=number).first()
    if found is None:
        raise UnknownCard("there is no such saved card")
    return found


def promos_of(customer: Customer) -> QuerySet[PromoActivation]:
    """The promo codes that a customer activated, the newest first."""
    activations = PromoActivation.objects.filter(customer=customer).select_related("promo")
    return activations.prefetch_related("promo__free_tariffs").order_by("-id")


def announced_payment(operator_id: int, reference: str) -> Payment | None:
    """A payment that another system has announced under a number of its own, and that is not confirmed yet."""
    waiting = Payment.objects.of(operator_id).filter(status=PaymentStatus.PENDING, merchant=None)
    found: Payment | None = waiting.filter(reference=reference).order_by("pk").first()
    return found
