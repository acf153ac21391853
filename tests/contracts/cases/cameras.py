"""Scenarios of the calls for cameras."""

from typing import Any

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories.catalog import make_category, make_guide_channel, make_programme
from tests.factories.extras import make_camera

from headend.cameras.models import Camera, City
from headend.operators.models import BillingMode


def camera(house: House, **fields: Any) -> Camera:
    city = City.objects.create(operator=house.operator, name="Rome", name_lang1="Рим")
    category = make_category(operator=house.operator, name="Squares")
    made = make_camera(operator=house.operator, tariffs=[house.tariff], city=city, category=category, **fields)
    made.extra_categories.set([make_category(operator=house.operator, name="Weather")])
    return made


def sold_on_screen(house: House) -> None:
    house.operator.billing_mode = BillingMode.SUBSCRIPTION
    house.operator.save()


@good("CameraCityList")
def _(house: House) -> Answer:
    camera(house)
    return house.ask("CameraCityList")


@good("CameraCategoryList")
def _(house: House) -> Answer:
    camera(house)
    return house.ask("CameraCategoryList")


@refused("CameraCategoryList", 1)
def _(house: House) -> Answer:
    return house.ask("CameraCategoryList", city_id="Rome")


@good("CameraDetail")
def _(house: House) -> Answer:
    sold_on_screen(house)
    return house.ask("CameraDetail", cid=camera(house).pk)


@refused("CameraDetail", 1)
def _(house: House) -> Answer:
    return house.ask("CameraDetail", cid=camera(house).pk)


@good("CameraList")
def _(house: House) -> Answer:
    guide = make_guide_channel()
    make_programme(guide_channel=guide, start=0, stop=2**40)
    camera(house, guide_channel=guide)
    return house.ask("CameraList", search="cam")


@refused("CameraList", 1)
def _(house: House) -> Answer:
    return house.ask("CameraList", favorited_only="perhaps")


@good("CameraSettingsSet")
def _(house: House) -> Answer:
    return house.ask("CameraSettingsSet", cid=camera(house).pk, is_favorited=1)


@refused("CameraSettingsSet", 1)
def _(house: House) -> Answer:
    return house.ask("CameraSettingsSet", cid=10**9, is_favorited=1)


@good("CameraUrl")
def _(house: House) -> Answer:
    return house.ask("CameraUrl", cid=camera(house).pk, redirect=0)


@refused("CameraUrl", 1)
def _(house: House) -> Answer:
    return house.ask("CameraUrl", cid=camera(house, stream_url="").pk)
