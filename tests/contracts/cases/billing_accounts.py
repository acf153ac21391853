"""The billing API's calls for accounts, their devices, cameras and tariffs; those of them that dealers have too."""

from datetime import date
from typing import Any

from tests.contracts.desk import Desk
from tests.contracts.desk_scenarios import good, never, refused
from tests.contracts.house import Answer, House
from tests.factories.billing import make_other_billing
from tests.factories.billing_systems import SILENT, billing_at
from tests.factories.extras import make_camera
from tests.factories.subscribers import make_account, make_device, make_session

from headend.billing.ports import Hook
from headend.cameras.models import AccountCamera
from headend.kernel.passwords import verify_password
from headend.messaging.models import Mailing, MailingState
from headend.subscribers.models import Account, Device, OperatorDeviceType, Session, TariffSubscription

NOBODY = 10**8


def named(desk: Desk) -> dict[str, int]:
    return {"account_id": desk.account.pk}


def changed(desk: Desk) -> Account:
    return Account.objects.get(pk=desk.account.pk)


# --- made and changed ---


@good("AccountCreate")
def _(desk: Desk) -> Answer:
    answer = desk.ask(
        "AccountCreate",
        customer_id=-1,
        ext_id="C-1",
        abonement=4711,
        account_ext_id="A-1",
        active="False",
        status_reason="WAIT",
        auto_activation_period=7,
        activation_date="2027-01-01",
        deactivation_date="2027-02-01",
        allow_login_by_ip="True",
        parent_code="0420",
        preferred_timeshift_offset=-2,
        allowed_device_groups="[0, 2]",
        subnets="192.0.2.0/24;198.51.100.0/24",
        option3="yes",
    )
    made = Account.objects.get(pk=answer["account_id"])
    assert (made.number, made.external_id, made.customer) == (4711, "A-1", desk.customer)
    assert (made.is_active, made.status_reason, made.auto_activation_days) == (False, "WAIT", 7)
    assert (made.deactivates_on, made.allow_login_by_address) == (date(2027, 2, 1), True)
    assert (made.timeshift_minutes, made.allowed_device_groups, made.option3) == (-120, [0, 2], "yes")
    assert verify_password(answer["password"], made.password)
    assert answer["abonement"] == "4711"
    assert desk.ask("AccountInfo", abonement=4711)["parent_code"] == "0420"
    again = desk.ask("AccountCreate", customer_id=desk.customer.pk, password="secret-1")
    assert (again.error, again["password"]) == (0, "secret-1")
    return answer


@refused("AccountCreate", 1)
def _(desk: Desk) -> Answer:
    assert desk.ask("AccountCreate").error == 1
    return desk.ask("AccountCreate", ext_id="nobody")


@refused("AccountCreate", 2)
def _(desk: Desk) -> Answer:
    answer = desk.ask("AccountCreate", ext_id="C-1", activation_date="soon", abonement="x")
    assert sorted(answer["error_fields"]) == ["abonement", "activation_date"]
    answer = desk.ask("AccountCreate", ext_id="C-1", data_center=NOBODY)
    assert list(answer["error_fields"]) == ["data_center"]
    answer = desk.ask("AccountCreate", ext_id="C-1", subnets="here and there")
    assert list(answer["error_fields"]) == ["subnets"]
    assert Account.objects.filter(customer=desk.customer).count() == 1
    return answer


@refused("AccountCreate", 3)
def _(desk: Desk) -> Answer:
    answer = desk.ask("AccountCreate", ext_id="C-1", abonement=desk.account.number)
    assert list(answer["error_fields"]) == ["abonement"]
    return answer


@good("AccountModify")
def _(desk: Desk) -> Answer:
    before = desk.account.password
    answer = desk.ask("AccountModify", **named(desk), status_reason="DEBT", extension_date="2027-03-01", option1="x")
    account = changed(desk)
    assert (account.status_reason, account.extends_on, account.option1) == ("DEBT", date(2027, 3, 1), "x")
    assert (account.is_active, account.password) == (True, before)
    assert desk.ask("AccountModify", abonement=account.number, active=0, password="other-1", option1="").error == 0
    account = changed(desk)
    assert (account.is_active, account.option1) == (False, "x")
    assert verify_password("other-1", account.password)
    assert desk.ask("AccountModify", **named(desk), reset_device_settings=1, parent_code="77").error == 0
    assert changed(desk).needs_settings_reset
    return answer


@refused("AccountModify", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountModify", account_id=NOBODY, option1="x")


@refused("AccountModify", 2)
def _(desk: Desk) -> Answer:
    answer = desk.ask("AccountModify", **named(desk), password="other", allowed_device_groups=[9])
    assert list(answer["error_fields"]) == ["allowed_device_groups"]
    dates = {"activation_date": "2027-02-01", "deactivation_date": "2027-01-01"}
    assert desk.ask("AccountModify", **named(desk), password="other", **dates).error == 2
    assert changed(desk).password == desk.account.password
    return answer


# --- told ---


@good("AccountInfo")
def _(desk: Desk) -> Answer:
    answer = desk.ask("AccountInfo", **named(desk))
    assert (answer["abonement"], answer["customer_id"]) == (str(desk.account.number), desk.customer.pk)
    assert answer["tariffs"] == [desk.house.tariff.pk]
    assert [device["device_uid"] for device in answer["devices"]] == [desk.house.bound.uid]
    by_number = desk.ask("AccountInfo", account_id=-1, abonement=desk.account.number)
    assert by_number.value == answer.value
    return answer


@refused("AccountInfo", 1)
def _(desk: Desk) -> Answer:
    assert desk.ask("AccountInfo", abonement="eleven").error == 1
    assert desk.ask("AccountInfo").error == 1
    return desk.ask("AccountInfo", account_id=NOBODY)


@good("AccountList")
def _(desk: Desk) -> Answer:
    others = [make_account(customer=desk.customer, number=number, is_active=False) for number in (51, 52, 61)]
    make_account(number=53)  # another operator's
    answer = desk.ask("AccountList", status=1)
    assert [row["id"] for row in answer["accounts"]] == [desk.account.pk]

    def found(**params: Any) -> list[int]:
        return [row["abonement"] for row in desk.ask("AccountList", **params)["accounts"]]

    assert found(abonement_regexp="^5[0-9]$") == [51, 52]
    assert found(abonement_regexp=r"^\d1$|^52$") == [51, 52, 61]
    assert found(status=0, limit=2, page=2) == [61]
    assert found(limit=1000) == [desk.account.number, 51, 52, 61]
    assert found(status_reason="DEBT") == []
    make_device(account=others[0], device_type=desk.house.bound.device_type)
    kind = OperatorDeviceType.objects.of(desk.house.operator.pk).get(device_type__system_name="mag").device_type
    make_device(account=others[1], device_type=kind)
    assert found(device="mag") == [52]
    for bad in ({"limit": 0}, {"page": 0}, {"abonement_regexp": "(a+)+$"}, {"abonement_regexp": "[9-0]"}):
        assert desk.ask("AccountList", **bad).error == 1
    return answer


# --- in service and out of it, gone ---


@good("AccountActivate")
def _(desk: Desk) -> Answer:
    Account.objects.update(is_active=False, status_reason="DEBT", deactivates_on=date(2020, 1, 1))
    answer = desk.ask("AccountActivate", **named(desk), notify_external_api=1)
    account = changed(desk)
    assert (account.is_active, account.status_reason, account.deactivates_on) == (True, "ACTIVE", None)
    return answer


@refused("AccountActivate", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountActivate", abonement=NOBODY)


@refused("AccountActivate", 2)
def _(desk: Desk) -> Answer:
    billing_at(make_other_billing(operator=desk.house.operator).url).answers[Hook.ACTIVATE] = SILENT
    assert desk.ask("AccountActivate", **named(desk)).error == 0
    Account.objects.filter(pk=desk.account.pk).update(is_active=False)
    answer = desk.ask("AccountActivate", **named(desk), notify_external_api=1)
    assert Account.objects.get(pk=desk.account.pk).is_active is False
    return answer


@good("AccountDeactivate")
def _(desk: Desk) -> Answer:
    answer = desk.ask("AccountDeactivate", abonement=desk.account.number)
    assert (changed(desk).is_active, changed(desk).status_reason) == (False, "INACTIVE")
    return answer


@refused("AccountDeactivate", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountDeactivate", abonement=NOBODY)


@refused("AccountDeactivate", 2)
def _(desk: Desk) -> Answer:
    billing_at(make_other_billing(operator=desk.house.operator).url).answers[Hook.DEACTIVATE] = SILENT
    assert desk.ask("AccountDeactivate", **named(desk)).error == 0
    Account.objects.filter(pk=desk.account.pk).update(is_active=True)
    answer = desk.ask("AccountDeactivate", **named(desk), notify_external_api=1)
    assert Account.objects.get(pk=desk.account.pk).is_active is True
    return answer


@good("AccountDelete")
def _(desk: Desk) -> Answer:
    answer = desk.ask("AccountDelete", **named(desk))
    assert not Account.objects.filter(pk=desk.account.pk).exists()
    assert not Session.objects.filter(account_id=desk.account.pk).exists()
    return answer


@refused("AccountDelete", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountDelete", account_id=NOBODY)


# --- devices ---


@good("AccountDeviceCreate")
def _(desk: Desk) -> Answer:
    answer = desk.ask(
        "AccountDeviceCreate",
        **named(desk),
        device_uid="02:aa",
        system_name="mag",
        device_model="MAG420",
        diagonal="55",
    )
    device = Device.objects.get(uid="02:aa")
    assert (device.account, device.model, device.diagonal) == (desk.account, "MAG420", "55")
    kind = OperatorDeviceType.objects.of(desk.house.operator.pk).get(device_type__system_name="mag")
    kind.is_basic = True
    kind.save()
    more = {"client_play_device_id": kind.pk, "reset_settings": 1}
    assert desk.ask("AccountDeviceCreate", abonement=desk.account.number, device_uid="02:bb", **more).error == 0
    assert Device.objects.get(uid="02:bb").is_basic
    assert changed(desk).needs_settings_reset
    return answer


@refused("AccountDeviceCreate", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountDeviceCreate", account_id=NOBODY, device_uid="02:aa", system_name="mag")


@refused("AccountDeviceCreate", 2)
def _(desk: Desk) -> Answer:
    assert desk.ask("AccountDeviceCreate", **named(desk), device_uid="x", client_play_device_id=NOBODY).error == 2
    return desk.ask("AccountDeviceCreate", **named(desk), device_uid="02:aa", system_name="toaster")


@refused("AccountDeviceCreate", 3)
def _(desk: Desk) -> Answer:
    assert list(desk.ask("AccountDeviceCreate", **named(desk), system_name="mag")["error_fields"]) == ["device_uid"]
    answer = desk.ask("AccountDeviceCreate", **named(desk), device_uid="02", system_name="mag", brand_name="x" * 150)
    assert list(answer["error_fields"]) == ["brand_name"]
    return answer


@refused("AccountDeviceCreate", 4)
def _(desk: Desk) -> Answer:
    uid = make_device(account=make_account(operator=desk.house.operator)).uid
    assert desk.ask("AccountDeviceCreate", **named(desk), device_uid=uid, system_name="mag").error == 4
    return desk.ask("AccountDeviceCreate", **named(desk), device_uid=desk.house.bound.uid, system_name="mag")


@refused("AccountDeviceCreate", 6)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountDeviceCreate", **named(desk), device_uid="02:aa")


never("AccountDeviceCreate", {5: "An operator serves each type of device once."})


@good("AccountDeviceModify")
def _(desk: Desk) -> Answer:
    answer = desk.ask("AccountDeviceModify", device_id=desk.house.bound.pk, serial_number="S-1")
    more = {"brand_name": "Infomir", "reset_settings": 1}
    assert desk.ask("AccountDeviceModify", device_id=-1, device_uid=desk.house.bound.uid, **more).error == 0
    device = Device.objects.get(pk=desk.house.bound.pk)
    assert (device.serial_number, device.brand) == ("S-1", "Infomir")
    return answer


@refused("AccountDeviceModify", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountDeviceModify", device_uid="unknown", serial_number="S-1")


@refused("AccountDeviceModify", 2)
def _(desk: Desk) -> Answer:
    answer = desk.ask("AccountDeviceModify", device_id=desk.house.bound.pk, diagonal="x" * 30)
    assert list(answer["error_fields"]) == ["diagonal"]
    return answer


@good("AccountDeviceDelete")
def _(desk: Desk) -> Answer:
    answer = desk.ask("AccountDeviceDelete", device_uid=desk.house.bound.uid)
    assert not Device.objects.filter(account=desk.account).exists()
    assert not Session.objects.filter(account=desk.account).exists()
    return answer


@refused("AccountDeviceDelete", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountDeviceDelete", device_id=NOBODY)


# --- cameras ---


@good("AccountCameraCreate")
def _(desk: Desk) -> Answer:
    camera = make_camera(operator=desk.house.operator)
    answer = desk.ask("AccountCameraCreate", **named(desk), camera_id=camera.pk)
    assert AccountCamera.objects.get(account=desk.account).is_bound
    return answer


@good("AccountCameraDelete")
def _(desk: Desk) -> Answer:
    camera = make_camera(operator=desk.house.operator)
    assert desk.ask("AccountCameraCreate", **named(desk), camera_id=camera.pk).error == 0
    answer = desk.ask("AccountCameraDelete", **named(desk), camera_id=camera.pk)
    assert not AccountCamera.objects.exists()
    return answer


def _bad_camera(name: str) -> None:
    @refused(name, 1)
    def _(desk: Desk) -> Answer:
        return desk.ask(name, **named(desk), camera_id="front door")

    @refused(name, 2)
    def _(desk: Desk) -> Answer:
        return desk.ask(name, account_id=NOBODY, camera_id=make_camera(operator=desk.house.operator).pk)

    @refused(name, 3)
    def _(desk: Desk) -> Answer:
        return desk.ask(name, **named(desk), camera_id=make_camera().pk)


_bad_camera("AccountCameraCreate")
_bad_camera("AccountCameraDelete")


# --- messages ---


@good("AccountMessageCreate")
def _(desk: Desk) -> Answer:
    answer = desk.ask("AccountMessageCreate", **named(desk), text="<b>Your bill</b> is here", send_message_by_email=1)
    mailing = Mailing.objects.get()
    assert (mailing.account, mailing.subject, mailing.state) == (
        desk.account,
        "Your bill is here",
        MailingState.WAITING,
    )
    assert (mailing.is_urgent, mailing.by_screen, mailing.by_sms, mailing.by_email) == (True, True, False, True)
    return answer


@refused("AccountMessageCreate", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountMessageCreate", text="to everyone?")


@refused("AccountMessageCreate", 2)
def _(desk: Desk) -> Answer:
    assert list(desk.ask("AccountMessageCreate", **named(desk))["error_fields"]) == ["text"]
    answer = desk.ask("AccountMessageCreate", **named(desk), text="x", send_message_to_tv_screen=0)
    assert list(answer["error_fields"]) == ["send_message_to_tv_screen"]
    assert not Mailing.objects.exists()
    return answer


# --- tariffs ---


@good("AccountTariffAssign")
def _(desk: Desk) -> Answer:
    answer = desk.ask("AccountTariffAssign", **named(desk), tariff_id=desk.films.pk)
    assert desk.ask("AccountTariffAssign", **named(desk), tariff_id=desk.films.pk).error == 0
    held = TariffSubscription.objects.filter(tariff=desk.films)
    assert [(each.account, each.ends_at) for each in held] == [(desk.account, None)]
    return answer


@refused("AccountTariffAssign", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountTariffAssign", account_id=NOBODY, tariff_id=desk.films.pk)


@refused("AccountTariffAssign", 2)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountTariffAssign", **named(desk), tariff_ext_id="unknown")


@refused("AccountTariffAssign", 3)
def _(desk: Desk) -> Answer:
    other = make_account(customer=desk.customer)  # without the basic tariff that another needs beside it
    return desk.ask("AccountTariffAssign", account_id=other.pk, tariff_id=desk.films.pk)


@good("AccountTariffRemove")
def _(desk: Desk) -> Answer:
    assert desk.ask("AccountTariffAssign", **named(desk), vtariff_id=desk.bundle.pk).error == 0
    answer = desk.ask("AccountTariffRemove", **named(desk), tariff_ext_id="V-1")
    assert desk.ask("AccountInfo", **named(desk))["tariffs"] == [desk.house.tariff.pk]
    return answer


@refused("AccountTariffRemove", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("AccountTariffRemove", account_id=NOBODY, tariff_id=desk.films.pk)


@refused("AccountTariffRemove", 2)
def _(desk: Desk) -> Answer:
    assert desk.ask("AccountTariffRemove", **named(desk), tariff_id=NOBODY).error == 2
    return desk.ask("AccountTariffRemove", **named(desk), tariff_id=desk.films.pk)


# --- sessions ---


@good("SessionList")
def _(desk: Desk) -> Answer:
    make_session(account=desk.account, device_uid="tv")
    answer = desk.ask("SessionList")
    assert [row["account"] for row in answer["sessions"]] == [desk.account.number] * 2
    assert [row["uid"] for row in desk.ask("SessionList", limit=1, page=2)["sessions"]] == ["tv"]
    assert desk.ask("SessionList", limit=0).error == 1
    return answer


@good("AuthkeyDelete")
def _(desk: Desk) -> Answer:
    other, _token = make_session(account=desk.account, device_uid="tv")
    answer = desk.ask("AuthkeyDelete", authkey_id=other.pk)
    assert desk.ask("AuthkeyDelete", authkey_key=desk.house.token).error == 0
    assert not Session.objects.filter(account=desk.account).exists()
    return answer


@refused("AuthkeyDelete", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("AuthkeyDelete")


@refused("AuthkeyDelete", 2)
def _(desk: Desk) -> Answer:
    return desk.ask("AuthkeyDelete", authkey_key=House().token)
