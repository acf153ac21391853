"""Scenarios of the calls for channels and categories, answered by the gate."""

from tests.contracts.gate_house import GateHouse
from tests.contracts.house import Answer
from tests.contracts.scenarios import good, never, refused
from tests.hotpath.gate.snapshots import (
    ADULT,
    ANDROID,
    BASIC,
    BASIC_ONLY,
    DIRECT,
    DISABLED,
    NEWS,
    NOW,
    SPORT,
    SPORTS,
)

HOUR = 3600


def numbers(answer: Answer, name: str = "channels") -> list[int]:
    if answer.is_xml:
        return [int(each.findtext("id") or 0) for each in answer.value.find(name)]
    return [each["id"] for each in answer[name]]


@good("ChannelList")
def _(house: GateHouse) -> Answer:
    assert numbers(house.ask("ChannelList")) == [NEWS, SPORT, ADULT, DIRECT]
    return house.ask("ChannelList", limit=1)


@refused("ChannelList", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelList", channel_sort_id=6)


@good("ChannelListSearch")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ChannelListSearch", search="NEWS")
    assert numbers(answer) == [NEWS]
    assert numbers(house.ask("ChannelListSearch", search="новост", lang="ru")) == [NEWS]
    return answer


@refused("ChannelListSearch", 1)
def _(house: GateHouse) -> Answer:
    assert house.ask("ChannelListSearch").error == 1
    return house.ask("ChannelListSearch", search="news", channel_sort_id=6)


_NOT_FOUND = {404: "it names nothing that could be missing"}


@good("ChannelListV2")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ChannelListV2")
    assert numbers(answer) == [NEWS, SPORT, ADULT, DIRECT]
    return answer


@refused("ChannelListV2", 400)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelListV2", icon_width="wide")


never("ChannelListV2", _NOT_FOUND)


@good("ChannelInfoV2")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ChannelInfoV2", body={"channel_ids": [DIRECT, NEWS]})
    assert numbers(answer, "programs") == [DIRECT, NEWS]
    for ids in (f"{DIRECT},{NEWS}", [DIRECT, NEWS], f"[{DIRECT}, {NEWS}]"):
        assert house.ask("ChannelInfoV2", channel_ids=ids).body == answer.body
    assert numbers(house.ask("ChannelInfoV2"), "programs") == [NEWS, SPORT, ADULT, DIRECT]
    return house.ask("ChannelInfoV2", body={"channel_ids": [NEWS]})


@refused("ChannelInfoV2", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelInfoV2", authkey=BASIC_ONLY, channel_ids=[NEWS, SPORT])


@refused("ChannelInfoV2", 400)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelInfoV2", body={"channel_ids": ["x"]})


@refused("ChannelInfoV2", 404)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelInfoV2", body={"channel_ids": [NEWS, DISABLED]})


@good("NoAuthChannelListV2")
def _(house: GateHouse) -> Answer:
    answer = house.ask("NoAuthChannelListV2")
    assert numbers(answer) == [NEWS, SPORT, ADULT, DIRECT]
    assert numbers(house.ask("NoAuthChannelListV2", tariff_id=SPORTS)) == [SPORT]
    assert numbers(house.ask("NoAuthChannelListV2", exclude_tariff_id=BASIC)) == [SPORT]
    return answer


@refused("NoAuthChannelListV2", 400)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthChannelListV2", tariff_id="basic")


@refused("NoAuthChannelListV2", 404)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthChannelListV2", exclude_tariff_id=9)  # another operator's


@good("NoAuthChannelInfoV2")
def _(house: GateHouse) -> Answer:
    answer = house.ask("NoAuthChannelInfoV2", channel_ids=[SPORT, NEWS])
    assert numbers(answer, "programs") == [SPORT, NEWS]
    everything = house.ask("NoAuthChannelInfoV2")
    assert numbers(everything, "programs") == [NEWS, SPORT, ADULT, DIRECT]
    assert b"authkey" not in answer.body + everything.body
    return house.ask("NoAuthChannelInfoV2", body={"channel_ids": [NEWS]})


@refused("NoAuthChannelInfoV2", 400)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthChannelInfoV2", compact="perhaps")


@refused("NoAuthChannelInfoV2", 404)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthChannelInfoV2", channel_ids=[21])  # another operator's


@good("ChannelIconList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ChannelIconList", icon_width=100, icon_height=50)
    assert numbers(answer, "icons") == [NEWS, SPORT, ADULT, DIRECT]
    return answer


@good("ChannelSortList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ChannelSortList")
    assert answer.is_xml or answer["channel_sort"] == [{"id": 5, "name": "By taste"}]
    return answer


@good("ChannelListLast")
def _(house: GateHouse) -> Answer:
    assert numbers(house.ask("ChannelListLast")) == []
    for channel in (NEWS, SPORT, NEWS, DIRECT, NEWS):
        assert house.ask("ChannelUrl", cid=channel, redirect=0).error == 0
    answer = house.ask("ChannelListLast")
    assert numbers(answer) == [NEWS, DIRECT, SPORT]
    assert numbers(house.ask("ChannelListLast", authkey=BASIC_ONLY)) == []
    return answer


@refused("ChannelListLast", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelListLast", icon_height=0)


@good("ChannelListPrograms")
def _(house: GateHouse) -> Answer:
    period = {"programs_from_ts": NOW, "programs_to_ts": NOW + 2 * HOUR}
    answer = house.ask("ChannelListPrograms", channel_ids=[NEWS], **period)
    if not answer.is_xml:
        (news,) = answer["channels"]
        assert (news["current_program_id"], [each["id"] for each in news["programs"]]) == (1003, [1003, 1004])
    everything = house.ask("ChannelListPrograms", channel_sort_id=5, **period)
    assert numbers(everything) == [DIRECT, NEWS, SPORT, ADULT]
    return answer


@refused("ChannelListPrograms", 1)
def _(house: GateHouse) -> Answer:
    assert house.ask("ChannelListPrograms", programs_from_ts=NOW, programs_to_ts=NOW).error == 1
    assert house.ask("ChannelListPrograms", programs_from_ts=NOW).error == 1
    return house.ask("ChannelListPrograms", programs_from_ts=NOW, programs_to_ts=NOW + 1, channel_sort_id=6)


@refused("ChannelListPrograms", 2)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelListPrograms", programs_from_ts=NOW, programs_to_ts=NOW + 1, channel_ids=[21])


@good("ChannelUrl")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ChannelUrl", cid=NEWS, redirect=0)
    assert f"news/index.m3u8?token={ANDROID}".encode() in answer.body
    return answer


@refused("ChannelUrl", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelUrl", redirect=0)


@refused("ChannelUrl", 2)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelUrl", cid=DIRECT, redirect=0, get_drm_info=1)


@refused("ChannelUrl", 404)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelUrl", authkey=BASIC_ONLY, cid=SPORT, redirect=0)


@good("CategoryList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("CategoryList", lang="ru")
    assert numbers(answer, "categories") == [1, 2]
    assert "Общие" in answer.body.decode()
    return answer


@good("NoAuthCategoryList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("NoAuthCategoryList", lang="ru")
    assert answer.body == house.ask("CategoryList", lang="ru").body
    return answer
