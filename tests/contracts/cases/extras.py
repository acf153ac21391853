"""Radio, games, HbbTV and countries."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.extras import make_game, make_hbb_channel, make_hbb_event, make_radio

from headend.catalog.models import HbbChannel


@good("RadioList")
def _(house: House) -> Answer:
    make_radio(operator=house.operator, channel=house.channels[0], description="News all day")
    return house.ask("RadioList")


@good("CountryInfo")
def _(house: House) -> Answer:
    return house.ask("CountryInfo")


@good("CountryList")
def _(house: House) -> Answer:
    return house.ask("CountryList")


# --- games ---


def saved(house: House) -> None:
    make_game(operator=house.operator, system_name="snake")
    assert house.ask("GameScoreSave", game="snake", score=120).error == 0


@good("GameList")
def _(house: House) -> Answer:
    saved(house)
    return house.ask("GameList")


@good("GameScoreList")
def _(house: House) -> Answer:
    saved(house)
    return house.ask("GameScoreList")


@refused("GameScoreList", 2)
def _(house: House) -> Answer:
    return house.ask("GameScoreList")


@good("GameScoreSave")
def _(house: House) -> Answer:
    make_game(operator=house.operator, system_name="snake")
    return house.ask("GameScoreSave", game="snake", score=120)


@refused("GameScoreSave", 1)
def _(house: House) -> Answer:
    return house.ask("GameScoreSave", score=1)


@refused("GameScoreSave", 2)
def _(house: House) -> Answer:
    return house.ask("GameScoreSave", game="snake")


@refused("GameScoreSave", 3)
def _(house: House) -> Answer:
    return house.ask("GameScoreSave", game="snake", score=1)


never("GameScoreSave", {4: "an error that nobody foresees is answered with HTTP status 500, and the log says which"})


@good("GameScoreboardList")
def _(house: House) -> Answer:
    saved(house)
    return house.ask("GameScoreboardList", game="snake")


@refused("GameScoreboardList", 1)
def _(house: House) -> Answer:
    return house.ask("GameScoreboardList")


@refused("GameScoreboardList", 2)
def _(house: House) -> Answer:
    return house.ask("GameScoreboardList", game="snake")


# --- HbbTV ---


def hbb(house: House, **provider: Any) -> HbbChannel:
    return make_hbb_channel(channel=house.channels[0], kind=0, **provider)


def named(entry: HbbChannel, **params: Any) -> dict[str, Any]:
    return {"type": 0, "hbb_id": entry.provider_id, "cid": entry.channel_id} | params


def screen(**params: Any) -> dict[str, Any]:
    return {"event_type": "banner", "event_id": 1, "display_height": 720, "display_width": 1280} | params


@good("HbbChannelInfo")
def _(house: House) -> Answer:
    entry = hbb(house, api_key="k")
    make_hbb_event(hbb_channel=entry, at=datetime.now(UTC) + timedelta(minutes=5))
    return house.ask("HbbChannelInfo", **named(entry))


@refused("HbbChannelInfo", 1)
def _(house: House) -> Answer:
    return house.ask("HbbChannelInfo", **named(hbb(house), cid=None))


@refused("HbbChannelInfo", 2)
def _(house: House) -> Answer:
    return house.ask("HbbChannelInfo", **named(hbb(house), cid=10**9))


@refused("HbbChannelInfo", 3)
def _(house: House) -> Answer:
    return house.ask("HbbChannelInfo", **named(hbb(house), cid=house.channels[1].pk))


never("HbbChannelInfo", {4: "events stand in the platform's own records; nothing is fetched while a device waits"})


@good("HbbChannelEvent")
def _(house: House) -> Answer:
    entry = hbb(house)
    event = make_hbb_event(hbb_channel=entry, at=datetime.now(UTC))
    return house.ask("HbbChannelEvent", **named(entry), **screen(event_id=event.pk))


@refused("HbbChannelEvent", 1)
def _(house: House) -> Answer:
    return house.ask("HbbChannelEvent", **named(hbb(house)), **screen(event_type=None))


@refused("HbbChannelEvent", 2)
def _(house: House) -> Answer:
    return house.ask("HbbChannelEvent", **named(hbb(house), cid=10**9), **screen())


@refused("HbbChannelEvent", 3)
def _(house: House) -> Answer:
    return house.ask("HbbChannelEvent", **named(hbb(house), cid=house.channels[1].pk), **screen())


@refused("HbbChannelEvent", 4)
def _(house: House) -> Answer:
    return house.ask("HbbChannelEvent", **named(hbb(house)), **screen())


def told(house: House, call: str, entry: HbbChannel, **params: Any) -> Answer:
    body = {"type": 0, "hbb_id": entry.provider_id, "event_id": 5, "log_events": [{"action": "click"}]}
    more = {"error_info": "no picture"} if call == "HbbEventError" else {}
    wanted = {name: value for name, value in (body | more | params).items() if value is not None}
    return house.ask(call, body=wanted)


for _call, _flag in (("HbbActivity", "takes_activity"), ("HbbEventError", "takes_errors")):

    @good(_call)
    def _(house: House, call: str = _call) -> Answer:
        return told(house, call, hbb(house))

    @refused(_call, 1)
    def _(house: House, call: str = _call) -> Answer:
        return told(house, call, hbb(house), hbb_id=None)

    @refused(_call, 2)
    def _(house: House, call: str = _call) -> Answer:
        return told(house, call, hbb(house), log_events=[])

    @refused(_call, 3)
    def _(house: House, call: str = _call) -> Answer:
        return told(house, call, hbb(house), type=1)

    @refused(_call, 4)
    def _(house: House, call: str = _call, flag: str = _flag) -> Answer:
        return told(house, call, hbb(house, **{flag: False}))

    never(_call, {5: "reports are kept for the operator to hand on; no provider is called while a device waits"})
