"""The operator's own billing, where it has one: whom it is asked about, what it is told, and what its answers mean."""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from headend.billing.errors import BillingElsewhere, BillingRefused, BillingSilent, BillingUnset
from headend.billing.models import OtherBilling, Payment
from headend.billing.ports import BillingSystem, BillingSystemConfig, Facts, Hook, WhenSilent
from headend.billing.queries import today_of
from headend.billing.rules import rounded
from headend.catalog.models import Tariff
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import Invalid, NotFound
from headend.kernel.sealing import BadSeal, unseal
from headend.subscribers.actions import activate_account, change_account, deactivate_account
from headend.subscribers.models import Account, Customer, StatusReason
from headend.subscribers.rules import SignInRequest, credential_of

MOST_PAYMENTS = 500
LONGEST = 60
_AMOUNT = re.compile(r"-?[0-9]{1,11}(\.[0-9]{1,6})?")
_open: dict[int, tuple[BillingSystemConfig, BillingSystem]] = {}


# --- who is asked ---


def billing_of(customer: Customer, hook: Hook) -> OtherBilling | None:
    """The system that decides this about a customer; None: the platform itself. Raises BillingUnset."""
    systems = OtherBilling.objects.of(customer.operator_id)
    if customer.billing_handler is not None:
        own: OtherBilling | None = systems.filter(pk=customer.billing_handler, is_enabled=True).first()
        if own is None:
            raise BillingUnset(f"there is no billing system {customer.billing_handler}")
        return own if hook in own.hooks else None
    default: OtherBilling | None = systems.filter(is_default=True, is_enabled=True).order_by("pk").first()
    return default if default is not None and hook in default.hooks else None


def system_of(record: OtherBilling) -> BillingSystem:
    """The system of a record, opened once for each way it is set up; raises BillingUnset."""
    try:
        config = config_of(record)
        known = _open.get(record.pk)
        if known is None or known[0] != config:
            known = _open[record.pk] = (config, import_string(settings.BILLING_SYSTEM)(config))
    except BadSeal as error:
        raise BillingUnset("the billing system's secret was sealed with another key") from error
    except Invalid as error:
        raise BillingUnset(f"the billing system cannot work: {error.place}: {error}") from error
    return known[1]


def config_of(record: OtherBilling) -> BillingSystemConfig:
    """What an adapter is made from; raises BadSeal."""
    return BillingSystemConfig(
        url=record.url,
        secret=unseal(record.sealed_secret, settings.ENCRYPTION_KEY),
        seconds=float(record.seconds),
        kept_seconds=record.kept_seconds,
        when_silent=WhenSilent(record.when_silent),
        networks=settings.HEADEND.fetch_networks,
    )


def facts_of(account: Account) -> dict[str, object]:
    """Whom a question is about."""
    customer = account.customer
    return {
        "operator": account.operator_id,
        "customer": {
            "id": customer.pk,
            "external_id": customer.external_id or "",
            "contract_number": customer.contract_number,
        },
        "account": {"id": account.pk, "number": account.number, "external_id": account.external_id or ""},
    }


def ask(account: Account, hook: Hook, **more: object) -> Facts | None:
    """Ask the system that decides this about an account; None where the platform decides. Raises BillingElsewhere."""
    record = billing_of(account.customer, hook)
    return None if record is None else system_of(record).ask(hook, facts_of(account) | more)


# --- money ---


@dataclass(frozen=True, slots=True)
class BalanceElsewhere:
    """What a customer has, should pay now, and by which number the payment is known there."""

    balance: Decimal
    recommended: Decimal
    number: int


def balance_elsewhere(account: Account) -> BalanceElsewhere | None:
    """A customer's balance as the other system tells it; None: it is the platform's."""
    told = ask(account, Hook.BALANCE)
    if told is None:
        return None
    given = str(told.get("id_for_payment", ""))
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else account.number
    currency = account.customer.currency or account.operator.currency
    balance, recommended = (_amount(told, name, currency) for name in ("balance", "recommended_payment"))
    return BalanceElsewhere(balance, recommended, number)


def _amount(told: Facts, name: str, currency: str) -> Decimal:
    text = str(told.get(name, "0"))
    if not _AMOUNT.fullmatch(text):
        raise BillingSilent(f"the other billing system's {name} is no amount")
    return rounded(Decimal(text), currency)


@dataclass(frozen=True, slots=True)
class MovementElsewhere:
    """What moved a balance there; `kind` is "subscription", "title" or another word."""

    at: datetime
    amount: Decimal
    comment: str
    kind: str


def payments_elsewhere(account: Account, since: date, until: date) -> list[MovementElsewhere] | None:
    """What moved a customer's balance from one day to another, as the other system tells it."""
    told = ask(account, Hook.PAYMENTS, date_from=since.isoformat(), date_to=until.isoformat())
    if told is None:
        return None
    rows = told.get("payments")
    if not isinstance(rows, list):
        raise BillingSilent("the other billing system's payments are no list")
    currency = account.customer.currency or account.operator.currency
    return [_movement(row, currency) for row in rows[:MOST_PAYMENTS]]


def _movement(row: Any, currency: str) -> MovementElsewhere:
    if not isinstance(row, Mapping) or not isinstance(row.get("time"), int) or not 0 <= row["time"] < 2**35:
        raise BillingSilent("a payment of the other billing system has no time")
    comment, kind = str(row.get("comment") or "")[:500], str(row.get("kind") or "")
    return MovementElsewhere(datetime.fromtimestamp(row["time"], UTC), _amount(row, "amount", currency), comment, kind)


# --- tariffs ---


def _tariff(tariff: Tariff) -> dict[str, object]:
    return {"id": tariff.pk, "external_id": tariff.external_id or "", "name": tariff.name}


def price_elsewhere(account: Account, tariff: Tariff) -> Decimal | None:
    """What a tariff would cost an account now, as the other system tells it."""
    told = ask(account, Hook.PRICE, tariff=_tariff(tariff))
    return None if told is None else _amount(told, "price", account.customer.currency or account.operator.currency)


def assign_elsewhere(account: Account, tariff: Tariff, *, for_all: bool) -> bool:
    """Let the other system sell a tariff and charge for it; False: the platform does. Raises BillingElsewhere."""
    return ask(account, Hook.ASSIGN, tariff=_tariff(tariff), for_all=for_all) is not None


def remove_elsewhere(account: Account, tariff: Tariff, *, for_all: bool) -> bool:
    """Let the other system end a tariff; False: the platform does. Raises BillingElsewhere."""
    return ask(account, Hook.REMOVE, tariff=_tariff(tariff), for_all=for_all) is not None


# --- whether an account may be used ---


def are_billed_elsewhere(operators: Collection[int]) -> bool:
    """Say whether another system is to be asked about customers of one of these operators."""
    return OtherBilling.objects.filter(operator__in=operators, is_enabled=True).exists()


def may_sign_in(account_id: int, request: SignInRequest) -> bool:
    """Say whether the other system lets an account in with its device; what it says is followed at once."""
    if not OtherBilling.objects.of(request.operator_id).filter(is_enabled=True).exists():
        return True
    account = Account.objects.select_related("customer", "operator").get(pk=account_id)
    actor = Actor(ActorKind.SYSTEM, "other billing system", None, request.address)
    about = {
        "method": credential_of(request).value,
        "address": request.address,
        "device_uid": request.device_uid,
        "device_model": request.device_model,
    }
    try:
        for hook in (Hook.AUTHORISE, Hook.CHECK):
            told = ask(account, hook, **(about if hook is Hook.AUTHORISE else {}))
            if told is not None and hook is Hook.CHECK:
                follow(account, told, actor)
    except BillingRefused as refused:
        with suppress(NotFound):  # deleted while it was asked about
            follow_refusal(account, refused, actor)
        return False
    except (BillingElsewhere, NotFound):
        return False
    return True


def process_elsewhere(account: Account, actor: Actor) -> bool:
    """Ask what shall become of an account and do it; says whether it was asked. Raises BillingElsewhere."""
    told = ask(account, Hook.PROCESS)
    if told is None:
        return False
    result, reason = str(told.get("result")), str(told.get("reason") or StatusReason.DEBT)[:20]
    today = today_of(account.operator, datetime.now(UTC))
    if result in ("activated", "prolonged") and told.get("until"):
        change_account(actor=actor, account=account, deactivates_on=_day(told["until"]))
    if result == "activated":
        activate_account(actor=actor, account=account, today=today)
    elif result == "deactivated":
        deactivate_account(actor=actor, account=account, reason=reason)
    elif result not in ("prolonged", "checked"):
        raise BillingSilent(f"the other billing system answers {result[:LONGEST]}")
    return True


def _day(text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise BillingSilent("the other billing system's day is none") from error


def follow(account: Account, told: Facts, actor: Actor) -> bool:
    """Put an account back into service that was out of it for debt and may be used; says whether that changed it."""
    if account.is_active or account.status_reason != StatusReason.DEBT:
        return False
    activate_account(actor=actor, account=account, today=today_of(account.operator, datetime.now(UTC)))
    return True


def follow_refusal(account: Account, refused: BillingRefused, actor: Actor) -> bool:
    """Take an account out of service that may not be used; says whether that changed it."""
    if not account.is_active:
        return False
    deactivate_account(actor=actor, account=account, reason=StatusReason.DEBT)
    return True


def notify_elsewhere(account: Account, *, is_active: bool) -> None:
    """Tell the other system that an account was put into service or out of it; raises BillingElsewhere."""
    ask(account, Hook.ACTIVATE if is_active else Hook.DEACTIVATE)


def payment_elsewhere(payment: Payment) -> bool:
    """Tell the other system of money that came in; False: nobody has to hear of it. Raises BillingElsewhere."""
    account = payment.account or (payment.customer.accounts.order_by("pk").first() if payment.customer else None)
    if account is None:
        return False
    about = {
        "number": payment.pk,
        "amount": str(rounded(payment.amount, payment.currency)),
        "currency": payment.currency,
        "gateway": payment.merchant.code if payment.merchant else "",
        "reference": payment.reference,
        "time": int(payment.paid_at.timestamp()) if payment.paid_at else 0,
    }
    return ask(account, Hook.PAID, payment=about) is not None
