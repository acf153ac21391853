"""What happens to tickets: every change with who, when and why, by the engine and by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.factories.ingest import ARRIVED, make_inbox, make_ticket

from headend.ingest.actions import tickets as actions
from headend.ingest.errors import WrongState
from headend.ingest.models import LogEntry, Ticket, TicketChange
from headend.ingest.queries import groups_named, ready_tickets, same_delivery, tickets_of
from headend.ingest.rules.folders import DISCARDED, ENCRYPTING, ERRORS, PUBLISHED, TO_PUBLISH
from headend.ingest.rules.states import Kind, LoadMode, State, Trigger, Work
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import Invalid
from headend.operators.models import AuditEntry

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.STAFF, "anna", id=3)
NOW = ARRIVED + timedelta(minutes=1)
FILM, SECRET = Work(moves_movie=True), Work(moves_movie=True, encrypts=True)
UPDATE = Work(load_mode=LoadMode.UPDATE)


def pull(ticket: Ticket, *triggers: Trigger) -> None:
    for trigger in triggers:
        actions.pull(actor=ANNA, ticket=ticket, trigger=trigger, now=NOW)


def test_every_change_stands_in_the_history() -> None:
    ticket = make_ticket(state=State.OPEN, work=SECRET)
    pull(ticket, Trigger.ROUTE, Trigger.BEGIN, Trigger.FAILED)
    told = TicketChange.objects.values_list("state_left", "state_entered", "actor_name", "at")
    assert list(told) == [
        ("open", "wait_encrypting", "anna", NOW),
        ("wait_encrypting", "in_encrypting", "anna", NOW),
        ("in_encrypting", "wait_encrypting", "anna", NOW),
    ]


def test_the_folder_follows_the_state() -> None:
    ticket = make_ticket(state=State.IN_ENCRYPTING, work=SECRET)
    pull(ticket, Trigger.DONE)
    assert (ticket.folder, ticket.moved_from) == (TO_PUBLISH, ENCRYPTING)
    pull(ticket, Trigger.ROUTE, Trigger.BEGIN, Trigger.DONE, Trigger.BEGIN, Trigger.DONE)
    ticket.refresh_from_db()
    # It has not been moved meanwhile: it is still where it was first.
    assert (ticket.folder, ticket.moved_from, ticket.is_open, ticket.closed_at) == (PUBLISHED, ENCRYPTING, False, NOW)


def test_who_comes_too_late_changes_nothing() -> None:
    ticket = make_ticket()
    stale = Ticket.objects.get(pk=ticket.pk)
    pull(ticket, Trigger.BEGIN)
    with pytest.raises(WrongState):
        pull(stale, Trigger.BEGIN)
    assert TicketChange.objects.count() == 1


def test_a_step_that_fails_is_tried_again_later_and_later() -> None:
    ticket = make_ticket(state=State.WAIT_TRANSFER, work=FILM)
    pauses = []
    for _ in range(3):
        pull(ticket, Trigger.BEGIN)
        actions.step_failed(actor=ANNA, ticket=ticket, now=NOW, reason="the edge is away")
        assert ticket.next_attempt_at is not None
        pauses.append((ticket.next_attempt_at - NOW).total_seconds())
    assert pauses == [10, 20, 40]
    assert not ready_tickets(NOW)
    assert list(ready_tickets(NOW + timedelta(seconds=40))) == [ticket.pk]
    assert LogEntry.objects.count() == 3


def test_a_rejected_package_goes_to_the_errors_or_to_our_own_store() -> None:
    bad, unknown = make_ticket(), make_ticket()
    actions.refuse(actor=ANNA, ticket=bad, now=NOW, reason="bad")
    actions.refuse(actor=ANNA, ticket=unknown, now=NOW, reason="unknown", discards=True)
    assert (bad.folder, unknown.folder, bad.state, unknown.is_open) == (ERRORS, DISCARDED, "rejected", False)
    assert AuditEntry.objects.filter(entity="ingest.ticket", verb="change").count() == 2


def test_holding_and_releasing() -> None:
    ticket = make_ticket()
    actions.hold(actor=ANNA, ticket=ticket, now=NOW, reason="wait for the contract")
    assert not ready_tickets(NOW)
    released = actions.release(actor=ANNA, ticket=ticket, now=NOW)
    assert (released.is_held, list(ready_tickets(NOW))) == (False, [ticket.pk])


def test_retrying_a_rejected_ticket_begins_it_anew() -> None:
    ticket = make_ticket(state=State.REJECTED, package={"asset": "a"})
    again = actions.retry(actor=ANNA, ticket=ticket, now=NOW)
    assert (again.state, again.is_open, again.folder, again.moved_from) == ("open", True, TO_PUBLISH, ERRORS)


def test_what_could_not_be_read_cannot_be_reopened() -> None:
    ticket = make_ticket(state=State.REJECTED, package={})
    with pytest.raises(WrongState):
        actions.reopen(actor=ANNA, ticket=ticket, now=NOW, reason="again")


def test_staff_set_any_state_that_nobody_works_in_with_a_reason() -> None:
    ticket = make_ticket(state=State.WAIT_ENCRYPTING, work=SECRET)
    with pytest.raises(Invalid):
        actions.set_state(actor=ANNA, ticket=ticket, state=State.WAIT_PUBLICATION, now=NOW, reason=" ")
    for state in (State.IN_TRANSFER, State.WAIT_ENCRYPTING):
        with pytest.raises(WrongState):
            actions.set_state(actor=ANNA, ticket=ticket, state=state, now=NOW, reason="so")
    done = actions.set_state(actor=ANNA, ticket=ticket, state=State.CLOSED, now=NOW, reason="done by hand")
    assert (done.state, done.reason) == ("closed", "done by hand")
    with pytest.raises(WrongState):
        actions.set_state(actor=ANNA, ticket=ticket, state=State.OPEN, now=NOW, reason="so")


def test_a_person_reports_an_encryption() -> None:
    good, bad = (make_ticket(state=State.WAIT_ENCRYPTING, work=SECRET) for _ in range(2))
    actions.begin_encryption(actor=ANNA, ticket=good, now=NOW)
    assert actions.report_encryption(actor=ANNA, ticket=good, now=NOW, is_good=True).state == "wait_transfer"
    with pytest.raises(Invalid):
        actions.report_encryption(actor=ANNA, ticket=bad, now=NOW, is_good=False)
    rejected = actions.report_encryption(actor=ANNA, ticket=bad, now=NOW, is_good=False, reason="bad stream")
    assert (rejected.state, rejected.folder) == ("rejected", ERRORS)


@pytest.mark.parametrize("action", [actions.hold, actions.release, actions.reject])
def test_what_is_through_stays_so(action: Callable[..., Any]) -> None:
    ticket = make_ticket(state=State.CLOSED)
    with pytest.raises(WrongState):
        action(actor=ANNA, ticket=ticket, now=NOW, reason="no")


# --- whose turn it is, as the records say ---


def test_a_younger_ticket_of_the_same_asset_waits_whatever_queue_the_older_is_in() -> None:
    inbox = make_inbox()
    older = make_ticket(inbox, state=State.IN_TRANSFER, work=FILM, asset="a")
    younger = make_ticket(inbox, work=UPDATE, asset="a", arrived_at=NOW)
    other = make_ticket(make_inbox(), work=UPDATE, asset="a", arrived_at=NOW)  # another operator's
    assert list(ready_tickets(NOW)) == [other.pk]
    Ticket.objects.filter(pk=older.pk).update(is_open=False, state="closed")
    assert set(ready_tickets(NOW)) == {younger.pk, other.pk}


def test_an_insert_passes_what_waits_for_it() -> None:
    inbox = make_inbox()
    update = make_ticket(inbox, work=UPDATE, asset="a", awaits_insert=True)
    insert = make_ticket(inbox, asset="a", arrived_at=NOW)
    assert list(ready_tickets(NOW)) == [insert.pk]
    pull(insert, Trigger.BEGIN)
    actions.published(actor=ANNA, ticket=insert, now=NOW)
    assert list(ready_tickets(NOW)) == [update.pk]


def test_the_same_delivery_is_recognised_as_long_as_it_counts() -> None:
    inbox = make_inbox()
    ticket = make_ticket(inbox, asset="a", fingerprint="f")
    assert same_delivery(inbox, "f") == ticket
    assert same_delivery(make_inbox(), "f") is None
    pull(ticket, Trigger.BEGIN, Trigger.DONE)
    assert same_delivery(inbox, "f") == ticket
    later = make_ticket(inbox, asset="a", fingerprint="g", work=Work(load_mode=LoadMode.UNPUBLISH))
    assert same_delivery(inbox, "f") is None  # it has been unpublished, and may come again
    actions.refuse(actor=ANNA, ticket=later, now=NOW, reason="no")
    assert same_delivery(inbox, "f") == ticket
    Ticket.objects.filter(pk=ticket.pk).update(state="rejected")
    assert same_delivery(inbox, "f") is None


def test_finding_tickets() -> None:
    inbox = make_inbox()
    film = make_ticket(inbox, name="The Film", asset="x/1")
    make_ticket(inbox, name="Another", asset="x/2", state=State.REJECTED)
    assert [each.pk for each in tickets_of(inbox.operator_id, text="the film")] == [film.pk]
    assert tickets_of(inbox.operator_id, state="rejected").count() == 1
    assert Work(kind=Kind.GUIDE)


def test_queues_without_a_free_place_are_not_asked_for() -> None:
    inbox = make_inbox()
    film, words = make_ticket(inbox, state=State.WAIT_TRANSFER, work=FILM), make_ticket(inbox, work=UPDATE)
    assert set(ready_tickets(NOW)) == {film.pk, words.pk}
    assert set(ready_tickets(NOW, [State.OPEN, State.WAIT_PUBLICATION])) == {words.pk}


def test_groups_named() -> None:
    inbox = make_inbox()
    tickets = [make_ticket(inbox, package={"groups": names}) for names in (["Pills"], [], None)]
    named = groups_named(tickets)
    assert [named[ticket.pk] for ticket in tickets] == [("Pills",), (), ()]
    assert groups_named([]) == {}
