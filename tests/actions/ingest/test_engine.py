"""From the folder to the screen: packages are taken, seen through and published, in order and once."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from tests.actions.ingest.conftest import MOVIE, Site, SlowProber
from tests.factories.ingest import make_edge, make_ticket
from tests.factories.packages import adi1_xml, make_package, make_title_metadata

from headend.adapters.edge_transports.folder import FolderTransport
from headend.ingest.actions import transfers
from headend.ingest.actions.settling import settle
from headend.ingest.actions.tickets import begin_encryption, reject, reopen, report_encryption, retry
from headend.ingest.errors import TransferFailed
from headend.ingest.models import Edge, EdgeFile, ServiceGroup, Ticket, TicketChange, Transfer
from headend.ingest.packages import package_to_json
from headend.ingest.ports import FileRole, PackageFile, Progress, Stored, no_progress
from headend.ingest.rules.attempts import MOST_WITHOUT_VERDICT
from headend.ingest.rules.folders import ENCRYPTING, ERRORS, INBOX, PUBLISHED, TO_PUBLISH
from headend.ingest.rules.progress import progress_of
from headend.ingest.rules.states import LoadMode
from headend.kernel.actor import system
from headend.vod.models import Title

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]  # test_stopping asks the others


def titles() -> list[str]:
    return list(Title.objects.order_by("pk").values_list("name", flat=True))


def in_a_thread(work: Callable[[], int]) -> int:
    """Ask the records from where a loop runs."""

    def ask() -> int:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(ask).result()


def eventually(look: Callable[[], int | None]) -> int:
    """What is found within five seconds."""
    deadline = time.monotonic() + 5
    while (found := look()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def order() -> list[str]:
    """The packages in the order in which they were published."""
    closed = TicketChange.objects.filter(state_entered="closed").order_by("pk")
    return list(closed.values_list("ticket__file_name", flat=True))


def test_words_alone_are_published_at_once(site: Site) -> None:
    site.drop("a.xml")
    counts = site.work()
    assert (counts.taken, counts.published, counts.rejected) == (1, 1, 0)
    assert (titles(), site.there()) == (["The Lighthouse"], {PUBLISHED: ["a.xml"]})
    told = TicketChange.objects.values_list("state_left", "state_entered")
    assert list(told) == [
        ("", "open"), ("open", "wait_publication"), ("wait_publication", "in_publication"),
        ("in_publication", "closed"),
    ]  # fmt: skip


def test_a_film_goes_to_every_edge_and_then_to_the_screens(site: Site, edges: list[Path]) -> None:
    site.drop_film("film")
    assert site.work().published == 1
    ticket = Ticket.objects.get()
    remote = f"{Title.objects.get().assets.get().file_name}"
    assert remote.endswith(f"/{ticket.pk}/film.ts")
    assert [(path / remote).read_bytes() == MOVIE for path in edges] == [True, True]
    assert not [path for edge in edges for path in edge.rglob("*.part")]
    assert site.there() == {PUBLISHED: ["film.ts", "film.xml"]}
    assert (
        list(Transfer.objects.values_list("state", "bytes_done", "bytes_total"))
        == [("done", len(MOVIE), len(MOVIE))] * 2
    )
    assert EdgeFile.objects.filter(remove_after=None).count() == 2


def test_an_update_waits_for_its_insert_and_lets_it_pass(site: Site) -> None:
    site.drop("update.xml", load_mode=LoadMode.UPDATE)
    site.work()
    assert Ticket.objects.get().awaits_insert
    site.drop("insert.xml")
    assert site.work().published == 2
    assert order() == ["insert.xml", "update.xml"]


def test_an_update_that_nobody_inserts_is_an_error_in_the_end(site: Site) -> None:
    site.drop("update.xml", load_mode=LoadMode.UPDATE)
    site.work()
    site.clock.wait(hours=25)
    assert site.work().rejected == 1
    assert site.there()[ERRORS] == ["update.error.json", "update.xml"]


def test_a_second_insert_is_an_error(site: Site) -> None:
    site.drop("a.xml")
    site.drop("b.xml", version=(1, 1))
    counts = site.work()
    assert (counts.published, counts.rejected, titles()) == (1, 1, ["The Lighthouse"])


def test_unpublishing_takes_everything_away_and_the_title_may_come_again(site: Site, edges: list[Path]) -> None:
    site.drop_film("film")
    site.work()
    site.drop("gone.xml", load_mode=LoadMode.UNPUBLISH)
    site.work()
    assert (titles(), [path for edge in edges for path in edge.rglob("*.ts")]) == ([], [])
    assert not EdgeFile.objects.exists()
    site.drop_film("film")  # the same, byte for byte
    site.work()
    assert titles() == ["The Lighthouse"]


def test_unpublishing_what_nobody_knows_is_discarded_where_the_provider_does_not_see_it(site: Site) -> None:
    site.drop("gone.xml", load_mode=LoadMode.UNPUBLISH)
    assert site.work().rejected == 1
    assert site.there() == {}
    assert sorted(path.name for path in (site.data / "ingest").rglob("*.*")) == ["gone.error.json", "gone.xml"]


def test_what_is_discarded_lies_beside_what_was_before(site: Site) -> None:
    for _ in range(2):
        site.drop("gone.xml", load_mode=LoadMode.UNPUBLISH)
        site.work()
    assert (site.counts.rejected, site.there()) == (2, {})
    assert len(list((site.data / "ingest").rglob("*.xml"))) == 2


def test_the_same_delivery_again_is_recognised(site: Site) -> None:
    site.drop("a.xml")
    site.work()
    site.drop("a.xml")
    assert site.work().rejected == 1
    again = Ticket.objects.get(state="rejected")
    assert again.reason.startswith("duplicate")
    assert len(site.there()[ERRORS]) == 2


@pytest.mark.parametrize("content", [b"", b"<ADI>", b"hello", b"\xff\xfe\x00", b"<html/>"])
def test_what_is_no_package_is_refused_with_a_reason_beside_it(site: Site, content: bytes) -> None:
    (site.folder(INBOX) / "bad.xml").write_bytes(content)
    assert site.work().rejected == 1
    assert site.there() == {ERRORS: ["bad.error.json", "bad.xml"]}
    assert Ticket.objects.get().reason


def test_each_refused_package_of_a_description_has_a_reason_of_its_own(site: Site) -> None:
    assets = [f"films.example/FILM{number:016}" for number in range(3)]
    for name, asset in (("a", assets[0]), ("c", assets[2])):
        site.drop(f"{name}.xml", asset=asset)
    site.work()
    several = [adi1_xml(make_package(asset=asset)).decode() for asset in assets]
    inside = [text[text.index("<Asset>") : text.rindex("</Asset>")] for text in several]
    (site.folder(INBOX) / "all.xml").write_text(several[0].replace(inside[0], "</Asset>".join(inside)))
    assert (site.work().published, site.counts.rejected) == (3, 2)
    told = [json.loads(path.read_text()) for path in sorted(site.folder(ERRORS).glob("*.error.json"))]
    assert [each["asset"] for each in sorted(told, key=lambda each: each["ticket"])] == [assets[0], assets[2]]
    assert {each["reason"] for each in told} == {"duplicate: the asset is published already"}


def test_a_file_of_several_packages_is_each_ones_own(site: Site, edges: list[Path]) -> None:
    assets = [f"films.example/FILM{number:016}" for number in range(3)]
    movie = PackageFile(FileRole.MOVIE, "film.ts", size=len(MOVIE))
    several = [adi1_xml(make_package(asset=asset, files=(movie,))).decode() for asset in assets]
    inside = [text[text.index("<Asset>") : text.rindex("</Asset>")] for text in several]
    (site.folder(INBOX) / "film.ts").write_bytes(MOVIE)
    (site.folder(INBOX) / "all.xml").write_text(several[0].replace(inside[0], "</Asset>".join(inside)))
    assert (site.work().published, site.counts.rejected) == (3, 0)
    there = site.there()
    assert list(there) == [PUBLISHED]
    assert len(there[PUBLISHED]) == 4  # the description and a film for each
    for edge in edges:
        assert [path.read_bytes() for path in edge.rglob("*.ts")] == [MOVIE] * 3


def test_a_refusal_names_the_place(site: Site) -> None:
    until = datetime(2020, 1, 1, tzinfo=UTC)
    site.drop("bad.xml", title=make_title_metadata(shown_from=site.clock(), shown_until=until))
    site.work()
    reason = Ticket.objects.get().reason
    assert reason.startswith("the licensing window ends before it begins (line ")
    assert "2020-01-01" in reason


def test_a_package_whose_film_is_missing_is_refused(site: Site, edges: list[Path]) -> None:
    site.drop_film("film")
    (site.folder(INBOX) / "film.ts").unlink()
    assert site.work().rejected == 1
    assert site.there() == {ERRORS: ["film.error.json", "film.xml"]}


def test_a_film_that_nobody_could_look_into_in_time_is_looked_into_again(site: Site, edges: list[Path]) -> None:
    site.tools = replace(site.tools, prober=SlowProber(times=2))
    site.drop_film("film")
    site.work()
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.attempts, ticket.reason) == ("open", 1, "ffprobe took too long")
    site.clock.wait(seconds=11)
    site.work()
    site.clock.wait(seconds=21)
    assert site.work().published == 1


def test_a_film_that_nobody_can_look_into_is_held_and_goes_on_by_hand(site: Site, edges: list[Path]) -> None:
    site.tools = replace(site.tools, prober=SlowProber(times=MOST_WITHOUT_VERDICT))
    site.drop_film("film")
    for _ in range(MOST_WITHOUT_VERDICT + 2):
        site.work()
        site.clock.wait(hours=1)
    ticket = Ticket.objects.get()
    told = f"held after {MOST_WITHOUT_VERDICT} attempts: ffprobe took too long"
    assert (ticket.state, ticket.is_held, ticket.attempts, ticket.reason) == ("open", True, MOST_WITHOUT_VERDICT, told)
    retry(actor=system("anna"), ticket=ticket, now=site.clock())
    assert site.work().published == 1


def test_an_edge_that_is_away_is_tried_again_and_the_other_keeps_what_it_has(site: Site, edges: list[Path]) -> None:
    edges[1].rmdir()
    site.drop_film("film")
    site.work()
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.attempts, titles()) == ("wait_transfer", 1, [])
    assert sorted(Transfer.objects.values_list("state", flat=True)) == ["done", "failed"]
    edges[1].mkdir()
    site.clock.wait(seconds=11)
    assert site.work().published == 1


def test_what_a_resumed_transfer_had_brought_before_makes_it_no_faster(
    site: Site, edges: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_at, noted = [10_000], list[int]()

    def note_of_a_running_one() -> int:
        running = Transfer.objects.filter(state="running", bytes_done__gt=10_000)
        return eventually(lambda: running.values_list("bytes_done", flat=True).first())

    class Watched(FolderTransport):
        def send(self, source: Path, name: str, *, sha256: str, progress: Progress = no_progress) -> Stored:
            def tell(done: int) -> None:
                site.clock.wait(seconds=1)
                if cut_at and done >= cut_at[0]:
                    raise TransferFailed("the line was cut")
                progress(done)
                if done == len(MOVIE):
                    noted.append(in_a_thread(note_of_a_running_one))

            return super().send(source, name, sha256=sha256, progress=tell)

    edges[1].rmdir()
    monkeypatch.setattr(transfers, "TELL_EVERY", 0)
    Edge.objects.update(bytes_per_second=80_000)  # pieces of 10,000 bytes
    site.tools = replace(site.tools, transports={"folder": Watched})
    site.drop_film("film")
    site.work()
    cut_at.clear()
    site.clock.wait(seconds=11)
    site.work()
    row = Transfer.objects.get(state="done")
    assert (row.bytes_before, row.bytes_done) == (10_000, len(MOVIE))
    speed = progress_of(row.bytes_done, row.bytes_total, row.started_at, row.changed_at, row.bytes_before).speed
    assert noted
    assert speed is not None
    assert speed <= (len(MOVIE) - 10_000) / 2


def test_packages_of_one_asset_are_published_in_the_order_they_came(site: Site, edges: list[Path]) -> None:
    site.drop_film("a")
    site.drop("b.xml", load_mode=LoadMode.UPDATE, version=(1, 1))
    site.drop_film("c", load_mode=LoadMode.UPDATE, version=(1, 2))
    site.drop("d.xml", load_mode=LoadMode.UPDATE, version=(1, 3))
    assert site.work().published == 4
    assert order() == ["a.xml", "b.xml", "c.xml", "d.xml"]


def test_a_new_film_takes_the_place_of_the_old_one_which_stays_for_those_who_watch_it(
    site: Site, edges: list[Path]
) -> None:
    site.drop_film("a")
    site.work()
    site.drop_film("b", load_mode=LoadMode.UPDATE, version=(1, 1))
    site.work()
    assert [len(list(edge.rglob("*.ts"))) for edge in edges] == [2, 2]
    site.clock.wait(hours=7)
    site.work()
    assert [[path.name for path in edge.rglob("*.ts")] for edge in edges] == [["b.ts"], ["b.ts"]]


def test_a_film_for_nobodys_edges_waits_and_says_why(site: Site) -> None:
    site.drop_film("film")
    site.drop_film("other", groups=("Nowhere",), asset="films.example/OTHR0123456789012345")
    site.work()
    told = Ticket.objects.order_by("pk").values_list("state", "reason")
    assert list(told) == [
        ("wait_transfer", "there is no edge to send it to"), ("wait_transfer", "there is no service group Nowhere"),
    ]  # fmt: skip


def test_the_usual_groups_are_there_and_one_has_all_edges(site: Site) -> None:
    (site.data / "edge").mkdir()
    make_edge(site.inbox.operator, str(site.data / "edge"))
    site.drop_film("film", groups=("alledeges",))
    assert site.work().published == 1
    names = ServiceGroup.objects.order_by("pk").values_list("name", "has_all_edges")
    assert list(names) == [("Alledges", True), ("Catalogo", False), ("Pills", False)]
    assert [path.name for path in (site.data / "edge").rglob("*.ts")] == ["film.ts"]


def test_how_an_edge_does_is_known_by_its_transfers(site: Site, edges: list[Path]) -> None:
    edges[1].rmdir()
    site.drop_film("film")
    site.work()
    told = list(Edge.objects.order_by("pk").values_list("checked_at", "failure"))
    assert told == [(site.clock(), ""), (site.clock(), f"there is no folder {edges[1]}")]
    edges[1].mkdir()
    site.clock.wait(hours=1)
    site.work()
    assert list(Edge.objects.values_list("failure", flat=True)) == ["", ""]


def test_what_is_rejected_on_its_way_is_taken_off_the_edges_it_had_reached(site: Site, edges: list[Path]) -> None:
    edges[1].rmdir()
    site.drop_film("film")
    site.work()
    assert len(list(edges[0].rglob("*.ts"))) == 1
    reject(actor=system("anna"), ticket=Ticket.objects.get(), now=site.clock(), reason="the contract is over")
    site.work()
    assert not list(edges[0].rglob("*.ts"))


def test_an_edge_that_is_away_and_a_file_that_cannot_go_keep_no_other_one_on_the_edges(
    site: Site, edges: list[Path]
) -> None:
    away, there = Edge.objects.order_by("pk")
    due = {"operator": there.operator, "asset": "films.example/1", "at": site.clock(), "remove_after": site.clock()}
    EdgeFile.objects.bulk_create(EdgeFile(edge=away, remote=f"{number}.ts", **due) for number in range(101))
    EdgeFile.objects.bulk_create(EdgeFile(edge=there, remote=name, **due) for name in ("stuck", "film.ts"))
    edges[0].rmdir()
    (edges[1] / "stuck/in").mkdir(parents=True)
    (edges[1] / "film.ts").touch()
    for _ in range(2):
        site.work()
    assert [path.name for path in edges[1].iterdir()] == ["stuck"]
    assert EdgeFile.objects.get(edge=there).remove_after > site.clock()
    assert EdgeFile.objects.filter(edge=away).count() == 101


def test_what_a_person_encrypts_waits_for_that_person(site: Site, edges: list[Path]) -> None:
    type(site.inbox).objects.update(encryptor="manual")
    site.drop_film("film", wants_encryption=True)
    site.work()
    assert (site.states(), site.there()) == (["wait_encrypting"], {ENCRYPTING: ["film.ts", "film.xml"]})
    anna = system("anna")
    begin_encryption(actor=anna, ticket=Ticket.objects.get(), now=site.clock())
    site.work()  # a new process leaves alone what a person is doing
    assert site.states() == ["in_encrypting"]
    report_encryption(actor=anna, ticket=Ticket.objects.get(), now=site.clock(), is_good=True)
    assert site.work().published == 1
    assert site.there() == {PUBLISHED: ["film.ts", "film.xml"]}


def test_what_is_reopened_leaves_no_error_behind(site: Site) -> None:
    site.drop("a.xml")
    site.drop("b.xml", version=(1, 1))  # a second insert
    site.work()
    assert site.there()[ERRORS] == ["b.error.json", "b.xml"]
    reopen(actor=system("anna"), ticket=Ticket.objects.get(state="rejected"), now=site.clock(), reason="let me see")
    bench = site.bench()
    assert settle(bench)
    assert site.there() == {TO_PUBLISH: ["b.xml"], PUBLISHED: ["a.xml"]}


def test_an_inbox_that_is_moved_is_watched_where_it_is_now(site: Site) -> None:
    engine = site.engine()
    engine.turn()
    type(site.inbox).objects.update(path="elsewhere")
    site.inbox.refresh_from_db()
    site.folder(INBOX).mkdir()
    site.drop("a.xml")
    for _ in range(2):
        engine.turn()
    engine.end()
    assert site.states() == ["closed"]


def test_a_profile_that_cannot_be_used_is_told_at_the_inbox_and_stops_nothing_else(site: Site) -> None:
    ticket = make_ticket(site.inbox, package=package_to_json(make_package()), asset=make_package().asset)
    type(site.inbox).objects.update(profile={"zone": "Nowhere/At all"})
    site.drop("a.xml", asset="films.example/OTHR0123456789012345")
    site.work()
    ticket.refresh_from_db()
    site.inbox.refresh_from_db()
    assert (ticket.state, "time zone" in site.inbox.failure, site.there()) == ("closed", True, {INBOX: ["a.xml"]})


def test_what_is_reopened_goes_again_to_the_edges_it_was_taken_off(site: Site, edges: list[Path]) -> None:
    edges[1].rmdir()
    site.drop_film("film")
    site.work()
    reject(actor=system("anna"), ticket=Ticket.objects.get(), now=site.clock(), reason="the contract is over")
    site.work()
    edges[1].mkdir()
    reopen(actor=system("anna"), ticket=Ticket.objects.get(), now=site.clock(), reason="it goes on")
    site.work()
    assert site.states() == ["closed"]
    assert [[path.read_bytes() == MOVIE for path in edge.rglob("*.ts")] for edge in edges] == [[True], [True]]
