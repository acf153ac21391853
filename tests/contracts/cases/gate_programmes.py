"""Scenarios of the calls for programmes, answered by the gate."""

from typing import Any

from tests.contracts.gate_house import GateHouse
from tests.contracts.house import Answer
from tests.contracts.scenarios import good, refused
from tests.hotpath.gate.snapshots import ADULT, BASIC_ONLY, DIRECT, NEWS, NOW, SPORT

HOUR = 3600
NEWS_KIND = 4
GENRE = 500_406_608  # of "News"


def first(answer: Answer, name: str) -> Any:
    return {} if answer.is_xml else answer[name][0]


@good("ChannelPrograms")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ChannelPrograms", cid=NEWS, limit=2)
    assert answer.headers["cache-control"] == "private, max-age=1200"
    return answer


@refused("ChannelPrograms", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelPrograms", cid=NEWS, limit=0)


@good("ProgramList")
def _(house: GateHouse) -> Answer:
    hour = house.ask("ProgramList", cid=NEWS, time_from=NOW, time_to=NOW + HOUR)
    assert hour.is_xml or [each["id"] for each in hour["programs"]] == [1003, 1004]
    cameras = house.ask("ProgramList", cid=7, is_camera=1)
    assert cameras.is_xml or cameras["programs"] == []
    return house.ask("ProgramList", cid=NEWS, date="21.11.2026")


@refused("ProgramList", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ProgramList", cid=NEWS, date="2026-11-21")


@refused("ProgramList", 2)
def _(house: GateHouse) -> Answer:
    return house.ask("ProgramList", cid=NEWS, pid_from=2001)


@good("NoAuthProgramList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("NoAuthProgramList", cid=NEWS, pid_from=1003)
    assert answer.is_xml or [each["id"] for each in answer["programs"]] == [1003, 1004, 1005, 1006]
    hour = house.ask("NoAuthProgramList", cid=NEWS, time_from=NOW, time_to=NOW + HOUR)
    assert hour.is_xml or [each["id"] for each in hour["programs"]] == [1003, 1004]
    assert b"authkey" not in answer.body
    return answer


@refused("NoAuthProgramList", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthProgramList", cid=21)  # another operator's


@refused("NoAuthProgramList", 2)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthProgramList", cid=NEWS, pid_from=2001)


@good("ProgramUrl")
def _(house: GateHouse) -> Answer:
    return house.ask("ProgramUrl", cid=NEWS, pid=1001, redirect=0)


@refused("ProgramUrl", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ProgramUrl", cid=NEWS, redirect=0)


@refused("ProgramUrl", 2)
def _(house: GateHouse) -> Answer:
    return house.ask("ProgramUrl", cid=DIRECT, time=NOW - HOUR, redirect=0, get_drm_info=1)


@refused("ProgramUrl", 404)
def _(house: GateHouse) -> Answer:
    assert house.ask("ProgramUrl", cid=NEWS, pid=1001, is_camera=1).error == 404
    return house.ask("ProgramUrl", cid=NEWS, pid=1005, redirect=0)


@good("ProgramDetail")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ProgramDetail", pid=1003, lang="ru")
    assert house.ask("ProgramDetail", pid=1003, cid=NEWS, lang="ru").body == answer.body
    if not answer.is_xml:
        assert (answer["name"], answer["category"], answer["has_record"]) == ("Вести", "Новости", 1)
        foreign = house.ask("ProgramDetail", pid=2001, authkey=BASIC_ONLY)
        assert (foreign["has_record"], foreign["has_subscription"]) == (0, 0)
    return answer


@refused("ProgramDetail", 1)
def _(house: GateHouse) -> Answer:
    assert house.ask("ProgramDetail").error == 1
    assert house.ask("ProgramDetail", pid=1003, cid=SPORT).error == 1
    return house.ask("ProgramDetail", pid=3001)  # on no channel


@good("NoAuthProgramDetail")
def _(house: GateHouse) -> Answer:
    answer = house.ask("NoAuthProgramDetail", pid=2001)
    assert answer.is_xml or (answer["channel_name"], answer["begin_time"]) == ("Sport", NOW - HOUR)
    return answer


@refused("NoAuthProgramDetail", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthProgramDetail", pid="x")


@good("ProgramListSearch")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ProgramListSearch", search="NEWS")
    if not answer.is_xml:
        assert [each["program_id"] for each in answer["results"]] == [1003, 1001]
        recorded = house.ask("ProgramListSearch", search="news", only_archive=1, limit=1, page=2)
        assert [each["program_id"] for each in recorded["results"]] == [1001]
        russian = house.ask("ProgramListSearch", search="новый фильм", lang="ru")
        assert [each["program_name"] for each in russian["results"]] == ["Новый фильм"]
        other = house.ask("ProgramListSearch", search="programme 200", authkey=BASIC_ONLY)
        assert {each["has_subscription"] for each in other["results"]} == {0}
        other = house.ask("ProgramListSearch", search="programme 200", authkey=BASIC_ONLY, skip_unavailable=1)
        assert other["results"] == []
    return answer


@refused("ProgramListSearch", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ProgramListSearch", search=" ne ")


@good("ChannelPremieres")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ChannelPremieres")
    if not answer.is_xml:
        assert [(each["id"], each["program_id"]) for each in answer["premieres"]] == [(NEWS, 1005)]
        assert house.ask("ChannelPremieres", cid=SPORT)["premieres"] == []
        assert "program_meta" not in first(house.ask("ChannelPremieres", cid=NEWS, compact=1), "premieres")
    house.inner.clock.now += 4 * HOUR
    assert answer.is_xml or house.ask("ChannelPremieres")["premieres"] == []
    return answer


@refused("ChannelPremieres", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ChannelPremieres", cid=21)


@good("ProgramCategoryList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ProgramCategoryList", lang="ru")
    if not answer.is_xml:
        assert [(each["id"], each["name"]) for each in answer["categories"]] == [(5, "Film"), (NEWS_KIND, "Новости")]
        recorded = house.ask("ProgramCategoryList", only_records_categories=1)
        assert [each["id"] for each in recorded["categories"]] == [NEWS_KIND]
        assert house.ask("ProgramCategoryList", consider_program_category=0)["categories"] == []
    return answer


@refused("ProgramCategoryList", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ProgramCategoryList", only_records_categories="x")


@good("NoAuthProgramCategoryList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("NoAuthProgramCategoryList", only_records_categories=1)
    assert answer.is_xml or [each["id"] for each in answer["categories"]] == [NEWS_KIND]
    return answer


@refused("NoAuthProgramCategoryList", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthProgramCategoryList", only_records_categories="x")


@good("ProgramCategoryChannelList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ProgramCategoryChannelList", category_id=NEWS_KIND)
    if not answer.is_xml:
        assert [each["id"] for each in answer["programs"]] == [NEWS]
        assert [each["id"] for each in house.ask("ProgramCategoryChannelList")["programs"]] == [NEWS, SPORT]
        ordered = house.ask("ProgramCategoryChannelList", channel_sort_id=5, wrt_compact=1)
        assert "option1" not in first(ordered, "programs")
        assert house.ask("ProgramCategoryChannelList", category_id=NEWS_KIND, next=1)["programs"] == []
        assert house.ask("ProgramCategoryChannelList", consider_program_category=0)["programs"] == []
    return answer


@refused("ProgramCategoryChannelList", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ProgramCategoryChannelList", channel_sort_id=6)


@refused("ProgramCategoryChannelList", 2)
def _(house: GateHouse) -> Answer:
    return house.ask("ProgramCategoryChannelList", compact=1, wrt_compact=1)


@good("NoAuthProgramCategoryChannelList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("NoAuthProgramCategoryChannelList", category_id=NEWS_KIND)
    assert answer.is_xml or [each["id"] for each in answer["programs"]] == [NEWS]
    assert b"authkey" not in answer.body
    return answer


@refused("NoAuthProgramCategoryChannelList", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("NoAuthProgramCategoryChannelList", channel_sort_id=6)


@good("ProgramCategoryRecordList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ProgramCategoryRecordList", category_id=NEWS_KIND)
    if not answer.is_xml:
        assert [each["selection_id"] for each in answer["records"]] == [1003, 1001]
        assert house.ask("ProgramCategoryRecordList", genre_id=GENRE)["count"] == 2
        assert house.ask("ProgramCategoryRecordList", genre_id=GENRE, category_id=5)["count"] == 0
        everything = house.ask("ProgramCategoryRecordList", limit=2, page=2)
        assert (everything["count"], len(everything["records"])) == (6, 2)
        assert ADULT not in {each["channel"]["id"] for each in everything["records"]}
    return answer


@refused("ProgramCategoryRecordList", 1)
def _(house: GateHouse) -> Answer:
    return house.ask("ProgramCategoryRecordList", page=0)


@good("ProgramGenreList")
def _(house: GateHouse) -> Answer:
    answer = house.ask("ProgramGenreList")
    if not answer.is_xml:
        assert [each["name"] for each in answer["genres"]] == ["Film", "News", "Weather"]
        recorded = house.ask("ProgramGenreList", only_records_genres=1)
        assert [(each["id"], each["name"]) for each in recorded["genres"]] == [(GENRE, "News")]
    return answer
