"""Every write on what devices tell of themselves. What devices do daily needs no audit entry; staff's commands do."""

import binascii
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key
from django.db import transaction

from headend.catalog.models import Channel
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.kernel.sealing import seal
from headend.monitoring.errors import BadKey
from headend.monitoring.models import DeviceCommand, DeviceCommandDelivery, DevicePassword, DeviceReport, ReportKind
from headend.monitoring.queries import commands_for
from headend.monitoring.rules import Build, Measured, check_details, check_parameters
from headend.operators.actions import forget, save
from headend.subscribers.models import Device

LEAST_BITS, MOST_BITS = 2048, 8192
PASSWORDS_KEPT = 5  # for each device: whoever makes it ask again does not take the last one away


def keep_report(
    *,
    device: Device,
    kind: ReportKind,
    details: Mapping[str, Any],
    now: datetime,
    measured: Measured | None = None,
    channel: Channel | None = None,
) -> DeviceReport:
    """Keep what a device tells; raises Invalid when it is too much."""
    check_details(details)
    report: DeviceReport = DeviceReport.objects.create(
        operator_id=device.operator_id,
        device=device,
        kind=kind,
        received_at=now,
        channel=channel,
        details=dict(details),
        **asdict(measured or Measured()),
    )
    return report


def forget_reports(*, before: datetime) -> int:
    """Delete reports received before a moment, a few hundred in each transaction; says how many."""
    return forget(DeviceReport.objects.filter(received_at__lt=before).order_by("received_at"))


# --- commands ---


@transaction.atomic
def save_device_command(*, actor: Actor, command: DeviceCommand) -> DeviceCommand:
    """Have devices do something; raises Invalid with the field as its place."""
    check_parameters(command.parameters)
    if command.device is not None and command.device.operator_id != command.operator_id:
        raise Invalid("this device is another operator's", "device")
    save(actor=actor, obj=command)
    return command


@transaction.atomic
def fetch_commands(*, device: Device, build: Build, now: datetime) -> list[DeviceCommand]:
    """Give a device what it has to do, each command once, also when it asks twice at the same time."""
    Device.objects.select_for_update().get(pk=device.pk)
    commands = commands_for(device, build, now)
    DeviceCommandDelivery.objects.bulk_create(
        [DeviceCommandDelivery(command=each, device=device, at=now) for each in commands]
    )
    return commands


# --- passwords ---


@transaction.atomic
def make_password(*, device: Device, public_key: str, sealing_key: str, now: datetime) -> str:
    """Make a password for a device: encrypted with its RSA key (PKCS #1 v1.5, base64); raises BadKey."""
    key, password = _key_of(public_key), secrets.token_urlsafe(12)
    encrypted = b64encode(key.encrypt(password.encode(), PKCS1v15())).decode()
    DevicePassword.objects.create(
        operator_id=device.operator_id,
        device=device,
        sealed_password=seal(password, sealing_key),
        created_at=now,
    )
    made = DevicePassword.objects.filter(device=device)
    made.exclude(pk__in=list(made.order_by("-pk").values_list("pk", flat=True)[:PASSWORDS_KEPT])).delete()
    return encrypted


def _key_of(text: str) -> RSAPublicKey:
    try:
        is_pem = text.lstrip().startswith("-----")
        key = load_pem_public_key(text.encode()) if is_pem else load_der_public_key(_base64(text))
    except (ValueError, TypeError, UnsupportedAlgorithm, binascii.Error) as error:
        raise BadKey("this is no public key") from error
    if not isinstance(key, RSAPublicKey) or not LEAST_BITS <= key.key_size <= MOST_BITS:
        raise BadKey(f"an RSA key of {LEAST_BITS} to {MOST_BITS} bits is needed")
    return key


def _base64(text: str) -> bytes:
    # A "+" that travelled unescaped in a form arrives as a blank; line breaks are allowed.
    return b64decode("".join(text.replace("\r", "").split("\n")).strip().replace(" ", "+"), validate=True)
