"""Scenarios of the calls for portals and health, answered by the gate."""

from tests.contracts.gate_house import GateHouse
from tests.contracts.house import Answer
from tests.contracts.scenarios import good, never, refused
from tests.hotpath.gate.snapshots import BASIC


@good("PortalSettingsList", may_be_empty=("available_country_phone_codes", "banner_video"))
def _(house: GateHouse) -> Answer:
    return house.ask("PortalSettingsList")


@refused("PortalSettingsList", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("PortalSettingsList", device=None)


@refused("PortalSettingsList", 2)
def _(house: GateHouse) -> Answer:
    return house.ask("PortalSettingsList", device="tvip")


@good("HealthCheck")
def _(house: GateHouse) -> Answer:
    house.inner.clock.now += 3600
    answer = house.ask("HealthCheck", check_db_conn=1)
    assert answer.is_xml or answer["connection_errors"] == ["database"]
    return answer


@refused("HealthCheck", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("HealthCheck", check_db_conn="x")


@good("PortalClientList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("PortalClientList")
    assert answer.is_xml or [each["id"] for each in answer["clients"]] == [31, 32]
    return answer


@good("PortalClientSearch")
def _(house: GateHouse) -> Answer:
    answer = house.ask("PortalClientSearch", search="isola")
    assert answer.is_xml or [each["id"] for each in answer["clients"]] == [31]
    return answer


@refused("PortalClientSearch", 2)
def _(house: GateHouse) -> Answer:
    return house.ask("PortalClientSearch")


@good("PortalClientDetail")
def _(house: GateHouse) -> Answer:
    answer = house.ask("PortalClientDetail", uid=731)
    assert house.ask("PortalClientDetail", id=31).body == answer.body
    return answer


@refused("PortalClientDetail", 2)
def _(house: GateHouse) -> Answer:
    return house.ask("PortalClientDetail", id="x")


@refused("PortalClientDetail", 3)
def _(house: GateHouse) -> Answer:
    return house.ask("PortalClientDetail", id=2)


_TOLD_OTHERWISE = {1: "a bad client_id or api_key has 403 here as everywhere"}
never("PortalClientSearch", _TOLD_OTHERWISE)
never("PortalClientDetail", _TOLD_OTHERWISE)


@good("NoAuthPortalClientTariffList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("NoAuthPortalClientTariffList", lang="ru")
    if not answer.is_xml:
        basic, sports = answer["tariffs"]
        assert (basic["name"], basic["channels_count"], basic["price"]) == ("Базовый", 3, "9.90")
        assert sports["name"] == "Sports"
    return answer


@good("NoAuthPortalClientChannelList", may_be_empty=("channels.program_genres", "channels.next_program_genres"))
def _(house: GateHouse) -> Answer:
    answer = house.ask("NoAuthPortalClientChannelList", tariff_id=BASIC, channel_sort_id=5)
    assert answer.is_xml or [each["id"] for each in answer["channels"]] == [14, 11, 13]
    assert b"authkey" not in answer.body
    return answer


@refused("NoAuthPortalClientChannelList", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthPortalClientChannelList")


@refused("NoAuthPortalClientChannelList", 2)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthPortalClientChannelList", tariff_id=BASIC, channel_sort_id=6)


@refused("NoAuthPortalClientChannelList", 3)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthPortalClientChannelList", tariff_id=BASIC, icon_width=-1)
