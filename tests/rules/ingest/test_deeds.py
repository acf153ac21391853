"""What may be done by hand, and how far a transfer is."""

from datetime import UTC, datetime, timedelta

import pytest

from headend.ingest.rules.deeds import Deed, deeds_for
from headend.ingest.rules.progress import Progress, progress_of
from headend.ingest.rules.states import FINAL, RUNNING, State

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)
PLAIN = {"is_held": False, "is_delayed": False, "by_hand": False, "is_readable": True}


@pytest.mark.parametrize("state", State)
def test_what_is_through_can_only_begin_anew(state: State) -> None:
    deeds = deeds_for(state, **PLAIN)
    if state in FINAL:
        assert deeds == (Deed.REOPEN,)
        assert deeds_for(state, **{**PLAIN, "is_readable": False}) == ()
    else:
        assert deeds == (Deed.HOLD, Deed.REJECT, Deed.SET_STATE)


@pytest.mark.parametrize("state", [state for state in State if state not in FINAL])
def test_a_held_one_is_released_or_tried_at_once(state: State) -> None:
    assert deeds_for(state, **{**PLAIN, "is_held": True})[:2] == (Deed.RELEASE, Deed.RETRY)
    assert Deed.RETRY in deeds_for(state, **{**PLAIN, "is_delayed": True})


def test_an_encryption_is_reported_only_where_a_person_does_it() -> None:
    reports = {Deed.BEGIN_ENCRYPTION, Deed.ENCRYPTED, Deed.REFUSED}
    found = {state: reports & set(deeds_for(state, **{**PLAIN, "by_hand": True})) for state in State}
    assert {state: deeds for state, deeds in found.items() if deeds} == {
        State.WAIT_ENCRYPTING: reports,
        State.IN_ENCRYPTING: {Deed.ENCRYPTED, Deed.REFUSED},
    }
    assert all(not reports & set(deeds_for(state, **PLAIN)) for state in RUNNING)


@pytest.mark.parametrize(
    ("done", "total", "seconds", "expected"),
    [
        (500, 1000, 10, Progress(50, 50.0, 10.0)),
        (1000, 1000, 4, Progress(100, 250.0, 0.0)),
        (1200, 1000, 4, Progress(100, 300.0, 0.0)),
        (0, 1000, 10, Progress(0)),
        (10, 0, 10, Progress(0, 1.0, 0.0)),
        (500, 1000, 0, Progress(50)),
        (500, 1000, -3, Progress(50)),
    ],
)
def test_progress(done: int, total: int, seconds: int, expected: Progress) -> None:
    assert progress_of(done, total, NOON, NOON + timedelta(seconds=seconds)) == expected


@pytest.mark.parametrize(
    ("done", "before", "expected"),
    [(900, 800, Progress(90, 10.0, 10.0)), (800, 800, Progress(80)), (100, 800, Progress(10))],
)
def test_what_was_there_before_makes_it_no_faster(done: int, before: int, expected: Progress) -> None:
    assert progress_of(done, 1000, NOON, NOON + timedelta(seconds=10), before) == expected


def test_progress_of_what_nobody_began() -> None:
    assert progress_of(5, 10, None, None) == Progress(50)
