"""Cameras: who sees which, who may watch, and from where."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.contracts.house import House
from tests.factories.catalog import make_category, make_channel, make_tariff
from tests.factories.delivery import make_maintenance, make_streaming_server
from tests.factories.extras import make_camera
from tests.factories.subscribers import make_account, make_session, make_subscription

from headend.cameras.actions import bind_camera, unbind_camera
from headend.cameras.errors import UnknownCamera
from headend.cameras.models import AccountCamera, City
from headend.kernel.actor import system
from headend.operators.actions import save
from headend.operators.models import AuditEntry, BillingMode
from headend.subscribers.errors import OfAnotherOperator

pytestmark = pytest.mark.django_db
ACTOR = system("tests")


@pytest.fixture
def house() -> House:
    return House()


def listed(house: House, **asked: Any) -> list[tuple[str, int]]:
    return [(each["name"], each["has_subscription"]) for each in house.ask("CameraList", **asked)["cameras"]]


def test_cameras_of_tariffs_and_those_bound_are_seen_and_no_others(house: House) -> None:
    sold, hidden, archived = (
        make_tariff(operator=house.operator, **fields) for fields in ({}, {"is_hidden": True}, {"is_archived": True})
    )
    other = make_account(operator=house.operator)
    make_camera(operator=house.operator, name="mine", tariffs=[house.tariff], sort=1)
    make_camera(operator=house.operator, name="for sale", tariffs=[sold], sort=2)
    make_camera(operator=house.operator, name="not for sale", tariffs=[hidden, archived])
    front_door = make_camera(operator=house.operator, name="my front door", accounts=[house.account], sort=3)
    theirs = make_camera(operator=house.operator, name="their front door", accounts=[other])
    make_camera(operator=house.operator, name="nobody's")
    make_camera(operator=house.operator, name="off", tariffs=[house.tariff], is_enabled=False)
    foreign = make_camera(name="of others")
    assert listed(house) == [("mine", 1), ("for sale", 0), ("my front door", 1)]
    for camera in (theirs, foreign):
        for call in ("CameraUrl", "CameraSettingsSet"):
            assert house.ask(call, cid=camera.pk, redirect=0).error == 1
    unbind_camera(actor=ACTOR, account=house.account, camera=front_door)
    assert listed(house) == [("mine", 1), ("for sale", 0)]
    assert house.ask("CameraUrl", cid=front_door.pk).error == 1


def test_a_camera_that_is_only_for_sale_does_not_play_but_can_be_bought(house: House) -> None:
    house.operator.billing_mode = BillingMode.SUBSCRIPTION
    house.operator.save()
    sold = make_tariff(operator=house.operator, name="Cameras", price=3, activation_price=1)
    camera = make_camera(operator=house.operator, tariffs=[sold])
    assert house.ask("CameraUrl", cid=camera.pk).error == 1
    (action,) = house.ask("CameraDetail", cid=camera.pk)["actions"]
    assert (action["action"], action["tariff_id"], action["price"]) == ("subscribe", sold.pk, 3)
    make_subscription(account=house.account, tariff=sold)
    assert house.ask("CameraDetail", cid=camera.pk)["actions"][0]["action"] == "get_channel_url"
    house.account.is_active = False
    house.account.save()
    assert house.ask("CameraUrl", cid=camera.pk, redirect=0).error == 1, "who does not pay does not watch"


def test_binding_is_written_down_once_and_stays_within_an_operator(house: House) -> None:
    camera = make_camera(operator=house.operator)
    for _ in range(2):
        bind_camera(actor=ACTOR, account=house.account, camera=camera)
    assert AuditEntry.objects.filter(entity="subscribers.account").count() == 1
    with pytest.raises(OfAnotherOperator):
        bind_camera(actor=ACTOR, account=house.account, camera=make_camera())
    unbind_camera(actor=ACTOR, account=house.account, camera=camera)
    with pytest.raises(UnknownCamera):
        unbind_camera(actor=ACTOR, account=house.account, camera=camera)
    assert not AccountCamera.objects.exists()


def test_what_staff_binds_on_the_screen_is_in_the_operators_audit_log(house: House) -> None:
    save(actor=ACTOR, obj=AccountCamera(account=house.account, camera=make_camera(operator=house.operator)))
    assert AuditEntry.objects.get(entity="cameras.accountcamera").operator == house.operator


def test_favourites_come_first_and_survive_being_unbound(house: House) -> None:
    first, second = (
        make_camera(operator=house.operator, name=name, tariffs=[house.tariff], accounts=[house.account], sort=sort)
        for sort, name in enumerate(("first", "second"))
    )
    other = make_session(account=house.account)[1]
    for token in (house.token, other):
        assert house.ask("CameraSettingsSet", authkey=token, cid=second.pk, is_favorited=1).error == 0
    assert [name for name, _ in listed(house)] == ["second", "first"]
    assert [name for name, _ in listed(house, account_sort=0)] == ["first", "second"]
    assert [name for name, _ in listed(house, favorited_only=1)] == ["second"]
    unbind_camera(actor=ACTOR, account=house.account, camera=second)
    assert [name for name, _ in listed(house, favorited_only=1)] == ["second"]
    house.ask("CameraSettingsSet", cid=second.pk)
    assert AccountCamera.objects.get(camera=second).is_favourite, "what is not said stays"
    house.ask("CameraSettingsSet", cid=second.pk, is_favorited=0)
    assert [each.camera for each in AccountCamera.objects.all()] == [first]


def test_lists_are_narrowed_by_city_category_and_name(house: House) -> None:
    rome, bari = (City.objects.create(operator=house.operator, name=name) for name in ("Rome", "Bari"))
    squares, weather = (make_category(operator=house.operator, name=name) for name in ("Squares", "Weather"))
    cameras = [
        make_camera(operator=house.operator, name=name, city=city, category=squares, tariffs=[house.tariff])
        for name, city in (("Colosseum", rome), ("Harbour", bari))
    ]
    cameras[1].extra_categories.set([weather, squares])
    assert listed(house, city_id=rome.pk) == [("Colosseum", 1)]
    assert listed(house, category_id=weather.pk) == [("Harbour", 1)]
    assert listed(house, search="HARB") == [("Harbour", 1)]
    assert [each["name"] for each in house.ask("CameraCityList")["cities"]] == ["Bari", "Rome"]
    rows = house.ask("CameraCategoryList")["categories"]
    assert [(row["name"], row["city_name"], row["cameras_count"]) for row in rows] == [
        ("Squares", "", 2),
        ("Weather", "Bari", 1),
    ]


def test_the_address_comes_from_a_server_that_may_and_can(house: House) -> None:
    camera = make_camera(operator=house.operator, stream_url="", tariffs=[house.tariff], stream_id="square")
    only_channels = make_streaming_server(
        operator=house.operator, priority=1, channels=[make_channel(operator=house.operator)]
    )
    first, second = (
        make_streaming_server(operator=house.operator, priority=place, mask=f"http://edge{place}.example/$cid.m3u8")
        for place in (2, 3)
    )
    make_streaming_server(operator=house.operator, priority=0, tariffs=[make_tariff(operator=house.operator)])

    def address(**asked: Any) -> tuple[str, int] | int:
        answer = house.ask("CameraUrl", cid=camera.pk, redirect=0, **asked)
        return answer.error or (answer["uri"], answer["stream_service_id"])

    assert address() == ("http://edge2.example/square.m3u8", first.pk)
    assert address(exclude_service_id=first.pk) == ("http://edge3.example/square.m3u8", second.pk)
    assert address(exclude_service_id=f"{first.pk},{second.pk}") == 1
    camera.streaming_servers.set([only_channels])
    assert address() == ("http://edge.example/square/index.m3u8", only_channels.pk)
    make_maintenance(operator=house.operator, servers=[only_channels], begins_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert address() == 1


def test_without_redirect_0_the_device_is_led_there(house: House) -> None:
    camera = make_camera(operator=house.operator, tariffs=[house.tariff], stream_url="rtsp://cameras.example/1")
    answer = house.ask("CameraUrl", cid=camera.pk)
    assert (answer.status, answer.headers["Location"]) == (302, "rtsp://cameras.example/1")
