"""Reading what devices tell of themselves."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from headend.catalog.models import Channel
from headend.monitoring.errors import UnknownDevice
from headend.monitoring.models import DeviceCommand, DeviceReport, ReportKind
from headend.monitoring.rules import Build, is_for
from headend.operators.models import Operator
from headend.subscribers.models import Device


def bound_device(names: Iterable[str], operator_id: int | None = None) -> Device:
    """The enabled device that has one of these ids, the first that fits counting most; raises UnknownDevice.

    Without an operator's number the device must be the only one of this id in the whole installation.
    """
    operators = Operator.objects.filter(is_active=True)
    if operator_id is not None:
        operators = operators.filter(pk=operator_id)
    numbers = list(operators.values_list("pk", flat=True))  # device ids are indexed below their operator
    for name in filter(None, names):
        found = list(Device.objects.filter(operator__in=numbers, uid=name, is_enabled=True)[:2])
        if len(found) == 1:
            device: Device = found[0]
            return device
        if found:
            break
    raise UnknownDevice("no such device")


def channel_numbered(operator_id: int, number: int) -> Channel | None:
    """An operator's channel."""
    found: Channel | None = Channel.objects.of(operator_id).filter(pk=number).first()
    return found


def commands_for(device: Device, build: Build, now: datetime) -> list[DeviceCommand]:
    """The commands that a device has not fetched yet, the oldest first."""
    live = DeviceCommand.objects.of(device.operator_id).filter(Q(device=None) | Q(device=device), expires_at__gt=now)
    open_ = live.exclude(deliveries__device=device).order_by("pk")[:100]
    return [each for each in open_ if is_for(Build(each.build_display, each.build_incremental), build)]


def metrics_of(device: Device, since: datetime) -> QuerySet[DeviceReport]:
    """A device's reports of metrics since a moment, the oldest first."""
    reports: QuerySet[DeviceReport] = DeviceReport.objects.filter(device=device, kind=ReportKind.METRICS)
    return reports.filter(received_at__gte=since).order_by("received_at", "pk")
