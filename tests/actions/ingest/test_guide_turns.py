"""Guides take turns: those for one guide source in the order they came, others side by side."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.actions.ingest.conftest import Site
from tests.factories import make_channel, make_guide_source
from tests.factories.ingest import make_inbox
from tests.factories.packages import epgdata_xml

from headend.catalog.models import Programme
from headend.ingest.actions.moving import folder, make_folders
from headend.ingest.actions.tickets import hold, release
from headend.ingest.models import Inbox, Ticket
from headend.ingest.ports import GuideEvent
from headend.ingest.rules.folders import INBOX
from headend.kernel.actor import system

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]
ANNA = system("anna")
NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)


@pytest.fixture
def other(site: Site) -> Inbox:
    """A second inbox of the operator, for another provider."""
    for name in ("ONE", "TWO"):
        make_channel(operator=site.inbox.operator, name=f"Channel {name}", guide_id=name)
    inbox = make_inbox(site.inbox.operator, path="other", poll_seconds=0)
    make_folders(inbox, site.data)
    return inbox


def leave(site: Site, inbox: Inbox, name: str, title: str, service: str = "ONE") -> Path:
    path = folder(inbox, site.data, INBOX) / name
    path.write_bytes(epgdata_xml(GuideEvent("1", service, NOON, NOON + timedelta(hours=1), title)))
    return path


def held(site: Site, inbox: Inbox, name: str, title: str) -> Ticket:
    """A guide that has been taken, and that somebody held before its turn came."""
    Inbox.objects.filter(pk=inbox.pk).update(is_enabled=True)
    leave(site, inbox, name, title)
    engine = site.engine()
    engine._take()
    engine.end()
    ticket = Ticket.objects.get(file_name=name)
    return hold(actor=ANNA, ticket=ticket, now=site.clock(), reason="wait")


def states() -> dict[str, str]:
    return dict(Ticket.objects.values_list("file_name", "state"))


def test_a_guide_that_is_held_keeps_no_other_providers_guide_waiting(site: Site, other: Inbox) -> None:
    first = held(site, site.inbox, "first.xml", "First")
    leave(site, site.inbox, "second.xml", "Second")
    leave(site, other, "other.xml", "Other", "TWO")
    site.work()
    assert states() == {"first.xml": "wait_publication", "second.xml": "wait_publication", "other.xml": "closed"}
    release(actor=ANNA, ticket=first, now=site.clock())
    site.work()
    assert set(states().values()) == {"closed"}
    assert sorted(Programme.objects.values_list("title", flat=True)) == ["Other", "Second"]


def test_inboxes_with_one_guide_source_take_turns(site: Site, other: Inbox) -> None:
    source = make_guide_source(operator=site.inbox.operator)
    Inbox.objects.update(guide_source=source)
    held(site, other, "first.xml", "First")
    leave(site, site.inbox, "second.xml", "Second")
    site.work()
    assert states() == {"first.xml": "wait_publication", "second.xml": "wait_publication"}


def test_whatever_is_changed_meanwhile_an_inbox_keeps_its_order(site: Site, other: Inbox) -> None:
    first = held(site, other, "first.xml", "First")
    Inbox.objects.update(guide_source=make_guide_source(operator=site.inbox.operator))
    leave(site, other, "second.xml", "Second")
    site.work()
    assert states() == {"first.xml": "wait_publication", "second.xml": "wait_publication"}
    release(actor=ANNA, ticket=first, now=site.clock())
    site.work()
    assert list(Programme.objects.values_list("title", flat=True)) == ["Second"]
