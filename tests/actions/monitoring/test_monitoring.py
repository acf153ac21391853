"""What devices tell and fetch: kept, forgotten, encrypted."""

from base64 import b64decode, b64encode
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from tests.factories import make_account
from tests.factories.subscribers import make_device

from headend.kernel.actor import system
from headend.kernel.errors import Invalid
from headend.kernel.sealing import new_key, unseal
from headend.monitoring import actions
from headend.monitoring.models import DeviceCommand, DevicePassword, DeviceReport, ReportKind
from headend.operators.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def private() -> Any:
    return rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize("form", ["pem", "der", "der in a form"])
def test_the_device_reads_what_staff_read(private: Any, form: str) -> None:
    device, sealing = make_device(), new_key()
    der = b64encode(private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    text = {"pem": pem, "der": der, "der in a form": der.replace("+", " ")}[form]
    got = actions.make_password(device=device, public_key=text, sealing_key=sealing, now=timezone.now())
    password = private.decrypt(b64decode(got), PKCS1v15()).decode()
    kept = DevicePassword.objects.get()
    assert unseal(kept.sealed_password, sealing) == password
    assert len(password) == 16
    assert password not in str(AuditEntry.objects.values_list())


def test_the_last_passwords_of_a_device_are_kept(private: Any) -> None:
    device, other = make_device(), make_device()
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for each in (other, *[device] * 7):
        actions.make_password(device=each, public_key=pem, sealing_key=new_key(), now=timezone.now())
    assert DevicePassword.objects.filter(device=device).count() == 5
    assert DevicePassword.objects.filter(device=other).count() == 1


def test_old_reports_are_forgotten() -> None:
    device, now = make_device(), timezone.now()
    for days in (0, 6, 8, 30):
        actions.keep_report(device=device, kind=ReportKind.PING, details={}, now=now - timedelta(days=days))
    assert actions.forget_reports(before=now - timedelta(days=7)) == 2
    assert DeviceReport.objects.count() == 2


@pytest.mark.parametrize("parameters", [[], {"shell": "x"}, {"ping_count": "4"}, {"appid": [1]}, {"timeout": True}])
def test_commands_have_known_parameters_only(parameters: Any) -> None:
    device = make_device()
    command = DeviceCommand(operator=device.operator, name="ping", parameters=parameters, expires_at=timezone.now())
    with pytest.raises(Invalid):
        actions.save_device_command(actor=system("test"), command=command)
    assert not AuditEntry.objects.exists()


def test_no_command_for_another_operators_device() -> None:
    command = DeviceCommand(
        operator=make_account().operator, device=make_device(), name="ping", expires_at=timezone.now()
    )
    with pytest.raises(Invalid):
        actions.save_device_command(actor=system("test"), command=command)
