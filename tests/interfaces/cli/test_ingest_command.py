"""`headend ingest`: a folder worked off, tickets decided about, and what waits."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from tests.factories import make_operator
from tests.factories.ingest import make_inbox, make_ticket
from tests.factories.packages import adi1_xml, make_package
from typer.testing import CliRunner, Result

from headend.ingest.actions.lease import the_lease
from headend.ingest.models import Inbox, Ticket
from headend.ingest.ports import FileRole, PackageFile
from headend.operators.models import Operator
from headend.roles.ingest import app, service
from headend.settings.config import current
from headend.vod.models import Title

pytestmark = pytest.mark.django_db(transaction=True)
WITH_A_FILM = {"files": (PackageFile(FileRole.MOVIE, "film.ts"),)}


@pytest.fixture
def operator() -> Operator:
    return make_operator(name="Acme")


@pytest.fixture(autouse=True)
def _handlers_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def ingest(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def work_off(folder: Path) -> dict[str, object]:
    done = ingest("run", "--inbox", folder, "--until-idle", "--json")
    assert done.exit_code == 0, done.output
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def drop(folder: Path, name: str, **fields: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(adi1_xml(make_package(**fields)))


def test_a_folder_is_worked_off(operator: Operator, tmp_path: Path) -> None:
    drop(tmp_path / "films", "good.xml")
    (tmp_path / "films/bad.xml").write_text("<ADI>")
    told = work_off(tmp_path / "films")
    assert float(str(told.pop("seconds"))) > 0
    assert told == {"taken": 2, "published": 1, "rejected": 1, "waiting": 0}
    assert Title.objects.get().operator == operator
    drop(tmp_path / "films", "again.xml", version=(1, 1))
    told = work_off(tmp_path / "films")
    assert (told["taken"], told["rejected"], Inbox.objects.count()) == (1, 1, 1)


def test_a_folder_that_is_an_inbox_already_is_that_inbox_whatever_it_is_called(operator: Operator) -> None:
    inbox = make_inbox(operator, path="ingest/films")
    drop(current().data / "ingest/films", "a.xml")
    (current().data / "alias").symlink_to("ingest/films")
    assert work_off(current().data / "alias")["taken"] == 1
    assert Ticket.objects.get().inbox == inbox


@pytest.mark.parametrize("path", ["films/pubblicare", "films/new", ".", "theirs"])
def test_no_inbox_comes_to_lie_in_another_ones(operator: Operator, tmp_path: Path, path: str) -> None:
    make_inbox(operator, path=str(tmp_path / "films"), name="Films")
    make_inbox(make_operator(name="Other"), path=str(tmp_path / "theirs"))
    refused = ingest("run", "--inbox", tmp_path / path, "--until-idle", "--operator", "Acme")
    assert refused.exit_code == 2
    assert "is the inbox" in refused.stderr
    assert Inbox.objects.count() == 2


def test_the_state_of_things_and_what_waits_for_files(operator: Operator) -> None:
    inbox = make_inbox(operator, path="films", name="Films", grace_minutes=15)
    drop(current().data / "films", "film.xml", **WITH_A_FILM)
    assert json.loads(ingest("run", "--until-idle", "--json").stdout)["waiting"] == 1
    make_ticket(inbox)
    told = json.loads(ingest("status", "--json").stdout)
    waiting = told["incomplete"][0]
    assert (told["holder"], told["mode"], told["tickets"]) == ("", "work", {"wait_publication": 1})
    assert (waiting["inbox"], waiting["file"], waiting["missing"]) == ("Films", "film.xml", ["film.ts"])
    assert "Films: film.xml waits for film.ts" in ingest("status").stdout


def test_tickets_are_decided_about(operator: Operator) -> None:
    ticket = make_ticket(make_inbox(operator), name="The Lighthouse")
    for words, said in (
        (("hold", ticket.pk, "--reason", "the contract"), "wait_publication, held"),
        (("release", ticket.pk), "wait_publication"),
        (("retry", ticket.pk), "wait_publication"),
        (("reject", ticket.pk, "--reason", "the contract"), "rejected"),
        (("reopen", ticket.pk, "--reason", "a new contract"), "open"),
    ):
        done = ingest(*words)
        assert (done.exit_code, done.stdout) == (0, f"ticket {ticket.pk}: {said}\n"), words
    assert "The Lighthouse" in ingest("tickets", "--state", "open").stdout
    assert ingest("tickets", "--state", "asleep").exit_code == 2
    for words in (
        ("retry", 10**6),
        ("reject", ticket.pk, "--reason", " "),
        ("retry", ticket.pk, "--operator", "Nobody"),
    ):
        refused = ingest(*words)
        assert refused.exit_code in (1, 2)
        assert "Traceback" not in refused.output


def test_where_another_process_works_that_one_does_it(operator: Operator, tmp_path: Path) -> None:
    make_inbox(operator, path=str(tmp_path / "films"), poll_seconds=1)
    stopping = threading.Event()

    def work() -> None:
        try:
            service(stopping).work()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        while not the_lease().holder:
            time.sleep(0.05)
        number = the_lease().number
        drop(tmp_path / "films", "good.xml")
        (tmp_path / "films/bad.xml").write_text("<ADI>")
        told = work_off(tmp_path / "films")
        assert (told["taken"], told["published"], told["rejected"]) == (2, 1, 1)
        assert the_lease().number == number, "nobody has taken over"
    finally:
        stopping.set()
        thread.join(20)
