"""Packages in the console: board, tickets and their deeds, inboxes, edges, figures."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.ingest import make_edge, make_group, make_inbox, make_ticket, make_transfer
from tests.factories.operators import make_operator, make_staff

from headend.ingest.actions import uploads as uploads_actions
from headend.ingest.actions.arrivals import OURS
from headend.ingest.actions.lease import NAME, the_lease
from headend.ingest.errors import TransferFailed
from headend.ingest.models import Edge, EncryptorKind, Inbox, Incomplete, Lease, Mode, Ticket
from headend.ingest.ports import EdgeAddress
from headend.ingest.queries import inboxes_seen_by
from headend.ingest.rules.states import State
from headend.kernel.sealing import seal, unseal
from headend.operators.models import ApiKey, AuditEntry, Operator
from headend.operators.queries import rest_key
from headend.operators.rules import Role

pytestmark = pytest.mark.django_db
PACKAGE = {
    "format": "adi1",
    "groups": ["Alledges"],
    "title": {"name": "The film", "year": 1999, "actors": ["Rossi,Anna"], "extra": {"Box_Office": "12"}},
    "files": [{"name": "film.ts", "role": "movie", "size": 2048, "md5": "ab" * 16, "is_updated": True}],
}
DEVIATION = {
    "message": "a value is longer",
    "line": 17,
    "place": "title/Title_Brief",
    "value": "Very",
    "is_refusal": False,
}


@pytest.fixture
def operator() -> Operator:
    return make_operator()


def client_of(role: Role, operator: Operator | None = None) -> Client:
    client = Client()
    client.force_login(make_staff(role=role, operator=operator))
    return client


@pytest.fixture
def admin(operator: Operator) -> Client:
    return client_of(Role.OPERATOR_ADMIN, operator)


def page(model: str, name: str, *args: Any) -> str:
    return reverse(f"admin:ingest_{model}_{name}", args=args)


def said(response: Any) -> list[str]:
    """What the next page tells of an action."""
    return [str(message) for message in response.context["messages"]]


def do(client: Client, ticket: Ticket, deed: str, **given: str) -> list[str]:
    found = client.post(page("ticket", "change", ticket.pk), {"deed": deed, **given}, follow=True)
    ticket.refresh_from_db()
    return said(found)


# --- tickets ---


def test_the_page_of_a_ticket_tells_all_of_it(admin: Client, operator: Operator) -> None:
    inbox = make_inbox(operator)
    files = {"film.xml": "film.xml", "film.ts": "film-1.ts"}
    ticket = make_ticket(inbox, package=PACKAGE, files=files, deviations=[DEVIATION], name="The film")
    edge = make_edge(operator, "/srv/one")
    make_transfer(ticket, make_group(operator, edge), edge, state="failed", failure="the line broke")
    shown = admin.get(page("ticket", "change", ticket.pk)).content.decode()
    for told in (
        "The film", "1999", "Rossi,Anna", "Box_Office", "title/Title_Brief", ">17<", "pubblicare/film-1.ts",
        "ab" * 16, "the line broke", "Alledges",
    ):  # fmt: skip
        assert told in shown, told


def test_a_ticket_is_held_with_a_reason_and_released(admin: Client, operator: Operator) -> None:
    ticket = make_ticket(make_inbox(operator))
    assert do(admin, ticket, "hold") == ["say why"]
    assert not ticket.is_held
    assert do(admin, ticket, "hold", reason="rights unclear") == ["The ticket is held."]
    assert (ticket.is_held, ticket.reason) == (True, "rights unclear")
    do(admin, ticket, "release")
    assert not ticket.is_held
    assert AuditEntry.objects.filter(entity="ingest.ticket", object_id=ticket.pk, verb="change").count() == 2


def test_a_ticket_is_rejected_and_begins_anew(admin: Client, operator: Operator) -> None:
    ticket = make_ticket(make_inbox(operator), package=PACKAGE)
    do(admin, ticket, "reject", reason="wrong film")
    assert (ticket.state, ticket.folder, ticket.is_open) == (State.REJECTED, "errors", False)
    assert "state" in " ".join(do(admin, ticket, "hold", reason="x"))
    do(admin, ticket, "reopen", reason="the right one after all")
    assert ticket.state == State.OPEN
    left = list(ticket.history.order_by("pk").values_list("state_entered", "reason", "actor_name"))
    assert [each[:2] for each in left] == [("rejected", "wrong film"), ("open", "the right one after all")]
    assert left[0][2]


def test_a_state_is_set_to_any_that_nobody_works_in(admin: Client, operator: Operator) -> None:
    ticket = make_ticket(make_inbox(operator))
    offered = dict(admin.get(page("ticket", "change", ticket.pk)).context["states"])
    assert "in_transfer" not in offered
    do(admin, ticket, "set_state", state="wait_transfer", reason="once more")
    assert ticket.state == State.WAIT_TRANSFER
    for wrong in ("in_transfer", "everywhere", ""):
        do(admin, ticket, "set_state", state=wrong, reason="once more")
        assert ticket.state == State.WAIT_TRANSFER


def test_an_encryption_by_hand_is_reported(admin: Client, operator: Operator) -> None:
    by_hand = make_inbox(operator, encryptor=EncryptorKind.MANUAL)
    ticket = make_ticket(by_hand, state=State.WAIT_ENCRYPTING)
    do(admin, ticket, "begin_encryption")
    assert ticket.state == State.IN_ENCRYPTING
    do(admin, ticket, "encrypted")
    assert ticket.state == State.WAIT_TRANSFER
    refused = make_ticket(by_hand, state=State.IN_ENCRYPTING)
    do(admin, refused, "refused", reason="no key frames")
    assert (refused.state, refused.reason) == (State.REJECTED, "no key frames")
    by_engine = make_ticket(make_inbox(operator), state=State.WAIT_ENCRYPTING)
    do(admin, by_engine, "encrypted")
    assert by_engine.state == State.WAIT_ENCRYPTING


def test_those_who_may_only_look_have_no_buttons(operator: Operator) -> None:
    support, ticket = client_of(Role.SUPPORT, operator), make_ticket(make_inbox(operator))
    address = page("ticket", "change", ticket.pk)
    assert 'name="deed"' not in support.get(address).content.decode()
    assert support.post(address, {"deed": "hold", "reason": "x"}).status_code == 403
    chosen = {"action": "hold", "_selected_action": [ticket.pk], "_asked": "1", "reason": "x"}
    support.post(page("ticket", "changelist"), chosen)
    ticket.refresh_from_db()
    assert not ticket.is_held


def test_many_are_held_and_tried_again_at_once(admin: Client, operator: Operator) -> None:
    inbox, foreign = make_inbox(operator), make_ticket()
    tickets = [make_ticket(inbox), make_ticket(inbox), make_ticket(inbox, state=State.CLOSED)]
    chosen = {"action": "hold", "_selected_action": [each.pk for each in (*tickets, foreign)]}
    asked = admin.post(page("ticket", "changelist"), chosen)
    assert "reason" in asked.context["form"].fields
    done = admin.post(page("ticket", "changelist"), {**chosen, "_asked": "1", "reason": "all wait"}, follow=True)
    assert said(done) == ["2 records were changed.", "1 ticket is not in a state in which this can be done."]
    assert set(Ticket.objects.filter(is_held=True)) == set(tickets[:2])


def test_tickets_are_found_by_asset_title_and_file(admin: Client, operator: Operator) -> None:
    inbox = make_inbox(operator)
    wanted = make_ticket(inbox, asset="film.example/WANT1", name="Mare d'inverno", file_name="mare.xml")
    make_ticket(inbox, name="Another", file_name="other.xml", state=State.CLOSED)
    for text in ("WANT1", "d'inverno", "mare.x"):
        assert [each.pk for each in admin.get(page("ticket", "changelist"), {"q": text}).context["cl"].result_list] == [
            wanted.pk
        ]
    closed = admin.get(page("ticket", "changelist"), {"state__exact": "closed"}).context["cl"].result_list
    assert [each.name for each in closed] == ["Another"]
    table = b"".join(admin.post(page("ticket", "export"), {"format": "csv"}).streaming_content).decode("utf-8-sig")
    assert "Mare d'inverno" in table


# --- the board ---


def test_the_board_shows_lanes_transfers_and_who_works(admin: Client, operator: Operator) -> None:
    inbox, now = make_inbox(operator), timezone.now()
    held = make_ticket(inbox, is_held=True, name="Held film")
    make_ticket(inbox, state=State.REJECTED, name="Old refusal", closed_at=now - timedelta(days=3))
    make_ticket(inbox, state=State.REJECTED, name="New refusal", closed_at=now - timedelta(hours=3))
    going = make_ticket(inbox, state=State.IN_TRANSFER, name="Going film")
    edge = make_edge(operator, "/srv/one")
    times = {"started_at": now - timedelta(seconds=10), "changed_at": now}
    make_transfer(going, make_group(operator, edge), edge, state="running", bytes_done=250, **times)
    the_lease()
    Lease.objects.filter(name=NAME).update(holder="host 7", beats=41)
    shown = admin.get(reverse("admin:ingest_board"))
    lanes = {str(lane.words): lane for lane in shown.context["lanes"]}
    assert (lanes["waits for publication"].count, lanes["waits for publication"].held) == (1, 1)
    assert lanes["waits for publication"].tickets == [held]
    assert [each.name for each in lanes["rejected"].tickets] == ["New refusal"]
    [row] = shown.context["transfers"]
    assert (row.progress.percent, row.progress.speed, row.left) == (25, 25.0, "0:00:30")
    text = shown.content.decode()
    assert "host 7 works." in text
    live = admin.get(reverse("admin:ingest_board"), {"beats": "41"}, headers={"HX-Request": "true"}).content.decode()
    assert live.lstrip().startswith('<div id="board"')
    assert "silent" in live
    again = admin.get(reverse("admin:ingest_board"), {"beats": "40"}, headers={"HX-Request": "true"}).content.decode()
    assert "host 7 works." in again


def test_board_and_inbox_say_which_packages_wait_for_files(admin: Client, operator: Operator) -> None:
    inbox = make_inbox(operator, path=f"ingest/{operator.pk}/in")
    for each in (inbox, make_inbox()):
        name = "film.xml" if each is inbox else "foreign.xml"
        Incomplete.objects.create(inbox=each, file_name=name, missing=["film.ts", "<b>.jpg"], since=timezone.now())
    board = admin.get(reverse("admin:ingest_board")).content.decode()
    assert "film.xml" in board
    assert "film.ts, &lt;b&gt;.jpg" in board
    assert "foreign.xml" not in board
    assert "film.xml: film.ts, &lt;b&gt;.jpg" in admin.get(page("inbox", "change", inbox.pk)).content.decode()


def test_the_board_and_figures_hold_nothing_of_another_operator(admin: Client, operator: Operator) -> None:
    theirs = make_inbox(name="Their inbox")
    ticket = make_ticket(theirs, name="Their film", state=State.IN_TRANSFER)
    edge = make_edge(theirs.operator, "/srv/theirs", name="Their edge")
    make_transfer(ticket, make_group(theirs.operator, edge), edge, state="running")
    make_ticket(theirs, state=State.REJECTED, reason="Their reason", closed_at=timezone.now())
    for name in ("ingest_board", "ingest_figures"):
        assert "Their " not in admin.get(reverse(f"admin:{name}")).content.decode()


def test_only_superusers_steer_the_work(operator: Operator, admin: Client) -> None:
    board = reverse("admin:ingest_board")
    assert admin.post(board, {"mode": "stop"}).status_code == 403
    assert the_lease().mode == Mode.WORK
    chief = client_of(Role.SUPERUSER)
    Lease.objects.filter(name=NAME).update(beats=7, number=3, holder="host 7")
    assert chief.post(board, {"mode": "drain"}).status_code == 302
    lease = the_lease()
    assert (lease.mode, lease.beats, lease.number, lease.holder) == (Mode.DRAIN, 7, 3, "host 7")
    chief.post(board, {"transfers": "9", "encryptions": "2"})
    assert (the_lease().transfers, the_lease().encryptions) == (9, 2)
    assert "transfers" in chief.post(board, {"transfers": "0", "encryptions": "2"}).context["form"].errors
    assert chief.post(board, {"mode": "sleep"}).status_code == 403
    assert AuditEntry.objects.filter(entity="ingest.lease").count() == 2


def test_dealers_and_holders_of_rights_do_not_see_ingest(operator: Operator) -> None:
    for role in (Role.MONITORING, Role.COPYRIGHT_HOLDER):
        client = client_of(role, operator)
        for name in ("ingest_board", "ingest_figures"):
            assert client.get(reverse(f"admin:{name}")).status_code == 403


# --- figures ---


def test_figures_tell_queues_days_durations_and_reasons(admin: Client, operator: Operator) -> None:
    inbox, now = make_inbox(operator, name="Studio"), timezone.now()
    make_ticket(inbox)
    for minutes in (1, 2, 3, 60):
        make_ticket(inbox, state=State.CLOSED, arrived_at=now - timedelta(minutes=minutes), closed_at=now)
    for reason in ("no title (line 3, a.xml)", "no title (line 9)", "late"):
        make_ticket(inbox, state=State.REJECTED, reason=reason, closed_at=now)
    context = admin.get(reverse("admin:ingest_figures")).context
    assert [(name, total) for name, _numbers, total in context["queues"]] == [("Studio", 1), ("Total", 1)]
    assert (context["bars"][-1].first, context["bars"][-1].second) == ("4", "3")
    assert (context["durations"].number, context["durations"].median) == (4, "0:02:30")
    assert context["reasons"] == [("no title", 2), ("late", 1)]


# --- inboxes and edges ---


def form_for(inbox: Inbox, **changed: str) -> dict[str, str]:
    given = {
        "name": inbox.name, "path": inbox.path, "encryptor": inbox.encryptor, "scheme": inbox.scheme, "profile": "{}",
        "is_enabled": "on", "stable_seconds": "5", "poll_seconds": "5", "patience_hours": "24", "grace_minutes": "15",
        "format": "",
    }  # fmt: skip
    return {**given, **changed}


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"profile": '{"zone": "Mars/Base"}'}, "profile", "time zone"),
        ({"profile": '{"colour": 1}'}, "profile", "colour"),
        ({"profile": "{"}, "profile", "Line 1"),
        ({"path": "/etc"}, "path", "superusers"),
        ({"path": "../elsewhere"}, "path", "superusers"),
        ({"path": "ingest/7/../../x"}, "path", "superusers"),
        ({"folders_errors": "../out"}, "folders", "no folder inside"),
        ({"folders_errors": "pubblicati"}, "folders", "of its own"),
        ({"format": "doc"}, "format", "valid choice"),
    ],
)
def test_an_inbox_is_checked_at_the_field(
    admin: Client, operator: Operator, changed: dict[str, str], field: str, words: str
) -> None:
    inbox = make_inbox(operator, path=f"ingest/{operator.pk}/in")
    answer = admin.post(page("inbox", "change", inbox.pk), form_for(inbox, **changed))
    errors = answer.context["adminform"].form.errors
    assert list(errors) == [field]
    assert words in str(errors[field])


def test_no_inbox_lies_in_another_ones(operator: Operator) -> None:
    chief, other = client_of(Role.SUPERUSER), make_inbox(path="/srv/inboxes/studio")
    inbox = make_inbox(operator, path=f"ingest/{operator.pk}/in")
    for path in ("/srv/inboxes/studio", "/srv/inboxes/studio/pubblicare", "/srv/inboxes", "/srv/inboxes/x/../studio"):
        answer = chief.post(page("inbox", "change", inbox.pk), form_for(inbox, path=path))
        assert "path" in answer.context["adminform"].form.errors, path
    assert chief.post(page("inbox", "change", inbox.pk), form_for(inbox, path="/srv/inboxes/s")).status_code == 302
    assert Inbox.objects.get(pk=other.pk).path == "/srv/inboxes/studio"


def test_a_profile_and_folders_are_kept(admin: Client, operator: Operator) -> None:
    given = form_for(Inbox(name="Studio", path=f"ingest/{operator.pk}/studio", encryptor="manual"))
    given |= {"profile": '{"zone": "Europe/Rome"}', "folders_errors": "errors", "format": "adi1"}
    answer = admin.post(page("inbox", "add"), given)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    inbox = Inbox.objects.get()
    assert (inbox.operator, inbox.format, inbox.profile) == (operator, "adi1", {"zone": "Europe/Rome"})
    assert (inbox.folders["errors"], inbox.folders["to_publish"]) == ("errors", "pubblicare")


def test_an_edges_password_is_sealed_and_never_shown(admin: Client, operator: Operator) -> None:
    given = {"name": "Milano", "transport": "ftp", "host": "ftp.example", "port": "0", "bytes_per_second": "0"}
    given |= {"is_enabled": "on", "new_password": "s3cret of edges", "options": "passive: yes"}
    assert admin.post(page("edge", "add"), given).status_code == 302
    edge = Edge.objects.get()
    assert unseal(edge.sealed_password, settings.ENCRYPTION_KEY) == "s3cret of edges"
    assert edge.options == {"passive": "yes"}
    assert "s3cret" not in admin.get(page("edge", "change", edge.pk)).content.decode()
    assert not AuditEntry.objects.filter(changes__icontains="s3cret").exists()
    for wrong, field in (({"host": ""}, "host"), ({"port": "70000"}, "port"), ({"transport": "folder"}, "transport")):
        refused = admin.post(page("edge", "change", edge.pk), {**given, **wrong})
        assert field in refused.context["adminform"].form.errors


class _Way:
    """An edge that lets in whoever knows the password."""

    def __init__(self, edge: EdgeAddress) -> None:
        self._edge = edge

    def check(self) -> None:
        if self._edge.password != "right":
            raise TransferFailed("the password is refused")


WAYS = {"ftp": _Way}


def test_an_edge_is_looked_at(admin: Client, operator: Operator, settings: Any) -> None:
    settings.EDGE_TRANSPORTS = f"{__name__}.WAYS"
    edge = make_edge(operator, "/", transport="ftp", host="ftp.example")
    address = f"/console/ingest/edge/{edge.pk}/check/"
    admin.post(address, {"_form_submitted": "1"}, headers={"HX-Request": "true"})
    edge.refresh_from_db()
    assert (edge.failure, edge.checked_at is None) == ("the password is refused", False)
    Edge.objects.update(sealed_password=seal("right", settings.ENCRYPTION_KEY))
    admin.post(address, {"_form_submitted": "1"}, headers={"HX-Request": "true"})
    edge.refresh_from_db()
    assert edge.failure == ""
    support = client_of(Role.SUPPORT, operator)
    Edge.objects.update(checked_at=None)
    support.post(address, {"_form_submitted": "1"})
    assert Edge.objects.get().checked_at is None


# --- uploads ---


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    """A data directory of our own."""
    settings.HEADEND = replace(settings.HEADEND, data=tmp_path, upload_megabytes=1)
    return tmp_path


def upload(client: Client, inbox: Inbox, **files: bytes) -> Any:
    given = [SimpleUploadedFile(name.replace("_", "."), content) for name, content in files.items()]
    return client.post(reverse("admin:ingest_upload"), {"inbox": inbox.pk, "package": given})


def test_a_package_is_put_into_the_inbox(admin: Client, operator: Operator, data: Path) -> None:
    inbox = make_inbox(operator, path="ingest/7/in")
    assert upload(admin, inbox, film_xml=b"<ADI/>", film_ts=b"film" * 1000).status_code == 302
    folder = data / "ingest/7/in"
    assert {each.name: each.read_bytes() for each in folder.glob("[!.]*") if each.is_file()} == {
        "film.xml": b"<ADI/>",
        "film.ts": b"film" * 1000,
    }
    entry = AuditEntry.objects.get(entity="ingest.inbox", verb="import")
    assert entry.changes == {"file": "film.ts, film.xml", "size": 4006}
    again = upload(admin, inbox, film_xml=b"<ADI/>", film_ts=b"other")
    assert "lies in the inbox already" in str(again.context["form"].errors)
    assert (folder / "film.ts").read_bytes() == b"film" * 1000
    assert not list(folder.glob("*.part"))


def test_a_film_is_not_copied_on_its_way_into_the_inbox(
    admin: Client, operator: Operator, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads, inbox = data / "uploads", make_inbox(operator, path="in")
    uploads.mkdir()
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", uploads)
    monkeypatch.setattr(settings, "FILE_UPLOAD_MAX_MEMORY_SIZE", 1000)
    spooled: list[int] = []
    move = uploads_actions.move_file

    def watched(source: Path, target: Path) -> None:
        spooled.append(source.stat().st_ino)
        move(source, target)

    monkeypatch.setattr(uploads_actions, "move_file", watched)
    assert upload(admin, inbox, film_xml=b"<ADI/>", film_ts=b"film" * 1000).status_code == 302
    film = data / "in/film.ts"
    assert film.read_bytes() == b"film" * 1000
    assert set(spooled) == {film.stat().st_ino, (data / "in/film.xml").stat().st_ino}
    assert film.stat().st_mode == (data / "in" / OURS).stat().st_mode, "its provider may read it"
    assert not list(uploads.iterdir())


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"film_ts": b"x"}, "description"),
        ({"film_xml": b"<ADI/>", "_htaccess": b"x"}, "cannot be a file name"),
        ({"film_xml": b"<ADI/>", "film_part": b"x"}, "unfinished"),
        ({"film_xml": b""}, "empty"),
    ],
)
def test_what_is_no_package_is_not_put_there(
    admin: Client, operator: Operator, data: Path, files: dict[str, bytes], words: str
) -> None:
    inbox = make_inbox(operator, path="in")
    assert words in str(upload(admin, inbox, **files).context["form"].errors)
    assert not (data / "in").exists()


def test_uploads_are_for_ones_own_inboxes_and_not_endless(admin: Client, operator: Operator, data: Path) -> None:
    theirs = make_inbox(path="theirs")
    assert "inbox" in upload(admin, theirs, film_xml=b"<ADI/>").context["form"].errors
    assert not (data / "theirs").exists()
    mine = make_inbox(operator, path="in")
    assert upload(admin, mine, film_xml=b"<ADI/>", film_ts=b"x" * 1_100_000).status_code == 413
    assert upload(client_of(Role.SUPPORT, operator), mine, film_xml=b"<ADI/>").status_code == 403
    (data / "in").write_text("no folder")
    assert "could not be written" in str(upload(admin, mine, film_xml=b"<ADI/>").context["form"].errors)


# --- providers ---


def test_a_key_is_issued_for_a_provider(admin: Client, operator: Operator) -> None:
    inbox, theirs = make_inbox(operator), make_inbox()
    chosen = {"action": "issue_key", "_selected_action": [inbox.pk, theirs.pk]}
    assert "may_upload" in admin.post(page("inbox", "changelist"), chosen).context["form"].fields
    issued = admin.post(page("inbox", "changelist"), {**chosen, "_asked": "1", "name": "Studio", "may_upload": "on"})
    key = ApiKey.objects.get(name="Studio")
    assert (key.operator, key.scopes) == (operator, ["packages:read", "packages:write"])
    assert rest_key(issued.context["text"], timezone.now()) == key
    assert list(inboxes_seen_by(key)) == [inbox]
    assert "no-store" in issued["Cache-Control"]
    assert f"Studio …{key.hint}" in admin.get(page("inbox", "change", inbox.pk)).content.decode()
    nobody = {**chosen, "_selected_action": [theirs.pk], "_asked": "1", "name": "Thief"}
    admin.post(page("inbox", "changelist"), nobody)
    client_of(Role.EDITOR, operator).post(page("inbox", "changelist"), {**nobody, "_selected_action": [inbox.pk]})
    assert not ApiKey.objects.filter(name="Thief").exists()


def test_the_dashboard_names_what_needs_attention(admin: Client, operator: Operator) -> None:
    by_hand = make_inbox(operator, encryptor=EncryptorKind.MANUAL, failure="it cannot be read", name="Studio")
    make_ticket(by_hand, state=State.WAIT_ENCRYPTING)
    make_ticket(by_hand, attempts=3)
    make_edge(operator, "/srv/one", name="Roma", failure="the password is refused")
    make_edge(make_operator(), "/srv/two", name="Theirs", failure="x")
    tasks = admin.get(reverse("admin:index")).context["tasks"]
    words = {task.words for task in tasks}
    assert {
        "Inbox “Studio”: it cannot be read",
        "Edge “Roma”: the password is refused",
        "1 package fails again and again.",
        "1 package waits for somebody who encrypts it.",
    } <= words
    assert not any("Theirs" in each for each in words)
    for task in tasks:
        assert admin.get(task.url).status_code == 200


def test_a_folder_is_looked_at_as_transfers_reach_it(admin: Client, operator: Operator, tmp_path: Path) -> None:
    edge = make_edge(operator, str(tmp_path / "films"))
    for is_there in (False, True):
        if is_there:
            (tmp_path / "films").mkdir()
        admin.post(f"/console/ingest/edge/{edge.pk}/check/", {"_form_submitted": "1"}, headers={"HX-Request": "true"})
        edge.refresh_from_db()
        assert (edge.failure == "") == is_there, edge.failure
    assert list((tmp_path / "films").iterdir()) == []
