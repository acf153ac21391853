"""Scenarios of the calls for home feeds."""

from tests.contracts.cases.portal_stage import add_programme, add_title, watch
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.portal import make_home_feed, make_selection
from tests.factories.subscribers import make_operator_device_type

from headend.portal.models import HomeFeed, ItemKind
from headend.subscribers.models import OperatorDeviceType


def guest(house: House) -> dict[str, str]:
    return {"authkey": "", "api_key": house.key}


@good("FeedList")
def _(house: House) -> Answer:
    make_home_feed(operator=house.operator, is_continue_watching=True)
    mine = make_home_feed(operator=house.operator)
    elsewhere = make_home_feed(operator=house.operator)
    elsewhere.device_types.set([make_operator_device_type(operator=house.operator).device_type])
    make_home_feed(operator=house.operator, is_enabled=False)
    answer = house.ask("FeedList", **guest(house))
    assert answer.is_xml or [(row["auth_required"], row["id"]) for row in answer["feeds"]][1] == (0, mine.pk)
    assert answer.is_xml or len(answer["feeds"]) == 2
    return house.ask("FeedList")


never("FeedList", {1: "listing feeds cannot fail in a way of its own"})


def feed_of(house: House, kind: ItemKind, number: int, **fields: object) -> HomeFeed:
    selection = make_selection(operator=house.operator, kind=kind, numbers=[number])
    return make_home_feed(operator=house.operator, selection=selection, **fields)


@good("FeedDetail")
def _(house: House) -> Answer:
    title, programme = add_title(house), add_programme(house)
    channels = house.ask("FeedDetail", id=feed_of(house, ItemKind.CHANNEL, house.channels[0].pk).pk)
    assert channels.is_xml or channels["feed"][0]["content_name"] == "News"
    shown = feed_of(house, ItemKind.PROGRAMME, programme.pk, deep_link="app://$kind/$id?c=$channel")
    programmes = house.ask("FeedDetail", id=shown.pk, **guest(house))
    link = f"app://program/{programme.pk}?c={house.channels[0].pk}"
    assert programmes.is_xml or programmes["feed"][0]["deeplink"] == link
    titles = house.ask("FeedDetail", id=feed_of(house, ItemKind.TITLE, title.pk).pk)
    assert titles.is_xml or titles["feed"][0]["deeplink"] == f"headend://video/{title.pk}"
    watch(house, programme, title)
    answer = house.ask("FeedDetail", id=make_home_feed(operator=house.operator, is_continue_watching=True).pk)
    assert answer.is_xml or {row["type"] for row in answer["feed"]} == {"video", "program"}
    assert answer.is_xml or all(row["last_viewing_date"] > 0 for row in answer["feed"])
    return answer


@refused("FeedDetail", 1)
def _(house: House) -> Answer:
    make_home_feed(operator=house.operator)
    elsewhere = make_home_feed(operator=house.operator)
    elsewhere.device_types.set([make_operator_device_type(operator=house.operator).device_type])
    assert house.ask("FeedDetail", id=elsewhere.pk).error == 1
    return house.ask("FeedDetail", id=make_home_feed().pk)  # another operator's


@refused("FeedDetail", 2)
def _(house: House) -> Answer:
    watching = make_home_feed(operator=house.operator, is_continue_watching=True)
    assert house.ask("FeedDetail", id=watching.pk, **guest(house)).error == 2
    feed = feed_of(house, ItemKind.CHANNEL, house.channels[0].pk, needs_sign_in=True)
    return house.ask("FeedDetail", id=feed.pk, **guest(house))


@refused("FeedDetail", 3)
def _(house: House) -> Answer:
    kind = OperatorDeviceType.objects.get(operator=house.operator, device_type__system_name=house.device)
    kind.is_enabled = False
    kind.save()
    return house.ask("FeedDetail", id=make_home_feed(operator=house.operator).pk)


@refused("FeedDetail", 4)
def _(house: House) -> Answer:
    assert house.ask("FeedDetail", id=make_home_feed(operator=house.operator).pk).error == 4
    return house.ask("FeedDetail", id=feed_of(house, ItemKind.RADIO, 1).pk)


@refused("FeedDetail", 5)
def _(house: House) -> Answer:
    return house.ask("FeedDetail", id=1)
