"""Tools of ingest: search, reports of titles, shelves cleaned by device or by title."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.ingest import make_edge, make_inbox, make_ticket
from tests.factories.operators import make_operator, make_staff
from tests.factories.subscribers import make_account, make_device
from tests.factories.viewing import make_purchase
from tests.factories.viewing import make_ticket as make_seance_ticket
from tests.factories.vod import make_seance, make_title

from headend.ingest.models import EdgeFile
from headend.operators.models import AuditEntry, Operator
from headend.operators.rules import Role

pytestmark = pytest.mark.django_db
TOOLS = "/console/ingest/tools/"


@pytest.fixture
def operator() -> Operator:
    return make_operator()


def client_of(role: Role, operator: Operator) -> Client:
    client = Client()
    client.force_login(make_staff(role=role, operator=operator))
    return client


@pytest.fixture
def admin(operator: Operator) -> Client:
    return client_of(Role.OPERATOR_ADMIN, operator)


def test_a_title_is_found_by_its_asset_its_name_and_its_file(admin: Client, operator: Operator) -> None:
    title = make_title(operator=operator, name="Il mare", external_id="film.example/MARE1")
    ticket = make_ticket(make_inbox(operator), name="Il mare", asset="film.example/MARE1", file_name="mare.xml")
    make_title(name="Il mare of others", external_id="film.example/MARE1")
    for text in ("MARE1", "il mare", "mare.xml"):
        page = admin.get(TOOLS, {"q": text}).content.decode()
        assert reverse("admin:ingest_ticket_change", args=(ticket.pk,)) in page
        assert (reverse("admin:vod_title_change", args=(title.pk,)) in page) == (text != "mare.xml")
        assert "of others" not in page
    assert "Nothing was found" in admin.get(TOOLS, {"q": "\0x%"}).content.decode()


def clean(client: Client, **asked: Any) -> Any:
    return client.post(TOOLS, asked, follow=True)


def test_the_shelf_of_a_device_is_cleaned_once_it_was_looked_at(admin: Client, operator: Operator) -> None:
    now = timezone.now()
    account, other = make_account(operator=operator), make_account(operator=operator)
    make_device(account=account, uid="00:1A:79:00:00:07")
    film = make_title(operator=operator)
    for_good, rented = (make_purchase(account=account, title=film, ends_at=e) for e in (None, now + timedelta(days=1)))
    over = make_purchase(account=account, title=film, ends_at=now - timedelta(days=1))
    theirs = make_purchase(account=other, title=film)
    seance = make_seance(title=film, starts_at=now + timedelta(days=1))
    ticket = make_seance_ticket(seance=seance, account=account)
    asked = {"operator": operator.pk, "device": "00:1a:79:00:00:07"}
    look = clean(admin, **asked).context["look"]
    assert (look.number, len(look.purchases), len(look.tickets)) == (3, 2, 1)
    for each in (for_good, rented, ticket):
        each.refresh_from_db()
    assert (for_good.ends_at, ticket.is_active) == (None, True)
    assert clean(admin, **asked, confirmed="2").context["look"].number == 3
    done = clean(admin, **asked, confirmed="3")
    assert [str(each) for each in done.context["messages"]] == ["3 things were taken off the shelf."]
    for each in (for_good, rented, ticket, over, theirs):
        each.refresh_from_db()
    assert for_good.ends_at is not None
    assert for_good.ends_at <= timezone.now()
    assert (ticket.is_active, theirs.ends_at, over.ends_at < now) == (False, None, True)
    assert AuditEntry.objects.filter(entity="viewing.titlepurchase", verb="change").count() == 2
    assert clean(admin, **asked).context["look"].number == 0


def test_a_title_is_taken_off_all_shelves(admin: Client, operator: Operator) -> None:
    film, other = make_title(operator=operator, external_id="film.example/A1"), make_title(operator=operator)
    bought = [make_purchase(account=make_account(operator=operator), title=film) for _ in range(2)]
    kept = make_purchase(account=bought[0].account, title=other)
    asked = {"operator": operator.pk, "title": "film.example/A1"}
    assert clean(admin, **asked).context["look"].number == 2
    clean(admin, **asked, confirmed="2")
    for each in (*bought, kept):
        each.refresh_from_db()
    assert [each.ends_at is not None for each in (*bought, kept)] == [True, True, False]


def test_what_nobody_knows_changes_nothing(admin: Client, operator: Operator) -> None:
    foreign = make_account()
    make_device(account=foreign, uid="00:1A:79:00:00:08")
    film = make_title(operator=foreign.operator, external_id="film.example/B1")
    bought = make_purchase(account=foreign, title=film)
    entries = AuditEntry.objects.count()
    for asked in (
        {"device": "00:1A:79:00:00:08"},
        {"title": "film.example/B1"},
        {"title": str(film.pk)},
        {"title": "²"},
    ):
        done = clean(admin, operator=operator.pk, confirmed="1", **asked)
        assert [str(each) for each in done.context["messages"]] == [
            "There is no such device or title; nothing was changed."
        ]
    assert clean(admin, operator=foreign.operator.pk, device="x").context["form"].errors
    assert clean(admin, operator=operator.pk, device="x", title="y").context["form"].errors
    bought.refresh_from_db()
    assert (bought.ends_at, AuditEntry.objects.count()) == (None, entries)


def test_shelves_are_cleaned_by_those_who_may(operator: Operator) -> None:
    account = make_account(operator=operator)
    make_device(account=account, uid="00:1A:79:00:00:09")
    bought = make_purchase(account=account, title=make_title(operator=operator))
    for role in (Role.SUPPORT, Role.EDITOR):
        client = client_of(role, operator)
        assert 'id="shelf"' not in client.get(TOOLS).content.decode()
        given = {"operator": operator.pk, "device": "00:1A:79:00:00:09", "confirmed": "1"}
        assert client.post(TOOLS, given).status_code == 403
    bought.refresh_from_db()
    assert bought.ends_at is None


def test_titles_are_reported_as_xml(admin: Client, operator: Operator) -> None:
    make_title(operator=operator, name="<Il mare> & \x0b co", external_id="film.example/MARE1")
    make_title(operator=operator, name="Over", published_to=timezone.now() - timedelta(days=900))
    edge = make_edge(operator, "/srv/one", name="Milano")
    lies = {"asset": "film.example/MARE1", "at": timezone.now(), "size": 5000}
    EdgeFile.objects.create(operator=operator, edge=edge, remote="a.ts", **lies)
    make_title(name="Of others")
    answer = admin.get(reverse("admin:reports", args=("titles",)), {"format": "xml"})
    assert answer["Content-Type"] == "application/xml"
    [row] = ElementTree.fromstring(b"".join(answer.streaming_content))
    told = {cell.get("name"): cell.text for cell in row}
    assert (told["asset"], told["title"], told["files"]) == ("film.example/MARE1", "<Il mare> &  co", "1")
    assert (told["edges"], told["bytes on edges"], told["year"]) == ("Milano", "5000", None)
    for kind in ("csv", "xlsx"):
        assert admin.get(reverse("admin:reports", args=("titles",)), {"format": kind}).status_code == 200
    assert "Il mare" in admin.get(reverse("admin:reports", args=("titles",))).content.decode()
