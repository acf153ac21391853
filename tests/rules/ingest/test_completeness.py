"""How long a description waits for its files."""

from datetime import UTC, datetime, timedelta

import pytest

from headend.ingest.rules.completeness import Completeness, completeness

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
TAKE, WAIT, LATE = Completeness


@pytest.mark.parametrize(
    ("missing", "minutes_ago", "grace", "decided"),
    [
        (set(), 0, 15, TAKE),
        (set(), 99, 15, TAKE),
        ({"a.ts"}, 0, 15, WAIT),
        ({"a.ts"}, 14.9, 15, WAIT),
        ({"a.ts"}, 15, 15, LATE),
        ({"a.ts"}, 0, 0, TAKE),
        ({"a.ts"}, 99, 0, TAKE),
    ],
)
def test_it_waits_as_long_as_files_may_be_late(
    missing: set[str], minutes_ago: float, grace: int, decided: Completeness
) -> None:
    since = NOW - timedelta(minutes=minutes_ago)
    assert completeness(missing, since=since, now=NOW, grace=timedelta(minutes=grace)) is decided
