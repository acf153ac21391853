"""What can be done with a channel."""

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories import make_channel, make_tariff
from tests.factories.billing import make_balance

from headend.catalog.models import Channel, Tariff
from headend.subscribers.models import TariffSubscription


def film_channel(house: House) -> tuple[Channel, Tariff]:
    """A channel that is not held, and the tariff that gives it."""
    channel = make_channel(operator=house.operator, name="Films")
    return channel, make_tariff(operator=house.operator, name="Film pack", channels=[channel], price=5)


@good("ChannelDetail")
def _(house: House) -> Answer:
    channel, tariff = film_channel(house)
    make_tariff(operator=house.operator, channels=[channel], price=1, is_archived=True)
    held = house.ask("ChannelDetail", cid=house.channels[0].pk, device="android")
    assert [(each["action"], each["tariff_id"]) for each in held["actions"]] == [("get_channel_url", house.tariff.pk)]
    answer = house.ask("ChannelDetail", cid=channel.pk, show_virtual_tariffs=1)
    if not answer.is_xml:
        assert [(each["action"], each["tariff_id"]) for each in answer["actions"]] == [("subscribe", tariff.pk)]
    return answer


@refused("ChannelDetail", 1)
def _(house: House) -> Answer:
    return house.ask("ChannelDetail", cid="first")


@refused("ChannelDetail", 404)
def _(house: House) -> Answer:
    return house.ask("ChannelDetail", cid=make_channel().pk)


@good("ChannelAction")
def _(house: House) -> Answer:
    channel, tariff = film_channel(house)
    make_balance(house.account.customer, 5)
    answer = house.ask("ChannelAction", cid=channel.pk, action="subscribe", tariff_id=tariff.pk)
    assert TariffSubscription.objects.filter(tariff=tariff, account=None).exists()
    assert house.ask("ChannelAction", cid=channel.pk, action="get_channel_url", tariff_id=tariff.pk).error == 0
    return answer


@refused("ChannelAction", 1)
def _(house: House) -> Answer:
    channel, tariff = film_channel(house)
    return house.ask("ChannelAction", cid=channel.pk, action="steal", tariff_id=tariff.pk)


@refused("ChannelAction", 2)
def _(house: House) -> Answer:
    channel, tariff = film_channel(house)
    return house.ask("ChannelAction", cid=channel.pk, action="subscribe", tariff_id=tariff.pk)


@refused("ChannelAction", 3)
def _(house: House) -> Answer:
    return house.ask("ChannelAction", cid=house.channels[0].pk, action="subscribe", tariff_id=house.tariff.pk)


@refused("ChannelAction", 4)
def _(house: House) -> Answer:
    return house.ask("ChannelAction", cid=make_channel().pk, action="subscribe", tariff_id=house.tariff.pk)


@refused("ChannelAction", 5)
def _(house: House) -> Answer:
    channel, tariff = film_channel(house)
    return house.ask("ChannelAction", cid=channel.pk, action="get_channel_url", tariff_id=tariff.pk)
