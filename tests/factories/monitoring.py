"""What devices tell of themselves, for tests."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils import timezone

from headend.kernel.actor import system
from headend.kernel.sealing import seal
from headend.monitoring.actions import keep_report, save_device_command
from headend.monitoring.models import DeviceCommand, DevicePassword, DeviceReport, ReportKind
from headend.monitoring.rules import read_metrics
from headend.subscribers.models import Device

ACTOR = system("tests")


def make_device_report(*, device: Device, load: float = 0.5) -> DeviceReport:
    """Metrics of this moment."""
    metrics = [{"cpu": {"la": load}, "mem": {"t": 512, "u": 300}, "video": {"cc-errors": 1}}]
    return keep_report(
        device=device,
        kind=ReportKind.METRICS,
        details={"metrics": metrics},
        now=timezone.now(),
        measured=read_metrics(metrics),
    )


def make_monitoring(device: Device, name: str) -> dict[type[Model], Any]:
    """One of each record, all named after whose they are."""
    command = DeviceCommand(
        operator=device.operator, device=device, name=f"{name} ping", expires_at=timezone.now() + timedelta(hours=1)
    )
    return {
        DeviceReport: make_device_report(device=device),
        DeviceCommand: save_device_command(actor=ACTOR, command=command),
        DevicePassword: DevicePassword.objects.create(
            operator=device.operator,
            device=device,
            sealed_password=seal(f"{name} password", settings.ENCRYPTION_KEY),
            created_at=timezone.now(),
        ),
    }
