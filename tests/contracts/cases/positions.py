"""Where accounts stopped, and what they want to be reminded of."""

import time
from typing import Any

from tests.contracts.cases.video import shelf
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.catalog import make_guide_channel, make_programme

SAVED = "what can be kept is kept, and a database that cannot is error 500 in every call"


def programme(house: House) -> Any:
    """A programme of the first channel that begins in ten minutes."""
    channel = house.channels[0]
    channel.guide_channel = make_guide_channel()
    channel.save()
    details = '{"description": "Rain", "icons": ["/media/rain.png"]}'
    return make_programme(guide_channel=channel.guide_channel, start=int(time.time()) + 600, details=details)


@good("ContentPositionSet")
def _(house: House) -> Answer:
    made = shelf(house)
    answer = house.ask(
        "ContentPositionSet", content_type="video", content_id=made.film.pk, asset_id=made.asset.pk, position=77
    )
    detail = house.ask("VideoDetail", vid=made.film.pk)
    assert detail.is_xml or (detail["position"], detail["position_asset_id"]) == (77, made.asset.pk)
    assert (
        house.ask("ContentPositionSet", content_type="program", content_id=programme(house).pk, position=5).error == 0
    )
    return answer


@refused("ContentPositionSet", 1)
def _(house: House) -> Answer:
    return house.ask("ContentPositionSet", content_type="radio", content_id=1, position=5)


@refused("ContentPositionSet", 3)
def _(house: House) -> Answer:
    return house.ask("ContentPositionSet", content_type="video", content_id=shelf(house).film.pk, position=5)


@refused("ContentPositionSet", 404)
def _(house: House) -> Answer:
    return house.ask("ContentPositionSet", content_type="program", content_id=10**9, position=5)


never("ContentPositionSet", {2: SAVED})


@good("ContentPositionDelete")
def _(house: House) -> Answer:
    made = shelf(house)
    what = {"content_type": "video", "content_id": made.film.pk}
    assert house.ask("ContentPositionSet", asset_id=made.asset.pk, position=77, **what).error == 0
    assert house.ask("ContentPositionDelete", **what).error == 0
    detail = house.ask("VideoDetail", vid=made.film.pk)
    assert detail.is_xml or detail["position"] == 0
    return house.ask("ContentPositionDelete", **what)


@refused("ContentPositionDelete", 1)
def _(house: House) -> Answer:
    return house.ask("ContentPositionDelete", content_type="video")


never("ContentPositionDelete", {2: SAVED})


@good("ContentPositionRememberChannel")
def _(house: House) -> Answer:
    return house.ask("ContentPositionRememberChannel", channel_id=house.channels[0].pk)


@refused("ContentPositionRememberChannel", 1)
def _(house: House) -> Answer:
    return house.ask("ContentPositionRememberChannel", channel_id=10**9)


@good("NotificationCreate")
def _(house: House) -> Answer:
    return house.ask("NotificationCreate", cid=house.channels[0].pk, pid=programme(house).pk)


@refused("NotificationCreate", 404)
def _(house: House) -> Answer:
    return house.ask("NotificationCreate", cid=house.channels[1].pk, pid=programme(house).pk)


@good("NotificationDelete")
def _(house: House) -> Answer:
    pid = programme(house).pk
    assert house.ask("NotificationCreate", cid=house.channels[0].pk, pid=pid).error == 0
    assert house.ask("NotificationDelete", pid=pid).error == 0
    return house.ask("NotificationDelete", pid="all")


@refused("NotificationDelete", 1)
def _(house: House) -> Answer:
    return house.ask("NotificationDelete", pid="some")


@good("NotificationList")
def _(house: House) -> Answer:
    pid = programme(house).pk
    for _twice in range(2):
        assert house.ask("NotificationCreate", cid=house.channels[0].pk, pid=pid, timeshift_offset=1).error == 0
    answer = house.ask("NotificationList", icon_width=100)
    if not answer.is_xml:
        (reminder,) = answer["notifications"]
        assert (reminder["program_id"], reminder["timeshift_offset"]) == (pid, 1)
        assert reminder["program_description"] == "Rain"
    return answer


@refused("NotificationList", 1)
def _(house: House) -> Answer:
    return house.ask("NotificationList", icon_width=-3)
