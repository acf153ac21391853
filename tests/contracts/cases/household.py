"""Profiles, the look of the portal, and the devices of a household."""

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories.subscribers import (
    make_account,
    make_device,
    make_device_type,
    make_portal_template,
    make_profile,
)

from headend.subscribers.models import Device, Session

# --- profiles and the look of the portal ---


@good("ProfileList")
def _(house: House) -> Answer:
    make_profile(operator=house.operator, name="Adults", sort=2, shows_adult_content=True)
    first = make_profile(
        operator=house.operator, name="Children", name_lang1="Дети", sort=1, is_default=True, description="Up to 12"
    )
    make_profile()  # another operator's
    answer = house.ask("ProfileList", lang="ru")
    assert answer.is_xml or answer["profiles"][0] == {
        "id": first.pk,
        "name": "Дети",
        "default": 1,
        "show_adult_content": 0,
        "description": "Up to 12",
    }
    assert answer.is_xml or [each["name"] for each in answer["profiles"]] == ["Дети", "Adults"]
    return answer


@good("AccountProfileSettingsModify")
def _(house: House) -> Answer:
    profile = make_profile(operator=house.operator)
    assert house.ask("AccountProfileSettingsModify", profile_id=profile.pk, name="Ada").error == 0
    answer = house.ask("AccountProfileSettingsModify", profile_id=profile.pk, name="Bea")
    assert [own.name for own in house.account.profiles.all()] == ["Bea"]
    return answer


@refused("AccountProfileSettingsModify", 1)
def _(house: House) -> Answer:
    assert house.ask("AccountProfileSettingsModify", name="Ada").error == 1
    return house.ask("AccountProfileSettingsModify", profile_id=make_profile().pk, name="Ada")


@refused("AccountProfileSettingsModify", 2)
def _(house: House) -> Answer:
    profile = make_profile(operator=house.operator)
    assert house.ask("AccountProfileSettingsModify", profile_id=profile.pk).error == 2
    return house.ask("AccountProfileSettingsModify", profile_id=profile.pk, name="x" * 61)


@good("AccountSettingsList")
def _(house: House) -> Answer:
    profile = make_profile(operator=house.operator, name="Children")
    house.ask("AccountProfileSettingsModify", profile_id=profile.pk, name="Ada & Bea")
    answer = house.ask("AccountSettingsList")
    expected = {"name": "Ada & Bea", "profile_id": profile.pk, "profile_name": "Children"}
    assert answer.is_xml or answer["account_settings"] == [expected]
    return answer


@good("AccountSettingsModify")
def _(house: House) -> Answer:
    template = make_portal_template(operator=house.operator, system_name="night")
    assert house.ask("AccountSettingsModify", template_id=template.pk).error == 0
    answer = house.ask("AccountSettingsModify", template_system_name="night")
    house.account.refresh_from_db()
    assert house.account.template == "night"
    return answer


@refused("AccountSettingsModify", 1)
def _(house: House) -> Answer:
    other = make_portal_template(system_name="theirs")
    assert house.ask("AccountSettingsModify").error == 1
    assert house.ask("AccountSettingsModify", template_system_name="theirs").error == 1
    assert house.ask("AccountSettingsModify", template_id="none").error == 1
    return house.ask("AccountSettingsModify", template_id=other.pk)


# --- devices ---


@good("NoAuthDeviceExists")
def _(house: House) -> Answer:
    answer = house.ask("NoAuthDeviceExists", device_uid=house.bound.uid)
    assert answer.is_xml or answer["abonement"] == house.account.number
    return answer


@refused("NoAuthDeviceExists", 1)
def _(house: House) -> Answer:
    return house.ask("NoAuthDeviceExists")


@refused("NoAuthDeviceExists", 2)
def _(house: House) -> Answer:
    return house.ask("NoAuthDeviceExists", device_uid=make_device().uid)


@good("CustomerDeviceList")
def _(house: House) -> Answer:
    box = make_device(
        account=make_account(customer=house.account.customer),
        device_type=make_device_type(system_name="box"),
        brand="Infomir",
        model="MAG322",
        is_enabled=False,
    )
    make_device(account=make_account(operator=house.operator))
    answer = house.ask("CustomerDeviceList")
    assert answer.is_xml or [each["id"] for each in answer["devices"]] == [house.bound.pk, box.pk]
    return answer


@good("CustomerDeviceDelete")
def _(house: House) -> Answer:
    answer = house.ask("CustomerDeviceDelete", id=house.bound.pk)
    assert not Device.objects.filter(pk=house.bound.pk).exists()
    assert not Session.objects.filter(account=house.account).exists()
    return answer


@refused("CustomerDeviceDelete", 1)
def _(house: House) -> Answer:
    assert house.ask("CustomerDeviceDelete").error == 1
    neighbour = make_device(account=make_account(operator=house.operator))
    assert house.ask("CustomerDeviceDelete", id=neighbour.pk).error == 1
    return house.ask("CustomerDeviceDelete", id=make_device().pk)
