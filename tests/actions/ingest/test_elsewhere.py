"""Who waits until another process has worked all off does not go before it has."""

import time

import pytest
from tests.actions.ingest.conftest import Site
from tests.factories.ingest import make_ticket

from headend.ingest.actions import elsewhere
from headend.ingest.actions.elsewhere import Elsewhere
from headend.ingest.models import Inbox, Ticket
from headend.ingest.rules.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def is_worked_off(watching: Elsewhere) -> bool:
    """What it says once the other has had the time that it is given."""
    watching.is_done()  # what it sees first is news
    time.sleep(2 * elsewhere.SLACK)
    return watching.is_done()


@pytest.fixture
def watching(site: Site, monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    monkeypatch.setattr(elsewhere, "SLACK", 0.02)
    return Elsewhere(site.inbox, site.data, site.clock)


def test_nothing_there_is_worked_off_once_that_has_lasted(watching: Elsewhere) -> None:
    assert not watching.is_done()
    assert is_worked_off(watching)


@pytest.mark.parametrize("state", [State.WAIT_PUBLICATION, State.IN_PUBLICATION])
def test_a_ticket_that_could_go_on_is_not(watching: Elsewhere, site: Site, state: State) -> None:
    make_ticket(site.inbox, state=state)
    assert not is_worked_off(watching)
    Ticket.objects.update(state=State.CLOSED, is_open=False)
    assert is_worked_off(watching)


def test_a_description_that_still_grows_is_not(watching: Elsewhere, site: Site) -> None:
    Inbox.objects.update(stable_seconds=3600)
    site.inbox.refresh_from_db()
    site.drop_film("film")
    assert not is_worked_off(watching)


def test_a_folder_that_is_away_keeps_nobody(watching: Elsewhere, site: Site) -> None:
    Inbox.objects.update(path="somewhere/else")
    site.inbox.refresh_from_db()
    assert is_worked_off(watching)
