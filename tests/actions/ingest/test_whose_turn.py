"""Whose turn it is, is asked at every step: it must not cost more with every ticket there ever was."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from headend.ingest.queries import _queue
from headend.ingest.rules.states import State


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
def test_it_is_looked_up_and_not_searched_for() -> None:
    plan = _queue(State.WAIT_PUBLICATION, datetime.now(UTC)).explain()
    assert "SCAN" not in plan
    assert "ingest_ticket_turn (is_open=? AND state=?)" in plan
    assert "ingest_ticket_asset (operator_id=? AND asset=? AND is_open=?)" in plan
