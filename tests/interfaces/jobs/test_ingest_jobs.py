"""What is forgotten of ingest, and what stays."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.factories.ingest import make_inbox, make_ticket

from headend.ingest.actions.log import forget_log
from headend.ingest.models import LogEntry, Ticket
from headend.interfaces.jobs import ingest

pytestmark = pytest.mark.django_db


def make_entries(*days_ago: float) -> list[LogEntry]:
    inbox = make_inbox()
    now = timezone.now()
    return [
        LogEntry.objects.create(operator=inbox.operator, inbox=inbox, at=now - timedelta(days=days), text="It rained.")
        for days in days_ago
    ]


def test_the_log_is_kept_for_a_year_and_its_packages_for_good() -> None:
    ticket = make_ticket()
    old, new = make_entries(366, 364)
    LogEntry.objects.filter(pk=old.pk).update(ticket=ticket)
    ingest.forget_old_log.call_local()
    assert list(LogEntry.objects.all()) == [new]
    assert list(Ticket.objects.all()) == [ticket]
    ingest.forget_old_log.call_local()
    assert list(LogEntry.objects.all()) == [new]


def test_all_of_a_long_log_goes_when_all_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headend.operators.actions.forgetting.AT_ONCE", 2)
    make_entries(5, 4, 3, 2, 1)
    assert forget_log(before=timezone.now()) == 5
    assert forget_log(before=timezone.now()) == 0
