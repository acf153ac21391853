"""Scenarios of the calls for streaming servers' questions about tokens, answered by the gate."""

from dataclasses import replace

from tests.contracts.gate_house import GateHouse
from tests.contracts.house import Answer
from tests.contracts.scenarios import good, refused
from tests.hotpath.gate.snapshots import ANDROID, BASIC_ONLY, LINEUP, server

from headend.playback.ports import Update


def bind(house: GateHouse) -> None:
    servers = (server(1, bind_token_to_address=True),)
    house.inner.gate.apply(Update(101, lineups=(replace(LINEUP, servers=servers),)))


def prove(name: str) -> None:
    @good(name)
    def _(house: GateHouse) -> Answer:
        bind(house)
        assert house.ask("ChannelUrl", cid=house.news, redirect=0).error == 0
        answer = house.ask(name, token=ANDROID, name="news", ip="192.0.2.1")
        assert (answer.headers["x-userid"], answer.headers["x-authduration"]) == ("10001", "180")
        return answer

    @refused(name, 1)
    def _(house: GateHouse) -> Answer:
        assert house.ask(name).error == 1
        return house.ask(name, token="x" * 32, name="news")

    @refused(name, 2)
    def _(house: GateHouse) -> Answer:
        assert house.ask(name, token=ANDROID, name="nothing").error == 2
        return house.ask(name, token=BASIC_ONLY, name="hd/12")

    @refused(name, 3)
    def _(house: GateHouse) -> Answer:
        bind(house)
        assert house.ask("ChannelUrl", cid=house.news, redirect=0).error == 0
        return house.ask(name, token=ANDROID, name="news", ip="192.0.2.7")


prove("StreamServiceTokenCheck")
prove("FlussonicTokenCheck")
