"""When something counts as seen."""

import pytest

from headend.viewing.rules import is_seen


@pytest.mark.parametrize(
    ("seconds", "duration", "expected"),
    [(0, 0, False), (9_999, 0, False), (94, 100, False), (95, 100, True), (100, 100, True), (200, 100, True)],
)
def test_seen_is_when_only_credits_are_left(seconds: int, duration: int, expected: bool) -> None:
    assert is_seen(seconds, duration) is expected
