"""Descriptions that come before their files."""

import os
import time

import pytest
from tests.actions.ingest.conftest import MOVIE, Site

from headend.ingest.models import Incomplete, LogEntry, Ticket
from headend.ingest.ports import FileRole, PackageFile
from headend.ingest.rules.folders import ERRORS, INBOX, PUBLISHED
from headend.ingest.rules.states import LoadMode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database, pytest.mark.usefixtures("edges")]
FILES = (PackageFile(FileRole.MOVIE, "film.ts", size=len(MOVIE)), PackageFile(FileRole.PREVIEW, "preview.ts"))
OTHER = "films.example/OTHR0123456789012345"


@pytest.fixture
def site(site: Site) -> Site:
    site.inbox.grace_minutes = 15
    site.inbox.save()
    return site


def come(site: Site, name: str, data: bytes = MOVIE) -> None:
    (site.folder(INBOX) / name).write_bytes(data)


def awaited() -> list[tuple[str, list[str]]]:
    return list(Incomplete.objects.values_list("file_name", "missing"))


def test_a_description_waits_until_all_its_files_are_there(site: Site) -> None:
    site.drop("film.xml", files=FILES)
    site.work()
    assert (awaited(), site.states()) == ([("film.xml", ["film.ts", "preview.ts"])], [])
    come(site, "film.ts")
    site.work()
    assert (awaited(), site.there()) == ([("film.xml", ["preview.ts"])], {INBOX: ["film.ts", "film.xml"]})
    come(site, "preview.ts")
    assert site.work().published == 1
    assert (awaited(), site.there()) == ([], {PUBLISHED: ["film.ts", "film.xml", "preview.ts"]})
    told = LogEntry.objects.filter(text__contains="waits for files").order_by("pk").values_list("text", flat=True)
    assert list(told) == ["film.xml waits for files: film.ts, preview.ts", "film.xml waits for files: preview.ts"]


def test_what_does_not_come_in_time_is_told_and_refused(site: Site) -> None:
    site.drop("film.xml", files=FILES)
    site.work()
    site.clock.wait(minutes=14)
    come(site, "film.ts")
    site.work()
    site.clock.wait(minutes=14)  # its time has begun anew with the film
    site.work()
    assert site.states() == []
    site.clock.wait(minutes=1)
    assert site.work().rejected == 1
    reason = Ticket.objects.get().reason
    assert reason == "files have not come in time: 15 minutes (film.xml: preview.ts)"
    assert site.there() == {ERRORS: ["film.error.json", "film.ts", "film.xml"]}
    assert awaited() == []


def test_its_time_does_not_begin_anew_with_another_process(site: Site) -> None:
    site.drop("film.xml", files=FILES)
    for _ in range(3):
        site.work()  # each is a process of its own
        site.clock.wait(minutes=5)
    assert site.work().rejected == 1
    assert LogEntry.objects.filter(text__contains="waits for files").count() == 1


def test_a_file_that_grows_keeps_its_package_waiting(site: Site) -> None:
    site.inbox.stable_seconds = 600
    site.inbox.save()
    site.drop("film.xml", files=FILES[:1])
    past = time.time() - 3600
    os.utime(site.folder(INBOX) / "film.xml", (past, past))
    site.work()
    come(site, "film.ts")
    site.clock.wait(minutes=90)
    site.work()
    assert (awaited(), site.states()) == ([("film.xml", ["film.ts"])], [])
    os.utime(site.folder(INBOX) / "film.ts", (past, past))
    assert site.work().published == 1


def test_what_comes_later_for_its_title_waits_behind_it(site: Site) -> None:
    site.drop("a.xml", files=FILES[:1])
    site.work()
    site.drop("b.xml", load_mode=LoadMode.UPDATE, version=(1, 1))
    site.drop("c.xml", asset=OTHER)
    site.work()
    assert list(Ticket.objects.values_list("file_name", "state")) == [("c.xml", "closed")]
    come(site, "film.ts")
    site.work()
    tickets = Ticket.objects.order_by("pk").values_list("file_name", "state")
    assert list(tickets) == [("c.xml", "closed"), ("a.xml", "closed"), ("b.xml", "closed")]


def test_a_corrected_description_takes_the_place_of_the_one_that_waits(site: Site) -> None:
    site.drop("film.xml", files=FILES)
    site.work()
    site.drop("film.xml", files=())
    assert site.work().published == 1
    assert awaited() == []


def test_what_is_taken_back_waits_no_more(site: Site) -> None:
    site.drop("film.xml", files=FILES)
    site.work()
    (site.folder(INBOX) / "film.xml").unlink()
    site.work()
    assert (awaited(), site.states()) == ([], [])


def test_what_cannot_be_used_anyway_does_not_wait(site: Site) -> None:
    site.drop("film.xml", files=(PackageFile(FileRole.MOVIE, "../film.ts"),))
    assert site.work().rejected == 1


def test_what_waits_is_not_read_again_and_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.drop("film.xml", files=FILES)
    engine = site.engine()
    engine.turn()
    monkeypatch.setattr("headend.ingest.actions.taking.read_delivery", None)
    engine.turn()
    engine.end()
    assert awaited() == [("film.xml", ["film.ts", "preview.ts"])]
