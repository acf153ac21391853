"""What an operator writes into a tariff's countries and viewing hours."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.kernel.errors import Invalid
from headend.playback.rules import Hours, parse_countries, parse_hours

EVERY_DAY = frozenset(range(1, 8))


def test_countries() -> None:
    assert parse_countries([]) == frozenset()
    assert parse_countries(["it", "DE", "IT"]) == {"IT", "DE"}


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("IT", "countries"),
        (None, "countries"),
        ({"IT": 1}, "countries"),
        (["IT", "ITA"], "countries, entry 2"),
        (["I1"], "countries, entry 1"),
        ([39], "countries, entry 1"),
        (["IT\n"], "countries, entry 1"),
    ],
)
def test_wrong_countries_are_named(value: Any, place: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_countries(value)
    assert caught.value.place == place


def test_hours() -> None:
    assert parse_hours([]) == ()
    assert parse_hours([{"days": [6, 7], "from": "18:00", "to": "23:30"}, {"from": "0:00", "to": "24:00"}]) == (
        Hours(frozenset({6, 7}), 1080, 1410),
        Hours(EVERY_DAY, 0, 1440),
    )


@pytest.mark.parametrize(
    ("window", "message"),
    [
        ("18-23", "an object"),
        ({"from": "18:00"}, '"to" is a time like 18:00, not None'),
        ({"from": "25:00", "to": "26:00"}, '"from" is a time'),
        ({"from": "24:00", "to": "24:00"}, '"from" is a time'),
        ({"from": "18:00", "to": "24:01"}, '"to" is a time'),
        ({"from": "18:60", "to": "19:00"}, '"from" is a time'),
        ({"from": 18, "to": "19:00"}, '"from" is a time'),
        ({"from": "18:00\n", "to": "19:00"}, '"from" is a time'),
        ({"days": [], "from": "18:00", "to": "19:00"}, "days are numbers"),
        ({"days": [0], "from": "18:00", "to": "19:00"}, "days are numbers"),
        ({"days": [True], "from": "18:00", "to": "19:00"}, "days are numbers"),
        ({"days": "6", "from": "18:00", "to": "19:00"}, "days are numbers"),
        ({"day": [6], "from": "18:00", "to": "19:00"}, "a window has no day"),
    ],
)
def test_wrong_windows_are_named(window: Any, message: str) -> None:
    with pytest.raises(Invalid, match=message) as caught:
        parse_hours([{"from": "1:00", "to": "2:00"}, window])
    assert caught.value.place == "viewing_hours, window 2"


def test_hours_are_a_list() -> None:
    with pytest.raises(Invalid, match="a list of windows"):
        parse_hours({"from": "18:00", "to": "19:00"})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["days", "from", "to"]), inner),
)


@given(anything)
def test_whatever_json_says_is_read_or_refused(value: Any) -> None:
    document = json.loads(json.dumps(value))
    for parse in (parse_countries, parse_hours):
        with suppress(Invalid):
            parse(document)
