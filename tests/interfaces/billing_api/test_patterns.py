"""Which patterns of accounts' numbers are known, and that no hostile one takes long."""

import re
from time import perf_counter

import pytest

from headend.interfaces.billing_api.patterns import is_known


@pytest.mark.parametrize(
    "pattern", ["47", "^47", "^47$", "4[0-9]7", r"^\d{3}$", "1.*2", "^1|2$", "[^5]1", "1{2,}", "4?7"]
)
def test_known(pattern: str) -> None:
    assert is_known(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "(4+)+",
        "a",
        "[9-0]",
        ".*.*.*.*.*",
        "*4",
        "4**",
        "(?=4)",
        r"\1",
        "4{999}",
        "^" * 101,
        "[[:digit:]]",
        "٤",
        "4\n",
    ],
)
def test_unknown(pattern: str) -> None:
    assert not is_known(pattern)


def test_the_worst_that_is_known_is_quick() -> None:
    worst = ".*.*.*.*5$"
    assert is_known(worst)
    begun = perf_counter()
    for _ in range(100):
        assert not re.search(worst, "1" * 19)
    assert perf_counter() - begun < 2
