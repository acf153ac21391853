"""The devices of a household."""

from headend.interfaces.attempts import ERRANDS
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Guest, Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields
from headend.subscribers.actions import unbind_device
from headend.subscribers.models import Device
from headend.subscribers.queries import device_with_uid, devices_of_customer

_MOST = 1000


@DEVICE_API.call(
    "NoAuthDeviceExists",
    "GET",
    "/noauth/device/exists/",
    needs=Needs.KEY,
    errors={1: "device_uid is missing", 2: "no such device"},
)
def device_exists(guest: Guest) -> Fields:
    """Tell whose device this is.

    Choice: whoever has the operator's key may ask this, and every application has it; so an address that asks often is
    told for a while that there is no such device.
    """
    if not guest.device_uid:
        raise Refused(1)
    if not ERRANDS.may_try(guest.operator.pk, guest.address):
        raise Refused(2, "too many questions, try again later")
    device = device_with_uid(guest.operator.pk, guest.device_uid)
    if device is None:
        raise Refused(2)
    customer = device.account.customer
    return {
        "abonement": device.account.number,
        "mobile_phone": customer.mobile_phone,
        "phone_number_1": customer.phone_1,
        "phone_number_2": customer.phone_2,
        "email": customer.email,
        "ext_id": customer.external_id or "",
    }


@DEVICE_API.call("CustomerDeviceList", "GET", "/customer/device/list/")
def list_devices(viewer: Viewer) -> Fields:
    """List the devices of all accounts of the customer, oldest first."""
    devices = devices_of_customer(viewer.account.customer_id)[:_MOST]
    return {"devices": [_device(device) for device in devices]}


def _device(device: Device) -> Fields:
    return {
        "id": device.pk,
        "system_name": device.device_type.system_name if device.device_type else "",
        "device_uid": device.uid,
        "brand_name": device.brand,
        "device_model": device.model,
        "status": device.is_enabled,
        "created_at": f"{device.created_at:%Y-%m-%d %H:%M:%S}",
    }


@DEVICE_API.call("CustomerDeviceDelete", "GET", "/customer/device/delete/", errors={1: "no such device"}, writes=True)
def delete_device(viewer: Viewer, id: int) -> Fields:  # noqa: A002 - the wire's name
    """Take a device away from the customer and sign it out; it may be the one that asks."""
    device = devices_of_customer(viewer.account.customer_id).filter(pk=id).first()
    if device is None:
        raise Refused(1)
    unbind_device(actor=viewer.actor, device=device)
    return {}
