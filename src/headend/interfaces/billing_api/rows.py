"""How customers, accounts and what they hold stand on the wire; many at once in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet

from headend.billing.models import Book, Entry, Kind, SavedCard
from headend.billing.queries import balances_of, terms_of, today_of
from headend.operators.models import Operator
from headend.subscribers.models import Account, Customer, Device, TariffSubscription
from headend.subscribers.queries import days_left, parent_code_of

MINUTES = 60  # of an hour, in which time shifts stand on the wire

Row = dict[str, Any]


def day(value: date | None) -> str:
    """A day as yyyy-mm-dd, "" for none."""
    return value.isoformat() if value else ""


def day_of(operator: Operator, moment: datetime | None) -> str:
    """The operator's day of a moment, "" for none."""
    return day(today_of(operator, moment)) if moment else ""


# --- subscriptions ---


def _held(now: datetime) -> QuerySet[TariffSubscription]:
    """What is held now or will be."""
    held = TariffSubscription.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    return held.select_related("operator", "customer__operator", "tariff", "virtual_tariff", "renewal").order_by("pk")


def _subscription(held: TariffSubscription, now: datetime) -> Row:
    terms = terms_of(held, now)
    return {
        "id": held.pk,
        "tariff_id": held.tariff_id,
        "api_config_id": held.customer.billing_handler or 0,
        "price": float(terms.price),
        "start_date": day(terms.starts_on),
        "end_date": day(terms.ends_on),
        "is_periodical": int(terms.renews),
        "price_expiration": day(terms.price_until),
        "is_price_overridden": int(terms.is_price_own),
        "is_closed": int(terms.is_closed),
    }


def _holdings(subscriptions: Collection[TariffSubscription], now: datetime) -> Row:
    running = [held for held in subscriptions if held.starts_at <= now]
    return {
        "subscriptions": [_subscription(held, now) for held in subscriptions],
        "tariffs": [held.tariff_id for held in running],
    }


# --- accounts ---


def account_rows(accounts: QuerySet[Account], now: datetime) -> list[Row]:
    """Accounts with their devices and what they hold for themselves."""
    devices = Device.objects.select_related("device_type").order_by("pk")
    found = accounts.select_related("operator", "customer").prefetch_related(
        Prefetch("devices", devices), Prefetch("subscriptions", _held(now), to_attr="held")
    )
    return [_account(account, now) for account in found]


def _account(account: Account, now: datetime) -> Row:
    held: list[TariffSubscription] = account.held  # type: ignore[attr-defined]
    return {
        "id": account.pk,
        "abonement": account.number,
        "account_ext_id": account.external_id,
        "active": int(account.is_active),
        "last_active": day_of(account.operator, account.last_seen_at),
        "created_at": day_of(account.operator, account.created_at),
        "status_reason": account.status_reason,
        "auto_activation_period": account.auto_activation_days or 0,
        "extension_date": day(account.extends_on),
        "activation_date": day(account.activates_on),
        "deactivation_date": day(account.deactivates_on),
        "allow_multiple_login": int(account.allow_multiple_login),
        "allow_login_by_abonement": int(account.allow_login_by_number),
        "allow_login_by_device_uid": int(account.allow_login_by_device),
        "allow_login_by_ip": int(account.allow_login_by_address),
        "parent_code": _parent_code(account),
        "use_timeshift": int(account.use_timeshift),
        "preferred_timeshift_offset": account.timeshift_minutes // MINUTES,
        "devices": [_device(account.operator, each) for each in account.devices.all()],
        "customer_id": account.customer_id,
        "subnets": ";".join(account.subnets.replace(",", " ").replace(";", " ").split()),
        "allowed_device_groups": account.allowed_device_groups,
        **_holdings(held, now),
    }


def _parent_code(account: Account) -> int | str:
    """A number, as documented, where nothing is lost by it."""
    code = parent_code_of(account, settings.ENCRYPTION_KEY)
    number = int(code) if code.isascii() and code.isdigit() else 0
    return number if code in ("", str(number)) else code


def _device(operator: Operator, device: Device) -> Row:
    return {
        "id": device.pk,
        "system_name": device.device_type.system_name if device.device_type else "",
        "device_uid": device.uid,
        "serial_number": device.serial_number,
        "created_at": day_of(operator, device.created_at),
        "is_basic": int(device.is_basic),
    }


# --- customers ---


def customer_rows(customers: Iterable[Customer], now: datetime) -> list[Row]:
    """Customers with their accounts, their money and what they hold for all accounts."""
    found = list(customers)
    numbers = [customer.pk for customer in found]
    balances = balances_of(found)
    payments = _payments(numbers)
    charged = set(
        SavedCard.objects.filter(customer__in=numbers, for_autopayment=True).values_list("customer_id", flat=True)
    )
    accounts = _by_customer(Account.objects.filter(customer__in=numbers).order_by("pk"))
    held = _by_customer(_held(now).filter(customer__in=numbers, account=None))
    return [
        _customer(customer, now, accounts[customer.pk], held[customer.pk])
        | {
            "balance": float(balances[customer.pk]),
            "payments_count": payments.get(customer.pk, 0),
            "autopayment_enabled": int(customer.pk in charged),
        }
        for customer in found
    ]


def _payments(customers: Collection[int]) -> Mapping[int, int]:
    """How often each has paid."""
    paid = Entry.objects.filter(customer__in=customers, book=Book.CUSTOMERS, transaction__kind=Kind.PAYMENT)
    return dict(paid.order_by().values_list("customer_id").annotate(number=Count("pk")))


def _by_customer(records: Iterable[Any]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for record in records:
        found[record.customer_id].append(record)
    return found


def _customer(customer: Customer, now: datetime, accounts: list[Account], held: list[TariffSubscription]) -> Row:
    today = today_of(customer.operator, now)
    running = [each for each in held if each.starts_at <= now]
    virtual = {each.virtual_tariff.pk: each.virtual_tariff for each in running if each.virtual_tariff}
    return {
        "id": customer.pk,
        "ext_id": customer.external_id or "",
        "firstname": customer.first_name,
        "middlename": customer.middle_name,
        "lastname": customer.last_name,
        "mobile_phone_number": customer.mobile_phone,
        "birthdate": day(customer.birth_date),
        "meta": customer.meta if isinstance(customer.meta, dict) else {},
        "accounts": [_account_of(customer, account, today) for account in accounts],
        "tariffs_info": [{"id": each.tariff_id, "ext_id": each.tariff.external_id} for each in running],
        "vtariffs_info": [{"id": pk, "ext_id": each.external_id} for pk, each in sorted(virtual.items())],
        **_holdings(held, now),
    }


def _account_of(customer: Customer, account: Account, today: date) -> Row:
    left = days_left(account, today)
    return {
        "id": account.pk,
        "abonement": str(account.number),
        "activation_days_left": -1 if left is None else left,
        "on_trial_period": int(customer.is_trial),
        "active": int(account.is_active),
    }
