"""Devices that are bound to accounts."""

from typing import Any

from django.db import IntegrityError, transaction

from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import delete, save
from headend.subscribers.actions.checks import assign
from headend.subscribers.actions.sessions import close_sessions
from headend.subscribers.errors import DeviceOfAnother
from headend.subscribers.models import Account, Device, Session

FIELDS = frozenset({"device_type", "serial_number", "brand", "model", "software", "diagonal", "is_enabled", "is_basic"})


@transaction.atomic
def bind_device(*, actor: Actor, account: Account, uid: str, **fields: Any) -> Device:
    """Bind a device to an account, or change what is known of it when it is bound to it already.

    Raises DeviceOfAnother and Invalid.
    """
    if not uid:
        raise Invalid("a device needs an id", "uid")
    device = Device.objects.of(account.operator_id).filter(uid=uid).first()
    if device is not None and device.account_id != account.pk:
        raise DeviceOfAnother(f"device {uid} is bound to another account")
    if device is None:
        device = Device(operator_id=account.operator_id, account=account)
    assign(device, {"uid": uid, **fields}, FIELDS | {"uid"})
    try:
        with transaction.atomic():
            save(actor=actor, obj=device)
    except IntegrityError as error:
        raise DeviceOfAnother(f"device {uid} has just been bound") from error
    return device


@transaction.atomic
def change_device(*, actor: Actor, device: Device, **fields: Any) -> Device:
    """Change some fields of a device; disabled, it stays signed in but plays nothing. Raises Invalid."""
    assign(device, fields, FIELDS)
    save(actor=actor, obj=device)
    return device


@transaction.atomic
def unbind_device(*, actor: Actor, device: Device) -> None:
    """Take a device from its account and close its sessions; it may then be bound to any."""
    close_sessions(actor=actor, sessions=Session.objects.filter(account=device.account_id, device_uid=device.uid))
    delete(actor=actor, obj=device)
