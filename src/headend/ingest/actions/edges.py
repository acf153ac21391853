"""Looking whether edges are there, and the service groups that every operator begins with."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from headend.ingest.actions.transfers import address_of, note_health
from headend.ingest.errors import TransferFailed
from headend.ingest.models import Edge, ServiceGroup
from headend.ingest.ports import EdgeAddress, EdgeTransport
from headend.kernel.actor import Actor
from headend.operators.actions import add_many, record

Transports = Mapping[str, Callable[[EdgeAddress], EdgeTransport]]


DEFAULT_GROUPS: tuple[dict[str, Any], ...] = (
    {"name": "Alledges", "also": "Alledeges", "has_all_edges": True},
    {"name": "Catalogo"},
    {"name": "Pills"},
)
"""The names that packages use by default: all edges, only some of them, and those of short-lived films."""


def ensure_groups(*, actor: Actor, operator_id: int) -> None:
    """Give an operator that has no service group the usual ones, in the caller's transaction."""
    if not ServiceGroup.objects.of(operator_id).exists():
        add_many(actor=actor, objects=[ServiceGroup(operator_id=operator_id, **each) for each in DEFAULT_GROUPS])


def check_edge(*, actor: Actor, edge: Edge, transports: Transports, sealing_key: str, now: datetime) -> str:
    """Make sure that an edge lets us in, and write down how it went; gives what is wrong, "" when nothing is."""
    failure = _failure_of(edge, transports, sealing_key)[:300]
    with transaction.atomic():  # of its own: an edge may take half a minute to answer
        note_health(edge, now, failure)
        record(actor=actor, verb="test", obj=edge, changes={"failure": failure} if failure else {})
    return failure


def _failure_of(edge: Edge, transports: Transports, sealing_key: str) -> str:
    try:
        transports[edge.transport](address_of(edge, sealing_key)).check()
    except TransferFailed as error:
        return str(error) or error.code
    return ""
