"""The types of devices that the platform knows, and those that an operator serves."""

from typing import NamedTuple

from django.db import transaction

from headend.kernel.actor import Actor
from headend.operators.actions import save
from headend.operators.models import Operator
from headend.subscribers.models import DeviceGroup, DeviceType, OperatorDeviceType, WireFormat


class KnownType(NamedTuple):
    """A type of device; `system_name` is what devices call themselves."""

    system_name: str
    name: str
    group: DeviceGroup
    wire_format: WireFormat = WireFormat.JSON


_BOX, _TV, _MOBILE, _OTHER = DeviceGroup.SET_TOP_BOX, DeviceGroup.SMART_TV, DeviceGroup.MOBILE, DeviceGroup.OTHER

# Portals of set-top boxes read XML; applications and televisions read JSON. An operator may say otherwise.
DEVICE_TYPES = (
    KnownType("mag", "MAG", _BOX, WireFormat.XML),
    KnownType("eltex", "Eltex", _BOX, WireFormat.XML),
    KnownType("tvip", "TVIP", _BOX, WireFormat.XML),
    KnownType("dune", "Dune HD", _BOX, WireFormat.XML),
    KnownType("amino", "Amino", _BOX, WireFormat.XML),
    KnownType("imaqliq", "IMAQLIQ", _BOX, WireFormat.XML),
    KnownType("sagemcom", "Sagemcom", _BOX, WireFormat.XML),
    KnownType("redbox", "RedBox", _BOX, WireFormat.XML),
    KnownType("wrt", "WRT", _BOX, WireFormat.XML),
    KnownType("android_stb", "Android set-top box", _BOX),
    KnownType("kodi", "Kodi", _OTHER),
    KnownType("lg_netcast", "LG NetCast", _TV),
    KnownType("lg_webos", "LG webOS", _TV),
    KnownType("samsung_smart_tv", "Samsung Smart TV", _TV),
    KnownType("tizen_tv", "Samsung Tizen", _TV),
    KnownType("vewd", "Vewd", _TV),
    KnownType("tbrowser", "TBrowser", _TV),
    KnownType("appleTV", "Apple TV", _TV),
    KnownType("android", "Android", _MOBILE),
    KnownType("ios", "iOS", _MOBILE),
    KnownType("pc", "PC", _OTHER),
    KnownType("browser", "Browser", _OTHER),
    KnownType("web_app", "Web application", _OTHER),
)


@transaction.atomic
def ensure_device_types(*, actor: Actor) -> list[DeviceType]:
    """Make the types of DEVICE_TYPES that are missing; those that exist stay as they are. Gives back the new ones."""
    known = set(DeviceType.objects.values_list("system_name", flat=True))
    made = []
    for kind in DEVICE_TYPES:
        if kind.system_name not in known:
            record = DeviceType(
                name=kind.name, system_name=kind.system_name, group=kind.group.value, wire_format=kind.wire_format.value
            )
            save(actor=actor, obj=record)
            made.append(record)
    return made


@transaction.atomic
def serve_device_types(*, actor: Actor, operator: Operator) -> int:
    """Let an operator serve every type it does not serve yet, set-top boxes as basic devices; says how many."""
    used = OperatorDeviceType.objects.of(operator.pk).values("device_type")
    missing = list(DeviceType.objects.exclude(pk__in=used))
    for kind in missing:
        is_basic = kind.group == DeviceGroup.SET_TOP_BOX
        save(actor=actor, obj=OperatorDeviceType(operator=operator, device_type=kind, is_basic=is_basic))
    return len(missing)
