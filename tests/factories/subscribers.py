"""Customers, accounts, devices, sessions and subscriptions for tests."""

from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any

from tests.factories.catalog import make_tariff
from tests.factories.operators import make_operator

from headend.catalog.models import Tariff
from headend.kernel.passwords import hash_password
from headend.kernel.tokens import digest_of, new_token
from headend.operators.models import Operator
from headend.subscribers.models import (
    Account,
    Customer,
    Device,
    DeviceType,
    OperatorDeviceType,
    Session,
    TariffSubscription,
)

PASSWORD = "sesame-1234"
"""The password of every account made here."""

EPOCH = datetime.fromtimestamp(0, UTC)

_number = count(1)


@cache
def _hash_of(password: str) -> str:
    return hash_password(password)  # slow on purpose: once is enough for all tests


def make_customer(*, operator: Operator | None = None, **fields: Any) -> Customer:
    fields.setdefault("last_name", f"Customer {next(_number)}")
    return Customer.objects.create(operator=operator or make_operator(), **fields)


def make_account(
    *, operator: Operator | None = None, customer: Customer | None = None, password: str = PASSWORD, **fields: Any
) -> Account:
    """An active account with the password PASSWORD, and a customer of its own unless one is given."""
    owner = customer or make_customer(operator=operator)
    fields.setdefault("number", 100_000 + next(_number))
    stored = _hash_of(password) if password else ""
    return Account.objects.create(operator=owner.operator, customer=owner, password=stored, **fields)


def make_subscription(
    *, account: Account | None = None, customer: Customer | None = None, tariff: Tariff | None = None, **fields: Any
) -> TariffSubscription:
    """A tariff held without an end: by one account, or by a customer for all of theirs."""
    owner = customer or (account or make_account()).customer
    return TariffSubscription.objects.create(
        operator=owner.operator,
        customer=owner,
        account=account,
        tariff=tariff or make_tariff(operator=owner.operator),
        starts_at=fields.pop("starts_at", EPOCH),
        **fields,
    )


def make_device_type(**fields: Any) -> DeviceType:
    number = next(_number)
    fields.setdefault("name", f"Device type {number}")
    fields.setdefault("system_name", f"device_type_{number}")
    return DeviceType.objects.create(**fields)


def make_operator_device_type(
    *, operator: Operator | None = None, device_type: DeviceType | None = None, **fields: Any
) -> OperatorDeviceType:
    return OperatorDeviceType.objects.create(
        operator=operator or make_operator(), device_type=device_type or make_device_type(), **fields
    )


def make_device(*, account: Account | None = None, **fields: Any) -> Device:
    owner = account or make_account()
    fields.setdefault("uid", f"00:1a:79:00:{(number := next(_number)) // 256:02x}:{number % 256:02x}")
    return Device.objects.create(operator=owner.operator, account=owner, **fields)


def make_session(
    *, account: Account | None = None, device: Device | None = None, token: str = "", **fields: Any
) -> tuple[Session, str]:
    """A session and its token; of the device's type and kind when a device is given."""
    owner = account or (device.account if device else make_account())
    text = token or new_token()
    if device:
        fields = {"device_uid": device.uid, "is_basic": device.is_basic, "device_type": device.device_type} | fields
    fields.setdefault("created_at", EPOCH)
    fields.setdefault("last_seen_at", fields["created_at"])
    session = Session.objects.create(
        operator=owner.operator, account=owner, device=device, token_digest=digest_of(text), **fields
    )
    return session, text
