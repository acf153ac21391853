"""Figures of devices as they come, and which commands are for whom."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.kernel.errors import Invalid
from headend.monitoring.rules import Build, Measured, check_details, is_for, read_metrics

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
GROUPS = SCALARS | st.dictionaries(st.sampled_from(["la", "t", "cc-errors"]), SCALARS, max_size=3)


def test_groups_come_together_or_apart() -> None:
    expected = Measured(cpu_load=0.5, memory_total=8, cc_errors=3)
    assert read_metrics([{"cpu": {"la": 0.5}, "mem": {"t": 8}, "video": {"cc-errors": 3}}]) == expected
    assert read_metrics(
        [{"cpu": {"la": 9}}, {"mem": {"t": 8.0}}, {"video": {"cc-errors": 3}}, {"cpu": {"la": 0.5}}]
    ) == (expected)


@pytest.mark.parametrize(
    ("metrics", "place"),
    [
        ([], "metrics"),
        ([{}] * 101, "metrics"),
        ([{"cpu": 1}], "metrics.cpu"),
        ([{"cpu": {"la": float("nan")}}], "metrics.cpu.la"),
        ([{"cpu": {"la": "1"}}], "metrics.cpu.la"),
        ([{"mem": {"u": 1e300}}], "metrics.mem.u"),
    ],
)
def test_what_is_wrong_is_named(metrics: Any, place: str) -> None:
    with pytest.raises(Invalid) as raised:
        read_metrics(metrics)
    assert raised.value.place == place


@given(st.lists(st.dictionaries(st.sampled_from(["cpu", "mem", "video"]), GROUPS), max_size=3))
def test_nothing_breaks_it(metrics: Any) -> None:
    try:
        read_metrics(metrics)
        check_details({"metrics": metrics})
    except Invalid:
        pass


def test_a_command_asks_for_what_it_names() -> None:
    build = Build("stb", "7")
    assert [is_for(Build(*each), build) for each in (("", ""), ("stb", ""), ("stb", "7"), ("", "8"), ("x", "7"))] == [
        True,
        True,
        True,
        False,
        False,
    ]
