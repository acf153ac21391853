"""What devices tell of themselves, and the commands that they fetch. Nobody signs in here: the device's id is enough.

So nothing is told that would help a stranger: whatever is wrong is answered as a bad parameter, and nothing is kept.
"""

from typing import Annotated, Any

from django.conf import settings

from headend.catalog.models import Channel
from headend.interfaces.attempts import REPORTS
from headend.interfaces.device_api import MONITORING_API
from headend.interfaces.wire.callers import Stranger
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Longest
from headend.kernel.calls import Needs
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields, to_json
from headend.monitoring.actions import fetch_commands, keep_report, make_password
from headend.monitoring.errors import BadKey, UnknownDevice
from headend.monitoring.models import DeviceCommand, ReportKind
from headend.monitoring.queries import bound_device, channel_numbered
from headend.monitoring.rules import Build, Measured, read_metrics
from headend.subscribers.models import Device

_BAD = {1: "a parameter is missing or bad, or the device is not known"}
_ERRORS = {**_BAD, 2: "the records do not answer"}
_REFUSALS = {UnknownDevice: 1, Invalid: 1}
_LARGEST = 2**62
Objects = list[dict[str, Any]]


@MONITORING_API.call("DeviceMetrics", "POST", "/metric/push/", needs=Needs.NOTHING, errors=_ERRORS, refusals=_REFUSALS)
def push_metrics(  # noqa: PLR0913 - the wire's own parameters
    stranger: Stranger,
    mac: str,
    uid: str,
    type: str,  # noqa: A002 - the wire's word
    metrics: Objects,
    channel: dict[str, Any] | None = None,
) -> Fields:
    """Take a device's figures: how busy it is, and the errors of the stream that it plays.

    Choice: with `client_id` the device is looked for at that operator, without it must be the only one of its id. A
    device may send thirty reports at once and then one every five seconds; more are answered with 1. Reports are kept
    for seven days.
    """
    device = _device(stranger, uid, mac)
    keep_report(
        device=device,
        kind=ReportKind.METRICS,
        details={"type": type, "channel": channel or {}, "metrics": metrics},
        now=stranger.now,
        measured=read_metrics(metrics),
        channel=_channel(device, channel or {}),
    )
    return {}


@MONITORING_API.call("DevicePing", "POST", "/ping/push/", needs=Needs.NOTHING, errors=_ERRORS, refusals=_REFUSALS)
def push_ping(  # noqa: PLR0913 - the wire's own parameters
    stranger: Stranger,
    mac: str,
    uid: str,
    type: str,  # noqa: A002 - the wire's word
    sent: int,
    received: int,
    lost: int,
    min_time: float,
    max_time: float,
    avg_time: float,
    error_code: int,
) -> Fields:
    """Take what a device's ping found."""
    _check(sent, received, lost, error_code)
    told = {"type": type, "sent": sent, "received": received, "min_time": min_time, "max_time": max_time}
    measured = Measured(average=avg_time, lost=lost, error_code=error_code)
    device = _device(stranger, uid, mac)
    keep_report(device=device, kind=ReportKind.PING, details=told, now=stranger.now, measured=measured)
    return {}


@MONITORING_API.call(
    "DeviceSpeedtest", "POST", "/speedtest/push/", needs=Needs.NOTHING, errors=_ERRORS, refusals=_REFUSALS
)
def push_speedtest(  # noqa: PLR0913 - the wire's own parameters
    stranger: Stranger,
    mac: str,
    uid: str,
    type: str,  # noqa: A002 - the wire's word
    min_time: float,
    max_time: float,
    avg_time: float,
    error_code: int,
) -> Fields:
    """Take what a device's speed test found."""
    _check(error_code)
    told = {"type": type, "min_time": min_time, "max_time": max_time}
    measured = Measured(average=avg_time, error_code=error_code)
    device = _device(stranger, uid, mac)
    keep_report(device=device, kind=ReportKind.SPEEDTEST, details=told, now=stranger.now, measured=measured)
    return {}


@MONITORING_API.call(
    "DeviceSystemInfo", "POST", "/system_info/push/", needs=Needs.NOTHING, errors=_ERRORS, refusals=_REFUSALS
)
def push_system_info(  # noqa: PLR0913 - the wire's own parameters
    stranger: Stranger,
    mac: str,
    uid: str,
    type: str,  # noqa: A002 - the wire's word
    vendor: str = "",
    model: str = "",
    hw: str = "",
    fw: str = "",
    os: str = "",
    cpu: Objects | None = None,
    ram: int | None = None,
    flash: int | None = None,
    netif: Objects | None = None,
    uptime: int | None = None,
    apps: Objects | None = None,
) -> Fields:
    """Take what a device is: its maker, firmware, memory, network and applications."""
    told: dict[str, Any] = {
        "type": type,
        "vendor": vendor,
        "model": model,
        "hw": hw,
        "fw": fw,
        "os": os,
        "cpu": cpu or [],
    }
    told |= {"ram": ram, "flash": flash, "netif": netif or [], "uptime": uptime, "apps": apps or []}
    device = _device(stranger, uid, mac)
    keep_report(device=device, kind=ReportKind.SYSTEM, details=told, now=stranger.now)
    return {}


@MONITORING_API.call(
    "CommandList",
    "POST",
    "/command/list/",
    needs=Needs.NOTHING,
    errors={**_ERRORS, 3: "the system's description is missing"},
    refusals=_REFUSALS,
    writes=True,
)
def list_commands(stranger: Stranger, uid: str, ro_build_display_id: str, ro_build_version_incremental: str) -> Fields:
    """Give a device the commands that staff have for it, each of them once.

    Choice: `param` is a JSON object in a text, as `meta` is elsewhere.
    """
    device = _device(stranger, uid)
    build = Build(ro_build_display_id, ro_build_version_incremental)
    return {"command": [_command(each) for each in fetch_commands(device=device, build=build, now=stranger.now)]}


def _command(command: DeviceCommand) -> Fields:
    param = {"param": to_json(command.parameters).decode()} if command.parameters else {}
    return {"name": command.name, "is_mass_command": int(command.device_id is None), **param}


@MONITORING_API.call(
    "PasswordGenerate",
    "POST",
    "/password/generate/",
    needs=Needs.NOTHING,
    errors={**_BAD, 2: "no RSA key, or one that is too weak"},
    refusals={**_REFUSALS, BadKey: 2},
)
def generate_password(stranger: Stranger, uid: str, public_key: Annotated[str, Longest(4000)]) -> Fields:
    """Make a password for a device, which staff can read; the device gets it encrypted with its own RSA key.

    Choice: the key comes as PEM or as DER in base64 and has 2048 bits or more. The password is encrypted with PKCS #1
    v1.5, the padding that most devices have where none is named, and answered in base64. The last five are kept.
    """
    device = _device(stranger, uid)
    encrypted = make_password(
        device=device, public_key=public_key, sealing_key=settings.ENCRYPTION_KEY, now=stranger.now
    )
    return {"password": encrypted}


def _device(stranger: Stranger, *names: str) -> Device:
    """The device that reports; refused when it is not known, or reports too often."""
    named = stranger.asked.text("client_id")
    if named and not (named.isascii() and named.isdigit() and len(named) < 10):
        raise Refused(1)
    device = bound_device(names, int(named) if named else None)
    if not REPORTS.may_try(device.pk):
        raise Refused(1, "reported too often")
    return device


def _channel(device: Device, told: dict[str, Any]) -> Channel | None:
    number = told.get("id")
    is_number = isinstance(number, int) and not isinstance(number, bool) and abs(number) < _LARGEST
    return channel_numbered(device.operator_id, int(number)) if number is not None and is_number else None


def _check(*numbers: int) -> None:
    if any(abs(number) > _LARGEST for number in numbers):
        raise Refused(1)
