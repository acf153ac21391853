"""A channel's programmes are made to fit together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.catalog.ports import Problem
from headend.catalog.repairs import LAST_LASTS, LONGEST, Placed, Slot, place

HOUR = 3600


def slot(start: int, stop: int | None, payload: bytes = b"x", line: int = 1) -> Slot:
    return Slot(start, stop, line, hash(payload), payload)


@pytest.mark.parametrize(
    ("_case", "slots", "placed"),
    [
        ("nothing", [], []),
        ("as it is", [slot(0, 10), slot(10, 20)], [(0, 10), (10, 20)]),
        ("a gap stays", [slot(0, 10), slot(15, 20)], [(0, 10), (15, 20)]),
        ("any order", [slot(10, 20), slot(0, 10)], [(0, 10), (10, 20)]),
        ("an overlap is cut", [slot(0, 15), slot(10, 20)], [(0, 10), (10, 20)]),
        ("one within another", [slot(0, 30), slot(10, 20)], [(0, 10), (10, 20)]),
        ("no stop: until the next", [slot(0, None), slot(50, 60)], [(0, 50), (50, 60)]),
        ("no stop at the end: an hour", [slot(5, None)], [(5, 5 + LAST_LASTS)]),
        ("a stop before the start", [slot(100, 40), slot(200, 210)], [(100, 200), (200, 210)]),
        ("no length", [slot(100, 100)], [(100, 100 + LAST_LASTS)]),
        ("too long", [slot(0, 40 * HOUR)], [(0, LONGEST)]),
        (
            "no stop and a late next one",
            [slot(0, None), slot(90 * HOUR, 91 * HOUR)],
            [(0, LONGEST), (90 * HOUR, 91 * HOUR)],
        ),
        ("before 1970", [slot(-20, -10)], [(-20, -10)]),
    ],
)
def test_repairs(_case, slots, placed):
    assert [each[:2] for each in place(slots).placed] == placed


def test_the_same_again_counts_once_and_is_no_problem():
    repaired = place([slot(0, 10, b"a"), slot(0, 10, b"a"), slot(0, 10, b"a")])
    assert repaired == ([Placed(0, 10, hash(b"a"), b"a")], [], 2)


def test_of_two_with_one_start_the_last_counts_and_the_other_is_told():
    repaired = place([slot(0, 10, b"a", line=4), slot(0, 20, b"b", line=9)])
    assert repaired == (
        [Placed(0, 20, hash(b"b"), b"b")],
        [Problem(4, "line 9 gives another programme for this start")],
        0,
    )


moments = st.integers(-(10**6), 10**6)


@given(st.lists(st.builds(slot, moments, st.none() | moments, st.binary(max_size=1), st.integers(1, 9))))
def test_programmes_are_sorted_never_overlap_and_last(slots):
    repaired = place(slots)
    edges = [edge for start, stop, *_ in repaired.placed for edge in (start, stop)]
    assert edges == sorted(edges)
    assert all(0 < stop - start <= LONGEST for start, stop, *_ in repaired.placed)
    assert {each.start for each in repaired.placed} == {each.start for each in slots}
    assert len(repaired.placed) + len(repaired.problems) + repaired.repeated == len(slots)


@given(st.lists(st.builds(slot, moments, st.none() | moments, st.binary(max_size=1), st.integers(1, 9))))
def test_what_is_repaired_needs_no_repair(slots):
    placed = place(slots).placed
    assert place(slot(start, stop, payload) for start, stop, _, payload in placed).placed == placed
