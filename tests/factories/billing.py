"""Merchants, payments, saved cards, promo codes and a filled balance for tests."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.conf import settings
from django.db.models import Model
from tests.factories.operators import make_dealer, make_operator
from tests.factories.subscribers import make_customer

from headend.billing.actions import write_down_payment
from headend.billing.models import (
    BillingRun,
    BillingTerms,
    CommissionRule,
    Discount,
    Entry,
    GatewayNotice,
    Merchant,
    OtherBilling,
    Payment,
    PromisedPayment,
    PromoActivation,
    PromoCode,
    SavedCard,
)
from headend.billing.ports import Hook
from headend.catalog.models import Tariff, VirtualTariff
from headend.kernel.actor import system
from headend.kernel.sealing import seal
from headend.kernel.tokens import digest_of
from headend.operators.models import Operator
from headend.subscribers.models import Customer

_number = count(1)


def make_merchant(*, operator: Operator | None = None, **fields: Any) -> Merchant:
    """A contract with the gateway that tests tell what to answer (`tests.factories.gateways`)."""
    fields.setdefault("gateway", "scripted")
    for name in ("secret", "notice_secret"):
        fields[f"sealed_{name}"] = seal(fields.pop(name, ""), settings.ENCRYPTION_KEY)
    fields.setdefault("name", f"Merchant {next(_number)}")
    return Merchant.objects.create(operator=operator or make_operator(), **fields)


def make_balance(customer: Customer, amount: Decimal | int) -> Payment:
    """Let a customer have paid so much."""
    now = datetime.now(UTC)
    return write_down_payment(actor=system("tests"), customer=customer, amount=Decimal(amount), now=now)


def make_card(*, customer: Customer | None = None, merchant: Merchant | None = None, **fields: Any) -> SavedCard:
    """A card of which the gateway knows the token "token <number>"."""
    owner = customer or make_customer()
    token = fields.pop("token", f"token {next(_number)}")
    fields.setdefault("mask", "**** 4242")
    return SavedCard.objects.create(
        operator=owner.operator,
        customer=owner,
        merchant=merchant or make_merchant(operator=owner.operator),
        sealed_token=seal(token, settings.ENCRYPTION_KEY),
        token_digest=digest_of(token),
        **fields,
    )


def make_billing(operator: Operator, name: str) -> dict[type[Model], Any]:
    """One record of everything for an operator's screens; every name in it tells whose it is."""
    customer = make_customer(operator=operator, last_name=f"{name} payer")
    payment = make_balance(customer, 10)
    promo = make_promo(operator=operator, code=f"{name.upper()}-PROMO", amount=5, comment=f"{name} promo")
    activation = PromoActivation.objects.create(
        operator=operator, promo=promo, customer=customer, activated_at=payment.created_at
    )
    merchant = make_merchant(operator=operator, name=f"{name} desk", gateway="manual")
    card = make_card(customer=customer, merchant=merchant)
    entry = Entry.objects.get(customer=customer)
    notice = make_notice(merchant=merchant, number=f"{name} notice")
    other = make_other_billing(operator=operator, name=f"{name} billing", is_default=False)
    now = payment.created_at
    common: dict[str, Any] = {"operator": operator}
    agreed = (
        BillingTerms.objects.create(**common),
        Discount.objects.create(**common, customer=customer, percent=5, comment=f"{name} discount"),
        PromisedPayment.objects.create(**common, customer=customer, amount=5, currency="EUR", given_at=now, until=now),
        BillingRun.objects.create(**common, day=now.date(), started_at=now, currency="EUR"),
        VirtualTariff.objects.create(**common, name=f"{name} bundle"),
    )
    dealer = make_dealer(operator=operator, name=f"{name} reseller")
    rule = CommissionRule.objects.create(**common, dealer=dealer, percent=5)
    agreed[-1].tariffs.set(Tariff.objects.filter(operator=operator)[:1])
    records = (payment, promo, activation, merchant, card, entry, entry.transaction, notice, other, rule, *agreed)
    return {type(record): record for record in records}


def make_notice(*, merchant: Merchant | None = None, **fields: Any) -> GatewayNotice:
    """A notice that a gateway sent, refused unless `fields` say otherwise."""
    owner, now = merchant or make_merchant(), datetime.now(UTC)
    fields.setdefault("digest", digest_of(f"notice {next(_number)}"))
    fields.setdefault("verdict", "refused")
    fields.setdefault("complaint", "unknown_payment")
    return GatewayNotice.objects.create(operator=owner.operator, merchant=owner, at=now, last_at=now, **fields)


def make_other_billing(*, operator: Operator | None = None, **fields: Any) -> OtherBilling:
    """Another billing system that decides about everything (`tests.factories.billing_systems` says what)."""
    fields.setdefault("name", f"Billing {next(_number)}")
    fields.setdefault("url", f"https://billing.example/{next(_number)}")
    fields.setdefault("hooks", [hook.value for hook in Hook])
    fields.setdefault("is_default", True)
    secret = fields.pop("secret", "s3cret")
    return OtherBilling.objects.create(
        operator=operator or make_operator(), sealed_secret=seal(secret, settings.ENCRYPTION_KEY), **fields
    )


def make_promo(
    *,
    operator: Operator | None = None,
    tariffs: Iterable[Tariff] = (),
    free_tariffs: Iterable[Tariff] = (),
    **fields: Any,
) -> PromoCode:
    fields.setdefault("code", f"PROMO{next(_number)}")
    promo = PromoCode.objects.create(operator=operator or make_operator(), **fields)
    promo.tariffs.set(tariffs)
    promo.free_tariffs.set(free_tariffs)
    return promo
