"""Devices bound to accounts, and cameras."""

from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from django.db import transaction

from headend.cameras.actions import bind_camera, unbind_camera
from headend.cameras.errors import UnknownCamera
from headend.cameras.models import Camera
from headend.interfaces.billing_api import BILLING_API
from headend.interfaces.billing_api.finding import NO_ACCOUNT, account_named, device_named, is_given
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.errors import Refused
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.subscribers.actions import bind_device, change_account, change_device, unbind_device
from headend.subscribers.errors import DeviceOfAnother
from headend.subscribers.models import Account, Device, OperatorDeviceType

INVALID = "a field cannot be accepted, see error_fields"
NO_DEVICE = "no such device"
_NO_CAMERA = "no such camera"


class DeviceFields(TypedDict, total=False):
    """What calls say of a device."""

    serial_number: str
    brand_name: str
    device_model: str
    diagonal: str
    reset_settings: bool


_PLAIN = {"serial_number": "serial_number", "brand_name": "brand", "device_model": "model", "diagonal": "diagonal"}
_ERROR_FIELDS = {ours: wire for wire, ours in _PLAIN.items()} | {"uid": "device_uid"}


def _domain(sent: Mapping[str, Any]) -> dict[str, str]:
    return {ours: sent[wire] for wire, ours in _PLAIN.items() if wire in sent}


def _reset(caller: Guest, account: Account, sent: DeviceFields) -> None:
    if sent.get("reset_settings"):
        change_account(actor=caller.actor, account=account, needs_settings_reset=True)


@BILLING_API.call(
    "AccountDeviceCreate",
    "POST",
    "/account/device/create/",
    errors={
        1: NO_ACCOUNT,
        2: "the operator serves no such type of device",
        3: INVALID,
        4: "a device with this id is bound already",
        6: "system_name or client_play_device_id is needed",
    },
    refusals={DeviceOfAnother: 4, Invalid: 3},
    bad_parameter=3,
    error_fields=_ERROR_FIELDS,
    writes=True,
)
@transaction.atomic
def bind(  # noqa: PLR0913 - the wire's parameters
    caller: Guest,
    device_uid: str,
    account_id: int | None = None,
    abonement: int | None = None,
    system_name: str = "",
    client_play_device_id: int | None = None,
    filter_by_uid: bool = False,
    sort_by: str = "",
    **fields: Unpack[DeviceFields],
) -> Fields:
    """Bind a device to an account.

    Choice: an operator serves each type once, so that a `system_name` is never in doubt and `filter_by_uid` and
    `sort_by` decide nothing. `reset_settings` makes all devices of the account forget their settings.
    """
    account = account_named(caller, account_id, abonement)
    kind = _served(caller, system_name, client_play_device_id)
    if Device.objects.of(caller.operator.pk).filter(uid=device_uid).exists():
        raise Refused(4)
    bind_device(
        actor=caller.actor,
        account=account,
        uid=device_uid,
        device_type=kind.device_type,
        is_basic=kind.is_basic,
        **_domain(fields),
    )
    _reset(caller, account, fields)
    return {}


def _served(caller: Guest, system_name: str, number: int | None) -> OperatorDeviceType:
    if not (is_given(number) or system_name):
        raise Refused(6)
    named = {"pk": number} if is_given(number) else {"device_type__system_name": system_name}
    served = OperatorDeviceType.objects.of(caller.operator.pk).select_related("device_type")
    found: OperatorDeviceType | None = served.filter(**named).first()
    if found is None:
        raise Refused(2)
    return found


@BILLING_API.call(
    "AccountDeviceModify",
    "POST",
    "/account/device/modify/",
    errors={1: NO_DEVICE, 2: INVALID},
    refusals={Invalid: 2},
    bad_parameter=2,
    error_fields=_ERROR_FIELDS,
    writes=True,
)
@transaction.atomic
def modify(caller: Guest, device_id: int | None = None, device_uid: str = "", **fields: Unpack[DeviceFields]) -> Fields:
    """Change what is known of a bound device."""
    device = device_named(caller, device_id, device_uid)
    change_device(actor=caller.actor, device=device, **_domain(fields))
    _reset(caller, device.account, fields)
    return {}


@BILLING_API.call("AccountDeviceDelete", "POST", "/account/device/delete/", errors={1: NO_DEVICE}, writes=True)
def unbind(caller: Guest, device_id: int | None = None, device_uid: str = "") -> Fields:
    """Take a device from its account and sign it out."""
    unbind_device(actor=caller.actor, device=device_named(caller, device_id, device_uid))
    return {}


# --- cameras ---

_CAMERA_ERRORS = {1: "a parameter is bad", 2: NO_ACCOUNT, 3: _NO_CAMERA}


def _camera(caller: Guest, number: int) -> Camera:
    found: Camera | None = Camera.objects.of(caller.operator.pk).filter(pk=number).first()
    if found is None:
        raise Refused(3)
    return found


@BILLING_API.call("AccountCameraCreate", "POST", "/account/camera/create/", errors=_CAMERA_ERRORS, writes=True)
def give_camera(caller: Guest, account_id: int, camera_id: int) -> Fields:
    """Give an account a camera, whatever its tariffs say."""
    account = account_named(caller, account_id, number=2)
    bind_camera(actor=caller.actor, account=account, camera=_camera(caller, camera_id))
    return {}


@BILLING_API.call(
    "AccountCameraDelete",
    "POST",
    "/account/camera/delete/",
    errors=_CAMERA_ERRORS,
    refusals={UnknownCamera: 3},
    writes=True,
)
def take_camera(caller: Guest, account_id: int, camera_id: int) -> Fields:
    """Take from an account a camera that it was given."""
    account = account_named(caller, account_id, number=2)
    unbind_camera(actor=caller.actor, account=account, camera=_camera(caller, camera_id))
    return {}
