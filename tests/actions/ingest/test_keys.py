"""Keys of titles: one for each movie, found again, sealed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection
from tests.factories import make_operator
from tests.factories.ingest import make_inbox, make_ticket

from headend.ingest.actions.keys import key_for
from headend.ingest.models import Ticket, TitleKey
from headend.ingest.ports import ContentKey
from headend.kernel.actor import system
from headend.kernel.sealing import new_key
from headend.operators.models import AuditEntry

SYSTEM = system("ingest")
SEALING = new_key()
MOMENT = datetime(2027, 1, 15, tzinfo=UTC)


def key_of(ticket: Ticket, fingerprint: str = "a" * 64) -> ContentKey:
    return key_for(actor=SYSTEM, ticket=ticket, fingerprint=fingerprint, sealing_key=SEALING, now=MOMENT)


@pytest.mark.django_db
def test_a_movie_keeps_its_key_and_another_one_gets_its_own() -> None:
    ticket = make_ticket()
    again = make_ticket(ticket.inbox, asset=ticket.asset)
    elsewhere = make_ticket(make_inbox(make_operator()), asset=ticket.asset)
    first = key_of(ticket)
    assert key_of(ticket) == first
    others = [key_of(ticket, "b" * 64), key_of(again), key_of(elsewhere)]
    assert len({first.key_id, *(each.key_id for each in others)}) == 4
    assert len({first.key, *(each.key for each in others)}) == 4
    assert len(bytes.fromhex(first.key)) == len(bytes.fromhex(first.key_id)) == 16


@pytest.mark.django_db
def test_a_key_is_kept_sealed_and_told_to_nobody() -> None:
    made = key_of(make_ticket())
    kept = TitleKey.objects.get(key_id=made.key_id)
    assert made.key not in kept.sealed_key
    assert kept.title is None
    assert made.key not in repr(made)
    told = str(list(AuditEntry.objects.values()))
    assert made.key_id in told
    assert made.key not in told
    assert kept.sealed_key not in told


@pytest.mark.django_db(transaction=True)
def test_two_at_once_find_one_key() -> None:
    ticket = make_ticket()

    def make(_: int) -> ContentKey:
        try:
            return key_of(ticket)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(make, range(4)))) == 1
    assert TitleKey.objects.count() == 1
