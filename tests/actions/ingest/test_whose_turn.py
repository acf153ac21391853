"""What is asked at every step must not cost more with every ticket there ever was."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from headend.ingest.queries import _moving, _queue
from headend.ingest.rules.states import State

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's"),
]


def test_whose_turn_it_is_is_looked_up_and_not_searched_for() -> None:
    queue = _queue(State.WAIT_PUBLICATION, datetime.now(UTC))
    plan = queue.order_by("length", "arrived_at", "pk").explain()
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan
    assert "ingest_ticket_turn (is_open=? AND state=?)" in plan
    assert "ingest_ticket_asset (operator_id=? AND asset=? AND is_open=?)" in plan


def test_who_waited_too_long_is_read_in_the_order_of_arrival_until_there_are_enough() -> None:
    now = datetime.now(UTC)
    plan = _queue(State.WAIT_PUBLICATION, now).filter(arrived_at__lte=now).order_by("arrived_at", "pk").explain()
    assert "ingest_ticket_overdue (is_open=? AND state=? AND arrived_at<?)" in plan
    assert "TEMP B-TREE" not in plan


def test_whose_files_are_to_be_moved_is_looked_up() -> None:
    plan = _moving().explain()
    assert "ingest_ticket_moving" in plan
    assert "SCAN" not in plan
