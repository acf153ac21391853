"""Televisions that a phone signs in."""

from typing import Any

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.catalog import make_tariff
from tests.factories.subscribers import (
    make_account,
    make_device,
    make_device_type,
    make_operator_device_type,
    make_session,
    make_subscription,
)

from headend.interfaces.attempts import ERRANDS
from headend.subscribers.models import Account, DeviceType, OperatorDeviceType, QrLogin, Session

TV = "02:00:00:00:00:0A"


def begin(house: House, **sent: Any) -> Answer:
    return house.ask("GenerateQRLogin", **{"device_uid": TV} | sent)


def field(answer: Answer, name: str) -> str:
    return answer.value.findtext(name) if answer.is_xml else answer[name]


def shown(house: House) -> str:
    """The code that a television shows."""
    return field(begin(house), "login_code")


def status(house: House, token: str) -> Answer:
    return house.ask("QRLoginStatus", connection_token=token)


@good("GenerateQRLogin")
def _(house: House) -> Answer:
    answer = begin(house)
    picture = house.get("/" + field(answer, "qrcode_url").split("/", 3)[3])
    assert picture.content_type == "image/png"
    return answer


@refused("GenerateQRLogin", 1)
def _(house: House) -> Answer:
    assert begin(house, device=None).error == 1
    return begin(house, device_uid=None)


@refused("GenerateQRLogin", 2)
def _(house: House) -> Answer:
    make_operator_device_type(
        operator=house.operator, device_type=make_device_type(system_name="toaster"), is_enabled=False
    )
    assert begin(house, device="toaster").error == 2
    assert begin(house, device="fridge").error == 2
    OperatorDeviceType.objects.of(house.operator.pk).update(is_enabled=False)
    return begin(house)


@refused("GenerateQRLogin", 3)
def _(house: House) -> Answer:
    while ERRANDS.may_try(house.operator.pk, "192.0.2.1"):
        pass
    return begin(house)


@good("SyncQRLogin")
def _(house: House) -> Answer:
    waiting = begin(house)
    token = field(waiting, "connection_token")
    assert status(house, token).error == 3
    answer = house.ask("SyncQRLogin", login_code=field(waiting, "login_code").lower())
    assert answer.error == 0
    collected = status(house, token)
    assert collected.error == 0
    house.token = field(collected, "authkey")
    assert Session.objects.get(device_uid=TV).account == house.account
    assert house.ask("ProfileList").error == 0  # the television is signed in
    assert status(house, token).error == 2  # and nobody else gets its session
    return answer


@good("QRLoginStatus")
def _(house: House) -> Answer:
    waiting = begin(house)
    assert house.ask("SyncQRLogin", login_code=field(waiting, "login_code")).error == 0
    return status(house, field(waiting, "connection_token"))


@refused("QRLoginStatus", 1)
def _(house: House) -> Answer:
    return house.ask("QRLoginStatus")


@refused("QRLoginStatus", 2)
def _(house: House) -> Answer:
    token = field(begin(house), "connection_token")
    QrLogin.objects.update(expires_at=1)
    assert status(house, "guessed").error == 2
    return status(house, token)


@refused("QRLoginStatus", 3)
def _(house: House) -> Answer:
    return status(house, field(begin(house), "connection_token"))


@refused("SyncQRLogin", 1)
def _(house: House) -> Answer:
    assert house.ask("SyncQRLogin").error == 1
    return house.ask("SyncQRLogin", login_code="' OR 1=1")


@refused("SyncQRLogin", 2)
def _(house: House) -> Answer:
    assert house.ask("SyncQRLogin", login_code=shown(House(house.device))).error == 2  # another operator's
    code = shown(house)
    QrLogin.objects.update(expires_at=1)
    return house.ask("SyncQRLogin", login_code=code)


@refused("SyncQRLogin", 5)
def _(house: House) -> Answer:
    house.tariff.additional_sessions = 2  # or the television would take the phone's place
    house.tariff.save()
    code = shown(house)
    assert house.ask("SyncQRLogin", login_code=code).error == 0
    return house.ask("SyncQRLogin", login_code=code)


@refused("SyncQRLogin", 7)
def _(house: House) -> Answer:
    code = shown(house)
    DeviceType.objects.filter(system_name=house.device).delete()
    return house.ask("SyncQRLogin", login_code=code)


@refused("SyncQRLogin", 8)
def _(house: House) -> Answer:
    Account.objects.filter(pk=house.account.pk).update(is_active=False)
    return house.ask("SyncQRLogin", login_code=shown(house))


@refused("SyncQRLogin", 9)
def _(house: House) -> Answer:
    OperatorDeviceType.objects.of(house.operator.pk).update(is_basic=True)
    make_session(account=house.account, device=make_device(account=house.account, is_basic=True))
    return house.ask("SyncQRLogin", login_code=shown(house))


@refused("SyncQRLogin", 10)
def _(house: House) -> Answer:
    make_device(account=make_account(operator=house.operator), uid=TV)
    return house.ask("SyncQRLogin", login_code=shown(house))


@refused("SyncQRLogin", 12)
def _(house: House) -> Answer:
    house.account.subscriptions.all().delete()
    return house.ask("SyncQRLogin", login_code=shown(house))


@refused("SyncQRLogin", 13)
def _(house: House) -> Answer:
    Account.objects.filter(pk=house.account.pk).update(subnets="198.51.100.0/24")
    return house.ask("SyncQRLogin", login_code=shown(house))


def limited(house: House, **terms: int) -> Answer:
    house.account.subscriptions.all().delete()
    make_subscription(account=house.account, tariff=make_tariff(operator=house.operator, **terms))
    return house.ask("SyncQRLogin", login_code=shown(house))


@refused("SyncQRLogin", 14)
def _(house: House) -> Answer:
    OperatorDeviceType.objects.of(house.operator.pk).update(is_basic=True)
    return limited(house, basic_sessions=0)


@refused("SyncQRLogin", 15)
def _(house: House) -> Answer:
    return limited(house, additional_sessions=0)


@refused("SyncQRLogin", 16)
def _(house: House) -> Answer:
    Account.objects.filter(pk=house.account.pk).update(allowed_device_groups=[0])
    DeviceType.objects.filter(system_name=house.device).update(group=3)
    return house.ask("SyncQRLogin", login_code=shown(house))


@refused("SyncQRLogin", 18)
def _(house: House) -> Answer:
    for _attempt in range(10):
        assert house.ask("SyncQRLogin", login_code="AAAAAAAA").error == 2
    return house.ask("SyncQRLogin", login_code="AAAAAAAA")


never(
    "SyncQRLogin",
    {
        4: "a television gets no code without its device_uid",
        6: "whatever keeps a session from being made has a number of its own; what breaks is 500",
        11: "no other system is asked when a television is signed in by QR code",
        17: "tariffs limit basic and additional devices, not groups of devices",
        19: "whatever keeps a session from being made has a number of its own; what breaks is 500",
    },
)
