"""Portions together are what was portioned, and none is empty or too large."""

from hypothesis import given
from hypothesis import strategies as st

from headend.kernel.portions import portions


@given(st.lists(st.integers()), st.integers(1, 9))
def test_portions(values: list[int], size: int) -> None:
    parts = list(portions(values, size))
    assert [value for part in parts for value in part] == values
    assert all(len(part) == size for part in parts[:-1])
    assert all(0 < len(part) <= size for part in parts)
