"""Programmes that an account keeps."""

from unittest.mock import patch

from tests.contracts.cases.positions import programme
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused

from headend.viewing.actions import recordings


def recorded(house: House, days: int = 7) -> dict[str, int]:
    """What names a programme on a channel that keeps so many days."""
    pid, channel = programme(house).pk, house.channels[0]
    channel.recording_days = days
    channel.save()
    return {"cid": channel.pk, "pid": pid}


@good("RecordingCreate")
def _(house: House) -> Answer:
    wanted = recorded(house)
    first = house.ask("RecordingCreate", **wanted)
    again = house.ask("RecordingCreate", **wanted)
    assert first.is_xml or first["id"] == again["id"]
    return again


@refused("RecordingCreate", 1)
def _(house: House) -> Answer:
    return house.ask("RecordingCreate", **recorded(house, days=0))


@refused("RecordingCreate", 2)
def _(house: House) -> Answer:
    with patch.object(recordings, "MOST_RECORDINGS", 0):
        return house.ask("RecordingCreate", **recorded(house))


@refused("RecordingCreate", 404)
def _(house: House) -> Answer:
    return house.ask("RecordingCreate", cid=house.channels[1].pk, pid=programme(house).pk)


@good("RecordingDelete")
def _(house: House) -> Answer:
    house.ask("RecordingCreate", **recorded(house))
    kept = house.ask("RecordingList")
    if not kept.is_xml:
        assert house.ask("RecordingDelete", id=kept["recordings"][0]["id"]).error == 0
        assert house.ask("RecordingList")["recordings"] == []
    return house.ask("RecordingDelete", id="all")


@refused("RecordingDelete", 1)
def _(house: House) -> Answer:
    return house.ask("RecordingDelete", id="1000000000")


@good("RecordingList")
def _(house: House) -> Answer:
    wanted = recorded(house)
    house.ask("RecordingCreate", **wanted)
    answer = house.ask("RecordingList", limit=1)
    if not answer.is_xml:
        (row,) = answer["recordings"]
        assert (answer["count"], row["program_id"], row["status"], row["url"]) == (1, wanted["pid"], 0, "")
        assert row["expire_time"] == row["begin_time"] + 7 * 86_400
    return answer


@refused("RecordingList", 1)
def _(house: House) -> Answer:
    return house.ask("RecordingList", limit=0)
