"""Inboxes, tickets, edges and service groups."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Model
from tests.factories import make_operator

from headend.ingest.actions.tickets import described
from headend.ingest.models import Edge, EdgeFile, Inbox, LogEntry, ServiceGroup, Ticket, Transfer
from headend.ingest.rules.folders import folder_of
from headend.ingest.rules.states import FINAL, State, Work
from headend.operators.models import Operator

ARRIVED = datetime(2027, 1, 15, 8, tzinfo=UTC)


def make_inbox(operator: Operator | None = None, **fields: Any) -> Inbox:
    """An inbox of which everything has arrived at once, the description last."""
    operator = operator or make_operator()
    number = Inbox.objects.count() + 1
    given = {"name": f"Provider {number}", "path": f"inbox{number}", "stable_seconds": 0, "grace_minutes": 0, **fields}
    return Inbox.objects.create(operator=operator, **given)


def make_ticket(inbox: Inbox | None = None, *, state: State = State.WAIT_PUBLICATION, **fields: Any) -> Ticket:
    """A ticket in a state; without `work` it asks for an insert of records alone."""
    inbox = inbox or make_inbox()
    work = fields.pop("work", Work())
    given = {
        "asset": f"film.example/FILM{Ticket.objects.count():016d}",
        "file_name": "film.xml",
        "arrived_at": ARRIVED,
        "changed_at": ARRIVED,
        "folder": folder_of(state, work),
        "package": {"groups": []},
        "kind": work.kind,
        "load_mode": work.load_mode,
        **described(work),
        **fields,
    }
    is_open = state not in FINAL
    return Ticket.objects.create(operator=inbox.operator, inbox=inbox, state=state, is_open=is_open, **given)


def make_edge(operator: Operator, path: str, **fields: Any) -> Edge:
    """An edge that is a folder."""
    given = {"name": f"Edge {Edge.objects.count() + 1}", "transport": "folder", "path": path, **fields}
    return Edge.objects.create(operator=operator, **given)


def make_group(operator: Operator, *edges: Edge, **fields: Any) -> ServiceGroup:
    """A service group of edges."""
    group = ServiceGroup.objects.create(operator=operator, **{"name": "Alledges", **fields})
    group.edges.set(edges)
    return group


def make_transfer(ticket: Ticket, group: ServiceGroup, edge: Edge, **fields: Any) -> Transfer:
    """A transfer of a film that nobody has begun."""
    given = {"file_name": "film.ts", "remote": f"film/{ticket.pk}/film.ts", "bytes_total": 1000, **fields}
    return Transfer.objects.create(operator=ticket.operator, ticket=ticket, group=group, edge=edge, **given)


def make_ingest(operator: Operator, name: str) -> dict[type[Model], Any]:
    """One record of everything for an operator's screens; every name in it tells whose it is."""
    edge = make_edge(operator, f"/srv/{name}", name=f"{name} edge")
    group = make_group(operator, edge, name=f"{name} group")
    inbox = make_inbox(operator, name=f"{name} inbox", path=f"ingest/{operator.pk}/in")
    inbox.groups.set([group])
    ticket = make_ticket(inbox, name=f"{name} film", asset=f"film.example/{name}", reason=f"{name} reason")
    make_transfer(ticket, group, edge)
    lies = EdgeFile.objects.create(
        operator=operator, edge=edge, asset=ticket.asset, remote=f"{name}/film.ts", at=ARRIVED
    )
    line = LogEntry.objects.create(operator=operator, ticket=ticket, inbox=inbox, at=ARRIVED, text=f"{name} was taken")
    return {Ticket: ticket, Inbox: inbox, Edge: edge, ServiceGroup: group, EdgeFile: lies, LogEntry: line}
