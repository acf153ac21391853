"""Scenarios of the calls for advertising."""

from urllib.parse import urlsplit

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.extras import make_ad_block, make_ad_settings


@good("AdsList")
def _(house: House) -> Answer:
    make_ad_settings(operator=house.operator)
    make_ad_block(operator=house.operator, movies=2, skip_after_seconds=5)
    return house.ask("AdsList", channel_id=house.channels[0].pk)


@refused("AdsList", 1)
def _(house: House) -> Answer:
    return house.ask("AdsList")


@refused("AdsList", 2)
def _(house: House) -> Answer:
    return house.ask("AdsList", channel_id=house.channels[0].pk)


never("AdsList", {3: "the platform calls no provider of advertising: devices do, with the options they are given"})


@refused("AdsList", 4)
def _(house: House) -> Answer:
    return house.ask("AdsList", channel_id=house.channels[0].pk, surface="FRIDGE")


@refused("AdsList", 5)
def _(house: House) -> Answer:
    return house.ask("AdsList", channel_id=house.channels[0].pk, timezone=15)


@refused("AdsList", 6)
def _(house: House) -> Answer:
    return house.ask("AdsList", channel_id=house.channels[0].pk, video_id=1)


@refused("AdsList", 7)
def _(house: House) -> Answer:
    make_ad_settings(operator=house.operator, most_blocks=1)
    make_ad_block(operator=house.operator)
    assert house.ask("AdsList", channel_id=house.channels[0].pk).error == 0
    answer = house.ask("AdsList", channel_id=house.channels[0].pk)
    assert answer.is_xml or '{"next_time_request":' in answer["error_message"]
    return answer


@good("AdsEvent")
def _(house: House) -> Answer:
    make_ad_settings(operator=house.operator)
    make_ad_block(operator=house.operator)
    given = house.ask("AdsList", channel_id=house.channels[0].pk, device="android")
    url = urlsplit(given["ads"][0]["events"][0]["url"])
    return house.get(f"{url.path}?{url.query}")


@refused("AdsEvent", 1)
def _(house: House) -> Answer:
    return house.ask("AdsEvent", ticket="made up")
