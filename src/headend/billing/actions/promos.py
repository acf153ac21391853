"""Promo codes, activated by customers."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from headend.billing.actions.ledger import credit, lock_customer
from headend.billing.errors import PromoRefused
from headend.billing.models import PromoActivation, PromoCode
from headend.billing.queries import Buyer, currency_of, midnight_of, offer_of, shop_for, today_of
from headend.billing.rules import ZERO, Promo, PromoRefusal, code_of, may_activate, may_subscribe, months_after
from headend.catalog.models import Tariff
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import save
from headend.operators.models import Operator
from headend.subscribers.actions import subscribe
from headend.subscribers.actions.checks import assign, check_same_operator
from headend.subscribers.models import Account, Customer

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is mistaken for something else
SHORTEST, LONGEST, MOST_AT_ONCE = 6, 40, 1000
FIELDS = frozenset({"amount", "discount", "valid_from", "valid_until", "activation_count", "account"})


@transaction.atomic
def activate_promo(*, actor: Actor, account: Account, code: str, now: datetime) -> PromoActivation:
    """Activate a promo code for an account's customer; raises PromoRefused.

    Money comes to the balance and tariffs are given at once, for all accounts; a discount waits for the customer's
    next subscription. The code's row is locked: two at once do not go beyond its number.
    """
    customer = lock_customer(account.customer)
    promo: PromoCode | None = (
        PromoCode.objects.of(customer.operator_id).select_for_update().filter(code=code_of(code)).first()
    )
    if promo is None or promo.account_id not in (None, account.pk):
        raise PromoRefused(PromoRefusal.UNKNOWN)
    refusal = may_activate(
        _terms(promo, customer), account_is_active=account.is_active, today=today_of(customer.operator, now)
    )
    if refusal:
        raise PromoRefused(refusal)
    return _activate(actor, account, customer, promo, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoTerms:
    """What promo codes give, to whom and when; see PromoCode."""

    amount: Decimal | None = None
    discount: Decimal | None = None
    tariffs: Sequence[Tariff] = ()
    free_tariffs: Sequence[Tariff] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    activation_count: int = 1
    account: Account | None = None


@transaction.atomic
def create_promos(
    *, actor: Actor, operator: Operator, terms: PromoTerms, count: int = 1, length: int = 10
) -> list[PromoCode]:
    """Make codes that nobody guesses, all with the same terms; raises Invalid."""
    if not 0 < count <= MOST_AT_ONCE:
        raise Invalid(f"from 1 to {MOST_AT_ONCE} codes are made at once", "count")
    if not SHORTEST <= length <= LONGEST:
        raise Invalid(f"a code has {SHORTEST} to {LONGEST} characters", "length")
    if not (terms.amount or terms.discount or terms.free_tariffs):
        raise Invalid("a promo code gives money, a discount or tariffs", "amount")
    return [_made(actor, operator, terms, word) for word in _new_words(operator, count, length)]


def _new_words(operator: Operator, count: int, length: int) -> list[str]:
    words: set[str] = set()
    while len(words) < count:
        words |= {"".join(secrets.choice(ALPHABET) for _ in range(length)) for _ in range(count - len(words))}
        words -= set(PromoCode.objects.of(operator.pk).filter(code__in=words).values_list("code", flat=True))
    return sorted(words)


def _made(actor: Actor, operator: Operator, terms: PromoTerms, word: str) -> PromoCode:
    promo = PromoCode(operator=operator)
    fields = {name: getattr(terms, name) for name in FIELDS}
    assign(promo, {"code": word, **fields}, FIELDS | {"code"})
    check_same_operator(promo, terms.account, *terms.tariffs, *terms.free_tariffs)
    save(actor=actor, obj=promo, links={"tariffs": terms.tariffs, "free_tariffs": terms.free_tariffs})
    return promo


def _terms(promo: PromoCode, customer: Customer) -> Promo:
    return Promo(
        is_enabled=promo.is_enabled,
        valid_from=promo.valid_from,
        valid_until=promo.valid_until,
        most=promo.activation_count,
        activated=promo.activations.count(),
        is_activated_by_customer=promo.activations.filter(customer=customer).exists(),
    )


def _activate(actor: Actor, account: Account, customer: Customer, promo: PromoCode, now: datetime) -> PromoActivation:
    posted = None
    if promo.amount and currency_of(customer) == customer.operator.currency:
        posted = credit(actor=actor, customer=customer, amount=promo.amount, now=now, comment=promo.code)
    given = [tariff for tariff in promo.free_tariffs.all() if _give(actor, Buyer(account), tariff, now)]
    if not (posted or given or promo.discount):
        raise PromoRefused(PromoRefusal.NOTHING_TO_GIVE)
    activation = PromoActivation(
        operator_id=customer.operator_id,
        promo=promo,
        customer=customer,
        transaction=posted,
        activated_at=now,
        applied_at=None if promo.discount else now,
    )
    save(actor=actor, obj=activation)
    return activation


def _give(actor: Actor, buyer: Buyer, tariff: Tariff, now: datetime) -> bool:
    """Give a tariff for one period, where the buyer may have it and nothing else has to end for it."""
    offer, shop = offer_of(tariff), shop_for(buyer, now)
    decision = may_subscribe(offer, shop.standing, ZERO)
    if decision.refusal or decision.replaces or decision.resumes:
        return False
    until = months_after(shop.calendar.today, offer.period_months)
    ends_at = midnight_of(buyer.operator, until)
    subscribe(actor=actor, customer=buyer.customer, tariff=tariff, starts_at=now, ends_at=ends_at)
    return True
