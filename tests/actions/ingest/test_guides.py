"""Events of packages and XMLTV files in the guide: inserted, moved, taken away, and what stands around them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.factories import make_channel, make_guide_channel, make_guide_source, make_operator
from tests.factories.ingest import make_inbox
from tests.factories.packages import make_package

from headend.adapters.epg_sources.xmltv import read_xmltv
from headend.adapters.pictures import pictures_in
from headend.catalog.actions.guide import Reading
from headend.catalog.actions.guide_matches import choose_guide
from headend.catalog.models import Channel, GuideSource, Programme
from headend.ingest.actions.guide_parts import publish_events
from headend.ingest.actions.publishing import prepare
from headend.ingest.errors import PackageRefused
from headend.ingest.models import EventPlace, Inbox, LogEntry
from headend.ingest.ports import GuideEvent, Profile
from headend.ingest.rules.states import Kind, LoadMode
from headend.kernel.actor import system
from headend.operators.models import Change

ACTOR = system("tests")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
INSERT, UPDATE, UNPUBLISH = LoadMode


def at(hour: float) -> datetime:
    return NOW.replace(hour=0) + timedelta(hours=hour)


def event(number: str, begins: float, ends: float, title: str = "", **fields: Any) -> GuideEvent:
    return GuideEvent(
        **{
            "number": number, "service": "ONE", "starts_at": at(begins), "ends_at": at(ends), "title": title or number,
            "load_mode": INSERT, **fields,
        }
    )  # fmt: skip


def put(inbox: Inbox, folder: Path, *events: GuideEvent) -> Any:
    package = make_package(format="epgdata", kind=Kind.GUIDE, asset="guide", title=None, events=events)
    return publish_events(actor=ACTOR, inbox=inbox, package=package, profile=Profile(), spool=folder, now=NOW)


def guide() -> list[tuple[float, float, str]]:
    """What the guide has, in hours of the day."""
    zero = at(0).timestamp()
    rows = Programme.objects.order_by("guide_channel__guide_id", "start").values_list("start", "stop", "title")
    return [((start - zero) / 3600, (stop - zero) / 3600, title) for start, stop, title in rows]


@pytest.fixture
def inbox() -> Inbox:
    operator = make_operator()
    make_channel(operator=operator, name="Channel One", guide_id="ONE")
    return make_inbox(operator)


pytestmark = pytest.mark.django_db


def test_an_event_is_in_the_guide_of_its_channel(inbox: Inbox, tmp_path: Path):
    said = event(
        "1", 20, 21, "News", category="Info", description="What happened.", rating="R12", age=12, year=2026, kind="PPV"
    )
    report = put(inbox, tmp_path, said)
    assert (report.created, report.channels_created) == (1, 1)
    programme = Programme.objects.get()
    assert (programme.title, programme.age, programme.guide_channel.guide_id) == ("News", 12, "ONE")
    assert '"What happened."' in programme.details
    assert Channel.objects.get().guide_channel == programme.guide_channel
    inbox.refresh_from_db()
    assert inbox.guide_source == GuideSource.objects.get()


def test_done_twice_nothing_changes(inbox: Inbox, tmp_path: Path):
    put(inbox, tmp_path, event("1", 10, 11), event("2", 11, 12))
    before, changes = guide(), Change.objects.filter(entity="catalog.guidechannel").count()
    report = put(inbox, tmp_path, event("1", 10, 11), event("2", 11, 12))
    assert (report.created, report.updated, report.unchanged) == (0, 0, 2)
    assert guide() == before
    assert Change.objects.filter(entity="catalog.guidechannel").count() == changes


def test_an_update_that_moves_an_event_takes_the_old_programme_away(inbox: Inbox, tmp_path: Path):
    put(inbox, tmp_path, event("1", 10, 11), event("2", 11, 12))
    put(inbox, tmp_path, event("1", 20, 21, "Later", load_mode=UPDATE))
    assert guide() == [(11, 12, "2"), (20, 21, "Later")]
    put(inbox, tmp_path, event("1", 8, 9, "Earlier", load_mode=UPDATE))
    assert guide() == [(8, 9, "Earlier"), (11, 12, "2")]


def test_an_event_moves_to_another_channel(inbox: Inbox, tmp_path: Path):
    make_channel(operator=inbox.operator, name="TWO")
    put(inbox, tmp_path, event("1", 10, 11))
    put(inbox, tmp_path, event("1", 10, 11, "There", service="TWO", load_mode=UPDATE))
    assert list(Programme.objects.values_list("guide_channel__guide_id", "title")) == [("TWO", "There")]


def test_two_events_change_places(inbox: Inbox, tmp_path: Path):
    put(inbox, tmp_path, event("1", 10, 11), event("2", 11, 12))
    put(inbox, tmp_path, event("2", 10, 11, load_mode=UPDATE), event("1", 11, 12, load_mode=UPDATE))
    assert guide() == [(10, 11, "2"), (11, 12, "1")]


def test_an_event_is_taken_away_alone(inbox: Inbox, tmp_path: Path):
    put(inbox, tmp_path, event("1", 10, 11), event("2", 11, 12), event("3", 12, 13))
    put(inbox, tmp_path, event("2", 11, 12, load_mode=UNPUBLISH))
    assert guide() == [(10, 11, "1"), (12, 13, "3")]
    assert sorted(EventPlace.objects.values_list("number", flat=True)) == ["1", "3"]


def test_events_far_apart_leave_what_stands_between(inbox: Inbox, tmp_path: Path):
    put(inbox, tmp_path, event("1", 10, 11), event("2", 15, 16))
    put(inbox, tmp_path, event("3", 8, 9), event("4", 20, 21))
    assert [title for _, _, title in guide()] == ["3", "1", "2", "4"]


def test_what_begins_in_an_event_gives_way_and_what_runs_into_it_ends(inbox: Inbox, tmp_path: Path):
    put(inbox, tmp_path, event("1", 10, 12), event("2", 12, 13), event("3", 13, 14))
    put(inbox, tmp_path, event("4", 11, 13))
    assert guide() == [(10, 11, "1"), (11, 13, "4"), (13, 14, "3")]
    put(inbox, tmp_path, event("5", 12.5, 13, "New there"))
    # "2" gave way long ago: moving it must not take what stands in its old place.
    put(inbox, tmp_path, event("2", 20, 21, load_mode=UPDATE))
    assert [title for _, _, title in guide()] == ["1", "4", "New there", "3", "2"]


def test_an_unknown_channel_refuses_all_with_the_line(inbox: Inbox, tmp_path: Path):
    with pytest.raises(PackageRefused, match=r"line 7: there is no channel NOPE \(ServiceId\)"):
        put(inbox, tmp_path, event("1", 10, 11), event("2", 11, 12, service="NOPE", line=7))
    assert not Programme.objects.exists()
    other = make_inbox()
    with pytest.raises(PackageRefused, match="no channel ONE"):  # which is another operator's
        put(other, tmp_path, event("1", 10, 11))


def test_that_a_channel_has_its_guide_from_elsewhere_stands_in_the_log(inbox: Inbox, tmp_path: Path):
    channel = Channel.objects.get()
    choose_guide(actor=ACTOR, channel=channel, guide_channel=make_guide_channel())
    put(inbox, tmp_path, event("1", 10, 11))
    (told,) = LogEntry.objects.all()
    assert (told.level, told.inbox) == ("warning", inbox)
    assert "channel ONE has its guide from elsewhere" in told.text
    choose_guide(actor=ACTOR, channel=channel, guide_channel=Programme.objects.get().guide_channel)
    put(inbox, tmp_path, event("2", 11, 12))
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize("is_of_all", [True, False])
def test_the_guide_of_others_is_not_written(inbox: Inbox, tmp_path: Path, is_of_all: bool):
    operator = None if is_of_all else make_operator()
    Inbox.objects.update(guide_source=make_guide_source(operator=operator))
    with pytest.raises(PackageRefused, match="not this operator's own"):
        put(inbox, tmp_path, event("1", 10, 11))


def test_a_refusal_leaves_nothing_that_the_next_package_stumbles_over(inbox: Inbox, tmp_path: Path):
    with transaction.atomic():
        put(inbox, tmp_path, event("1", 10, 11))
        transaction.set_rollback(True)
    assert not GuideSource.objects.exists()
    put(inbox, tmp_path, event("1", 10, 11))
    assert guide() == [(10, 11, "1")]


def test_operators_guides_are_apart(inbox: Inbox, tmp_path: Path):
    other = make_inbox()
    make_channel(operator=other.operator, name="one")
    put(inbox, tmp_path, event("1", 10, 11))
    put(other, tmp_path, event("1", 12, 13, "Theirs", service="one"))
    put(other, tmp_path, event("1", 14, 15, "Theirs", service="one", load_mode=UPDATE))
    assert [(begins, title) for begins, _, title in guide()] == [(10, "1"), (14, "Theirs")]


def test_places_of_long_ago_are_forgotten(inbox: Inbox, tmp_path: Path):
    put(inbox, tmp_path, event("1", 10 - 24 * 90, 11 - 24 * 90), event("2", 10, 11))
    assert list(EventPlace.objects.values_list("number", flat=True)) == ["2"]


XMLTV = b"""<!DOCTYPE tv SYSTEM "xmltv.dtd"><tv><channel id="ONE"><display-name>One</display-name></channel>
<programme start="20261122100000" stop="20261122110000" channel="ONE"><title>News</title></programme></tv>"""


def test_an_xmltv_file_goes_into_the_same_guide(inbox: Inbox, tmp_path: Path):
    package = make_package(format="xmltv", kind=Kind.GUIDE, asset="guide", title=None, is_xmltv=True)

    def publish_file(data: bytes) -> None:
        path = tmp_path / "guide.xml"
        path.write_bytes(data)
        prepare(
            actor=ACTOR, inbox=inbox, package=package, profile=Profile(zone=ZoneInfo("Europe/Rome")),
            description=path, paths={"guide.xml": path}, pictures=pictures_in(tmp_path, allowed_networks=()),
            reading=Reading(read_xmltv, tmp_path / "spool"), now=NOW,
        )  # fmt: skip

    publish_file(XMLTV)
    assert guide() == [(9, 10, "News")]
    publish_file(XMLTV)
    assert guide() == [(9, 10, "News")]
    with pytest.raises(PackageRefused, match=r"guide\.xml"):
        publish_file(XMLTV[:-20])
    put(inbox, tmp_path, event("1", 12, 13))
    assert [title for _, _, title in guide()] == ["News", "1"]


# --- whatever comes in whatever order ---

NUMBERS = st.sampled_from(["1", "2", "3", "4"])
EVENTS = st.builds(
    lambda number, begins, length, mode, service: event(
        number, begins, begins + length, f"{number} {begins}", load_mode=mode, service=service
    ),
    NUMBERS,
    st.integers(0, 20),
    st.integers(1, 4),
    st.sampled_from([INSERT, UPDATE, UNPUBLISH]),
    st.sampled_from(["ONE", "TWO"]),
)
PACKAGES = st.lists(st.lists(EVENTS, min_size=1, max_size=3, unique_by=lambda each: each.number), max_size=6)


class WhateverComes(TestCase):
    """In each example the records begin empty."""

    @given(PACKAGES)
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_the_guide_has_the_last_word_of_every_event_and_none_twice(self, packages: list[list[GuideEvent]]) -> None:
        operator = make_operator()
        for name in ("ONE", "TWO"):
            make_channel(operator=operator, name=name)
        inbox = make_inbox(operator)
        folder = Path(self.enterContext(TemporaryDirectory()))
        told: dict[str, GuideEvent] = {}
        for package in packages:
            put(inbox, folder, *package)
            told |= {each.number: each for each in package}
        rows = list(
            Programme.objects.order_by("guide_channel", "start").values_list(
                "guide_channel__guide_id", "title", "start", "stop"
            )
        )
        titles = [title for _, title, _, _ in rows]
        lasting = {each.title: each for each in told.values() if each.load_mode is not UNPUBLISH}
        assert set(titles) <= set(lasting)  # nothing that an event no longer says
        assert len(titles) == len(set(titles))
        for before, after in zip(rows, rows[1:], strict=False):
            assert before[0] != after[0] or before[3] <= after[2]  # none over another
        if packages:  # the last word is there, unless another event of the same package stands in its place
            last = [each for each in packages[-1] if each.load_mode is not UNPUBLISH]
            assert {each.title for each in last[-1:]} <= set(titles)
