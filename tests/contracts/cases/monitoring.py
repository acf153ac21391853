"""Devices about themselves, without signing in."""

from datetime import timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused

from headend.monitoring.actions import save_device_command
from headend.monitoring.models import DeviceCommand, DevicePassword, DeviceReport
from headend.subscribers.models import Device

_AWAY = "reports are kept in the records; while these are away every call answers HTTP 503"
PING = {"sent": 4, "received": 3, "lost": 1, "min_time": 9, "max_time": 30, "avg_time": 12, "error_code": 0}
SPEED = {"min_time": 9.5, "max_time": 30.25, "avg_time": 12.5, "error_code": 0}
SYSTEM = {
    "vendor": "Infomir",
    "fw": "1.2",
    "cpu": [{"name": "A53", "freq": 1.5, "cores": 4}],
    "ram": 2048,
    "netif": [{"name": "eth0", "speed": 100.0, "link": True, "ip": "192.0.2.7", "mac": "02:00"}],
    "apps": [{"name": "TV", "appid": "tv.example", "ver": "2", "is_system_app": False}],
}
METRICS = [
    {"cpu": {"la": 0.75, "t": 55, "io": 0.1, "mu": 3.5}},
    {"mem": {"t": 2048, "u": 1024, "f": 1024, "mu": 900}},
    {"video": {"cc-errors": 2, "rtp-errors": 0, "decoding-errors": 1}},
]


def tell(house: House, name: str, **body: Any) -> Answer:
    return house.ask(name, body={"mac": "00:00", "uid": house.bound.uid, "type": "stb"} | body)


@good("DeviceMetrics")
def _(house: House) -> Answer:
    channel = {"id": house.channels[0].pk, "name": "News", "url": "udp://239.0.0.1"}
    answer = tell(house, "DeviceMetrics", channel=channel, metrics=METRICS)
    report = DeviceReport.objects.get()
    assert (report.device, report.channel, report.operator) == (house.bound, house.channels[0], house.operator)
    assert (report.cpu_load, report.memory_used, report.cc_errors, report.decoding_errors) == (0.75, 1024, 2, 1)
    assert report.details["metrics"] == METRICS
    return answer


@refused("DeviceMetrics", 1)
def _(house: House) -> Answer:
    nested: Any = {}
    for _level in range(50):
        nested = {"a": nested}
    for metrics in (
        [{"cpu": {"la": "high"}}],
        [{"cpu": []}],
        [],
        [{"mem": {"t": True}}],
        [{"x": "y" * 70_000}],
        [nested],
    ):
        assert tell(house, "DeviceMetrics", metrics=metrics).error == 1
    assert tell(house, "DeviceMetrics", metrics=METRICS, client_id=house.operator.pk + 1).error == 1
    Device.objects.filter(pk=house.bound.pk).update(is_enabled=False)
    assert tell(house, "DeviceMetrics", metrics=METRICS).error == 1
    answer = tell(house, "DeviceMetrics", metrics=METRICS, uid="nobody's")
    assert not DeviceReport.objects.exists()
    return answer


@good("DevicePing")
def _(house: House) -> Answer:
    answer = tell(house, "DevicePing", **PING, uid="unknown", mac=house.bound.uid)
    report = DeviceReport.objects.get()
    assert (report.average, report.lost, report.details["received"]) == (12.0, 1, 3)
    return answer


@refused("DevicePing", 1)
def _(house: House) -> Answer:
    answers = [tell(house, "DevicePing", **PING) for _ in range(40)]
    assert DeviceReport.objects.count() == [each.error for each in answers].count(0) < 40
    return answers[-1]


@good("DeviceSpeedtest")
def _(house: House) -> Answer:
    answer = tell(house, "DeviceSpeedtest", **SPEED, client_id=house.operator.pk)
    assert DeviceReport.objects.get().average == 12.5
    return answer


@refused("DeviceSpeedtest", 1)
def _(house: House) -> Answer:
    theirs = House()
    Device.objects.filter(pk=theirs.bound.pk).update(uid=house.bound.uid)
    assert tell(house, "DeviceSpeedtest", **SPEED, client_id=theirs.operator.pk).error == 0
    assert DeviceReport.objects.get().operator == theirs.operator
    return tell(house, "DeviceSpeedtest", **SPEED)  # of whom of the two?


@good("DeviceSystemInfo")
def _(house: House) -> Answer:
    answer = tell(house, "DeviceSystemInfo", **SYSTEM)
    assert DeviceReport.objects.get().details["apps"][0]["appid"] == "tv.example"
    return answer


@refused("DeviceSystemInfo", 1)
def _(house: House) -> Answer:
    return tell(house, "DeviceSystemInfo", apps=[{"name": "\ud800"}])


def commands(house: House, **params: Any) -> Answer:
    build = {"ro_build_display_id": "stb-1", "ro_build_version_incremental": "7"}
    return house.ask("CommandList", body={"uid": house.bound.uid} | build | params)


def command(house: House, **fields: Any) -> DeviceCommand:
    fields.setdefault("expires_at", timezone.now() + timedelta(hours=1))
    return save_device_command(actor=house.actor, command=DeviceCommand(operator=house.operator, **fields))


@good("CommandList", may_be_empty=("command.param",))
def _(house: House) -> Answer:
    command(house, name="ping", device=house.bound, parameters={"url": "192.0.2.1", "ping_count": 4})
    command(house, name="update", build_display="stb-1")
    command(house, name="other", build_incremental="8")
    command(house, name="late", expires_at=timezone.now())
    answer = commands(house)
    assert [(each["name"], each["is_mass_command"]) for each in answer["command"]] == [("ping", 0), ("update", 1)]
    assert answer["command"][0]["param"] == '{"url":"192.0.2.1","ping_count":4}'
    assert commands(house)["command"] == []
    return answer


@refused("CommandList", 1)
def _(house: House) -> Answer:
    assert commands(house, uid="nobody's").error == 1
    return commands(house, ro_build_display_id=None)


never(
    "CommandList",
    {3: "commands are chosen by what the call itself says of the device; no stored description is needed"},
)


@cache
def key(bits: int) -> Any:
    return rsa.generate_private_key(65537, bits).public_key()


@good("PasswordGenerate")
def _(house: House) -> Answer:
    pem = key(2048).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    answer = house.ask("PasswordGenerate", body={"uid": house.bound.uid, "public_key": pem})
    assert DevicePassword.objects.get().device == house.bound
    return answer


@refused("PasswordGenerate", 1)
def _(house: House) -> Answer:
    return house.ask("PasswordGenerate", body={"uid": "nobody's", "public_key": "x"})


@refused("PasswordGenerate", 2)
def _(house: House) -> Answer:
    weak = key(1024).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for text in ("x", "-----BEGIN PUBLIC KEY-----", "AAAA", "ü"):
        assert house.ask("PasswordGenerate", body={"uid": house.bound.uid, "public_key": text}).error == 2
    answer = house.ask("PasswordGenerate", body={"uid": house.bound.uid, "public_key": weak})
    assert not DevicePassword.objects.exists()
    return answer


for _name in ("DeviceMetrics", "DevicePing", "DeviceSpeedtest", "DeviceSystemInfo", "CommandList"):
    never(_name, {2: _AWAY})
