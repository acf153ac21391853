"""Providers' packages by the REST API: what a key sees, and files that are put into inboxes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.factories.ingest import make_inbox, make_ticket
from tests.factories.operators import make_operator
from tests.factories.webhooks import make_endpoint
from tests.interfaces.rest.conftest import Caller, make_caller

from headend.ingest.actions.provider_keys import issue_provider_key
from headend.ingest.actions.tickets import hold, pull, refuse
from headend.ingest.models import Inbox, Incomplete, Ticket, TicketChange
from headend.ingest.rules.states import State, Trigger
from headend.interfaces.rest.api import describe
from headend.kernel.actor import system
from headend.kernel.errors import Invalid
from headend.operators.models import AuditEntry, Operator
from headend.webhooks.actions import take_events
from headend.webhooks.models import Delivery

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 15, 9, tzinfo=UTC)
DEVIATION = {"message": "too long", "line": 17, "place": "Title_Brief", "value": "Very", "is_refusal": False}


def provider_of(*inboxes: Inbox, may_upload: bool = True) -> Caller:
    _key, text = issue_provider_key(
        actor=system("tests"),
        inboxes=inboxes,
        name="Studio",
        may_upload=may_upload,
        sealing_key=settings.ENCRYPTION_KEY,
    )
    return Caller(inboxes[0].operator, text)


@pytest.fixture
def operator() -> Operator:
    return make_operator()


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    """A data directory of our own."""
    settings.HEADEND = replace(settings.HEADEND, data=tmp_path, upload_megabytes=1)
    return tmp_path


def test_a_provider_sees_the_packages_of_its_inboxes_alone(operator: Operator) -> None:
    mine, also, others = (make_inbox(operator) for _ in range(3))
    tickets = [make_ticket(inbox) for inbox in (mine, also, others)]
    foreign = make_ticket()
    provider, whole = provider_of(mine, also), make_caller(operator)
    assert provider.ids("packages") == [each.pk for each in tickets[:2]]
    assert provider.ids("inboxes") == [mine.pk, also.pk]
    assert whole.ids("packages") == [each.pk for each in tickets]
    for hidden in (tickets[2], foreign):
        for path in ("", "/deviations", "/history"):
            assert provider.get(f"packages/{hidden.pk}{path}").status_code == 404
    assert provider.ids("packages", inbox_id=others.pk) == []
    assert provider.get("titles").status_code == 403


def test_a_providers_key_stays_one_when_its_inboxes_are_gone(operator: Operator) -> None:
    mine, others = make_inbox(operator), make_inbox(operator)
    make_ticket(others)
    provider = provider_of(mine)
    mine.delete()
    assert (provider.ids("packages"), provider.ids("inboxes")) == ([], [])


def test_a_key_is_for_inboxes_of_one_operator() -> None:
    for inboxes in ((), (make_inbox(), make_inbox())):
        with pytest.raises(Invalid):
            issue_provider_key(actor=system("t"), inboxes=inboxes, name="x", may_upload=True, sealing_key="k")


def test_a_package_tells_its_state_deviations_and_history(operator: Operator) -> None:
    inbox = make_inbox(operator)
    ticket = make_ticket(inbox, name="The film", deviations=[DEVIATION], state=State.WAIT_TRANSFER)
    TicketChange.objects.create(ticket=ticket, at=NOW, state_entered="open", actor_name="anna of the staff")
    pull(actor=system("t"), ticket=ticket, trigger=Trigger.BEGIN, now=NOW, reason="it is time")
    provider = provider_of(inbox, may_upload=False)
    told = provider.get(f"packages/{ticket.pk}").json()
    assert (told["state"], told["name"], told["inbox_id"], told["is_open"]) == (
        "in_transfer", "The film", inbox.pk, True,
    )  # fmt: skip
    assert provider.get(f"packages/{ticket.pk}/deviations").json() == {"deviations": [DEVIATION]}
    history = provider.get(f"packages/{ticket.pk}/history")
    assert [(each["state_left"], each["state_entered"], each["reason"]) for each in history.json()["changes"]] == [
        ("", "open", ""),
        ("wait_transfer", "in_transfer", "it is time"),
    ]
    assert b"anna" not in history.content


def test_packages_are_listed_page_by_page_and_filtered(operator: Operator) -> None:
    inbox = make_inbox(operator)
    tickets = [
        make_ticket(inbox, state=state, changed_at=NOW + timedelta(hours=n), asset=f"film.example/A{n % 2}")
        for n, state in enumerate((State.CLOSED, State.OPEN, State.REJECTED, State.OPEN))
    ]
    provider, numbers = provider_of(inbox), [each.pk for each in tickets]
    assert provider.ids("packages", state="open") == [numbers[1], numbers[3]]
    assert provider.ids("packages", is_open="false") == [numbers[0], numbers[2]]
    assert provider.ids("packages", asset="film.example/A0") == [numbers[0], numbers[2]]
    assert provider.ids("packages", changed_from="2027-01-15T11:00:00Z") == numbers[2:]
    first = provider.get("packages", sort="-changed_at", limit=3).json()
    rest = provider.get("packages", sort="-changed_at", limit=3, cursor=first["next_cursor"]).json()
    assert [each["id"] for each in (*first["data"], *rest["data"])] == numbers[::-1]
    assert rest["next_cursor"] is None


def test_an_inbox_tells_which_packages_wait_for_files(operator: Operator) -> None:
    mine, others = make_inbox(operator), make_inbox(operator)
    for inbox in (mine, others):
        Incomplete.objects.create(inbox=inbox, file_name="film.xml", missing=["film.ts"], since=NOW)
    provider = provider_of(mine)
    told = provider.get(f"inboxes/{mine.pk}/incomplete").json()
    assert [(each["file_name"], each["missing"]) for each in told["packages"]] == [("film.xml", ["film.ts"])]
    assert provider.get(f"inboxes/{others.pk}/incomplete").status_code == 404


# --- uploads ---


def test_files_are_put_into_an_inbox(operator: Operator, data: Path) -> None:
    inbox = make_inbox(operator, path="in")
    provider, path = provider_of(inbox), f"inboxes/{inbox.pk}/files"
    film = provider.put(f"{path}/film one.ts", b"film" * 50_000)
    assert (film.status_code, film.json()["size"], film.json()["package_id"]) == (201, 200_000, None)
    assert provider.put(f"{path}/film one.ts", b"better").status_code == 201
    assert provider.put(f"{path}/film.xml", b"<ADI/>").status_code == 201
    found = {each.name: each.read_bytes() for each in (data / "in").glob("[!.]*") if each.is_file()}
    assert found == {"film one.ts": b"better", "film.xml": b"<ADI/>"}
    assert AuditEntry.objects.filter(entity="ingest.inbox", verb="import", actor_kind="api_key").count() == 3


@pytest.mark.parametrize("moved_from", ["", "inbox"])
def test_a_description_that_was_taken_makes_no_second_package(operator: Operator, data: Path, moved_from: str) -> None:
    inbox = make_inbox(operator, path="in")
    folder = data / "in" if moved_from else data / "in/pubblicare"
    folder.mkdir(parents=True)
    kept = folder / ("film.xml" if moved_from else "film-1.xml")
    kept.write_bytes(b"<ADI/>")
    ticket = make_ticket(inbox, file_name="film.xml", files={"film.xml": "film-1.xml"}, moved_from=moved_from)
    provider, path = provider_of(inbox), f"inboxes/{inbox.pk}/files/film.xml"
    again = provider.put(path, b"<ADI/>")
    assert (again.status_code, again.json()["package_id"]) == (200, ticket.pk)
    assert provider.put(path, b"<ADI>2</ADI>").status_code == 201
    refuse(actor=system("t"), ticket=ticket, now=NOW, reason="wrong")
    Ticket.objects.update(folder="to_publish", moved_from="")
    assert provider.put(path, b"<ADI/>").status_code == 201
    assert not list((data / "in").glob("*.part"))


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        (".htaccess", b"x", 422),
        ("film.ts.part", b"x", 422),
        ("a%5Cb.ts", b"x", 422),
        ("..", b"x", 422),
        ("C:film.ts", b"x", 422),
        ("a%2Fb.ts", b"x", 404),
        ("film.ts", b"x" * 1_000_001, 413),
    ],
)
def test_what_cannot_be_put_there(operator: Operator, data: Path, name: str, body: bytes, status: int) -> None:
    inbox = make_inbox(operator, path="in")
    answer = provider_of(inbox).put(f"inboxes/{inbox.pk}/files/{name}", body)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not [each for each in (data / "in").glob("*") if each.is_file()]


def test_who_may_not_put_files_there(operator: Operator, data: Path) -> None:
    inbox, others, off = make_inbox(operator), make_inbox(operator), make_inbox(operator, is_enabled=False)
    path = f"inboxes/{inbox.pk}/files/film.ts"
    assert provider_of(inbox, may_upload=False).put(path, b"x").status_code == 403
    assert provider_of(others).put(path, b"x").status_code == 404
    assert make_caller().put(path, b"x").status_code == 404
    assert provider_of(off).put(f"inboxes/{off.pk}/files/film.ts", b"x").status_code == 409
    provider = provider_of(inbox)
    client = Client(headers={"Authorization": f"Bearer {provider.key}"})
    assert client.generic("PUT", f"/api/v1/{path}", CONTENT_LENGTH="").status_code == 411
    short = client.generic("PUT", f"/api/v1/{path}", **{"wsgi.input": BytesIO(b"only"), "CONTENT_LENGTH": "9"})
    assert (short.status_code, short.json()["code"]) == (400, "incomplete")
    assert list(data.rglob("*.ts")) == []
    assert list(data.rglob("*.part")) == []


# --- webhooks ---


def test_webhooks_tell_of_packages(operator: Operator) -> None:
    make_endpoint(operator=operator, events=["package.*"])
    inbox, actor = make_inbox(operator), system("ingest")
    ticket, wrong = make_ticket(inbox, state=State.IN_PUBLICATION), make_ticket(inbox)
    hold(actor=actor, ticket=ticket, now=NOW, reason="wait")
    pull(actor=actor, ticket=ticket, trigger=Trigger.DONE, now=NOW)
    refuse(actor=actor, ticket=wrong, now=NOW, reason="no title")
    take_events(describe=describe, now=datetime.now(UTC))
    told = list(Delivery.objects.order_by("pk").values_list("event__name", "event__object_id"))
    assert told == [("package.changed", ticket.pk), ("package.published", ticket.pk), ("package.rejected", wrong.pk)]
    body = Delivery.objects.order_by("-pk")[0].event.body
    assert '"reason":"no title"' in body.replace(": ", ":")


def test_a_providers_webhook_hears_of_its_inboxes_alone(operator: Operator) -> None:
    mine, others = make_inbox(operator), make_inbox(operator)
    caller = make_caller(operator)
    given = {"name": "Studio", "url": "https://studio.example/", "events": ["package.*"]}
    made = caller.post("webhooks", {**given, "only": {"inbox_id": f"{mine.pk}, 999999"}})
    assert (made.status_code, made.json()["only"]) == (201, {"inbox_id": f"{mine.pk}, 999999"})
    for ticket in (make_ticket(others), make_ticket(mine)):
        hold(actor=system("ingest"), ticket=ticket, now=NOW, reason="wait")
    take_events(describe=describe, now=datetime.now(UTC))
    [delivery] = Delivery.objects.select_related("event")
    assert Ticket.objects.get(pk=delivery.event.object_id).inbox == mine
    span = {"since": "2020-01-01T00:00:00Z"}
    assert caller.post(f"webhooks/{made.json()['id']}/replay", span).json() == {"events": 1}
    for wrong in ({"": "1"}, {"inbox_id": " "}, {str(n): "1" for n in range(11)}):
        refused = caller.post("webhooks", {**given, "only": wrong})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "only")
