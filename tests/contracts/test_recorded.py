"""Titles made from what channels have recorded, and how they play."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from tests.contracts.house import House
from tests.factories import make_guide_channel, make_programme

from headend.catalog.actions.programme_blockings import block_programme
from headend.catalog.models import Programme
from headend.kernel.actor import system
from headend.vod.models import Title, TitleSource

pytestmark = pytest.mark.django_db


def run(house: House) -> str:
    out = StringIO()
    call_command("make_vodpvr", "--client_id", str(house.operator.pk), stdout=out)
    return out.getvalue().split(": ")[1].strip()


def shown(house: House, hours_ago: int, title: str = "Final") -> Programme:
    """A programme of half an hour on the first channel, which keeps two days."""
    channel = house.channels[0]
    channel.guide_channel = channel.guide_channel or make_guide_channel()
    channel.recording_days = 2
    channel.save()
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=hours_ago)
    details = '{"description": "Who wins?", "date": "20260101", "subtitle": "Second leg"}'
    return make_programme(
        guide_channel=channel.guide_channel, start=int(start.timestamp()), title=title, details=details
    )


def test_recordings_become_titles_once_and_go_with_the_archive() -> None:
    house = House()
    first, last = shown(house, 40), shown(house, 3)
    shown(house, 2)  # not whole for certain
    shown(house, 50)
    blocked = shown(house, 20, "Blocked")
    block_programme(actor=system("test"), operator=house.operator, programme_id=blocked.pk)
    assert run(house) == "2 recordings in 1 new titles; 0 recordings and 0 titles taken away"
    assert run(house) == "0 recordings in 0 new titles; 0 recordings and 0 titles taken away"
    title = Title.objects.get(source=TitleSource.ARCHIVE)
    assert (title.name, title.description, title.year, title.channel_id) == (
        "Final", "Who wins?", 2026, house.channels[0].pk,
    )  # fmt: skip
    assert [int(asset.recorded_at.timestamp()) for asset in title.assets.order_by("recorded_at")] == [
        first.start, last.start,
    ]  # fmt: skip
    first.delete()
    assert run(house) == "0 recordings in 0 new titles; 1 recordings and 0 titles taken away"
    last.delete()
    assert run(house) == "0 recordings in 0 new titles; 1 recordings and 1 titles taken away"


def test_it_plays_from_the_archive_of_its_channel() -> None:
    house = House()
    programme = shown(house, 10)
    run(house)
    (listed,) = [each for each in house.ask("VideoList")["videos"] if each["name"] == "Final"]
    answer = house.ask("VideoUrl", vid=listed["id"], redirect=0)
    url = urlsplit(answer["uri"])
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert url.path == "/tvmiddleware/api/program/url/"
    assert (query["cid"], query["time"]) == (str(house.channels[0].pk), str(programme.start))
    assert house.ask("VideoUrl", vid=listed["id"]).status == 302
