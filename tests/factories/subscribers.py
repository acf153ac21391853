"""Customers, accounts, devices, sessions and subscriptions for tests."""

import json
import re
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any

from django.conf import settings
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
    PortalTemplate,
    Profile,
    RegistrationRules,
    Session,
    TariffSubscription,
    TextGateway,
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


def make_profile(*, operator: Operator | None = None, **fields: Any) -> Profile:
    fields.setdefault("name", f"Profile {next(_number)}")
    return Profile.objects.create(operator=operator or make_operator(), **fields)


def make_portal_template(*, operator: Operator | None = None, **fields: Any) -> PortalTemplate:
    fields.setdefault("system_name", f"template_{next(_number)}")
    fields.setdefault("name", fields["system_name"].title())
    return PortalTemplate.objects.create(operator=operator or make_operator(), **fields)


def make_registration_rules(*, operator: Operator | None = None, **fields: Any) -> RegistrationRules:
    """Open registration with neither pictures nor codes, unless told otherwise."""
    terms = {"is_enabled": True, "needs_captcha": False} | fields
    return RegistrationRules.objects.create(operator=operator or make_operator(), **terms)


def make_text_gateway(*, operator: Operator | None = None, medium: str = "sms", **fields: Any) -> TextGateway:
    """A gateway that writes to a file, which `outbox_of` reads, unless told otherwise."""
    fields.setdefault("kind", "outbox")
    return TextGateway.objects.create(operator=operator or make_operator(), medium=medium, **fields)


def outbox_of(operator: Operator) -> list[dict[str, str]]:
    """What an operator's outboxes hold, oldest first: at, to, subject, body."""
    path = settings.HEADEND.data / "outbox" / f"{operator.pk}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def code_sent_to(operator: Operator, recipient: str) -> str:
    """The code in the last text to a phone or mail box."""
    bodies = [text["body"] for text in outbox_of(operator) if text["to"] == recipient]
    return re.findall(r"[0-9]{6}", bodies[-1])[0]
