"""Scenarios of the calls for what an account thinks of channels."""

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused


@good("AccountChannelsUpdate")
def _(house: House) -> Answer:
    settings = [{"channel_id": house.channels[0].pk, "is_favorited": 1, "is_hidden": 0, "is_parent_control": 1}]
    return house.ask("AccountChannelsUpdate", body={"account_channels": settings})


@refused("AccountChannelsUpdate", 400)
def _(house: House) -> Answer:
    return house.ask("AccountChannelsUpdate", body={"account_channels": [{"is_favorited": 1}]})


@refused("AccountChannelsUpdate", 404)
def _(house: House) -> Answer:
    return house.ask("AccountChannelsUpdate", body={"account_channels": [{"channel_id": 10**9}]})


@good("AccountChannelsSort")
def _(house: House) -> Answer:
    return house.ask("AccountChannelsSort", channel_ids=[channel.pk for channel in reversed(house.channels)])


@refused("AccountChannelsSort", 400)
def _(house: House) -> Answer:
    return house.ask("AccountChannelsSort")


@refused("AccountChannelsSort", 404)
def _(house: House) -> Answer:
    return house.ask("AccountChannelsSort", channel_ids=[10**9])


@good("AccountSettingsChannelInfo")
def _(house: House) -> Answer:
    settings = [{"channel_id": house.channels[0].pk, "is_favorited": 1, "is_hidden": 1, "is_parent_control": 1}]
    assert house.ask("AccountChannelsUpdate", body={"account_channels": settings}).error == 0
    answer = house.ask("AccountSettingsChannelInfo")
    assert answer.is_xml or answer["is_hidden"] == [house.channels[0].pk]
    return answer
