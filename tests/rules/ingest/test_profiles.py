"""Profiles and packages as records keep them."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.ingest.deviations import FAULTS, MOST_KEPT, STRICT, bounded, deviation
from headend.ingest.packages import deviations_from_json, deviations_to_json
from headend.ingest.ports import Deviation, Profile
from headend.ingest.profiles import NAMES, profile_from_json
from headend.ingest.rules.states import LoadMode
from headend.kernel.errors import Invalid


def test_an_empty_profile_is_the_specifications_own():
    assert profile_from_json({}) == Profile()


def test_every_field_can_be_said():
    profile = profile_from_json(
        {
            "zone": "Europe/Rome",
            "date_formats": ["%d/%m/%Y"],
            "run_time_unit": "minutes",
            "ratings": {"T": 12},
            "categories": {"Movies/Drama": "Drama"},
            "groups": ["Catalogo"],
            "load_mode": "insert",
            "encrypts": True,
            "file_update": False,
            "strict": ["dtd", "duration"],
            "duration_tolerance": 5,
            "most_preview_seconds": 60,
        }
    )
    assert profile == Profile(
        zone=ZoneInfo("Europe/Rome"),
        date_formats=("%d/%m/%Y",),
        run_time_unit="minutes",
        ratings={"T": 12},
        categories={"Movies/Drama": "Drama"},
        groups=("Catalogo",),
        load_mode=LoadMode.INSERT,
        encrypts=True,
        file_update=False,
        strict=frozenset({"dtd", "duration"}),
        duration_tolerance=5,
        most_preview_seconds=60,
    )


@pytest.mark.parametrize(
    ("kept", "place", "message"),
    [
        ({"zones": 1}, "zones", "no such field"),
        ({"zone": "Nowhere"}, "zone", "no time zone 'Nowhere'"),
        ({"zone": "../../etc/passwd"}, "zone", "no time zone"),
        ({"zone": 3}, "zone", "a time zone is a text"),
        ({"duration_tolerance": "ten"}, "duration_tolerance", "expected `int`"),
        ({"duration_tolerance": -1}, "duration_tolerance", "not less than 0"),
        ({"run_time_unit": "hours"}, "run_time_unit", "seconds, minutes"),
        ({"ratings": {"T": "twelve"}}, "ratings[...]", "expected `int`"),
        ({"ratings": {"T": 99}}, "ratings.T", "from 0 to 21"),
        ({"strict": ["all"]}, "strict", "asset_id, checksum, dtd, duration"),
        ({"date_formats": ["%H:%M"]}, "date_formats[0]", "no form of a date"),
        ({"load_mode": "replace"}, "load_mode", "invalid enum value"),
        ([], "", "an object"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(kept: Any, place: str, message: str):
    with pytest.raises(Invalid, match=message.replace("[", r"\[")) as refused:
        profile_from_json(kept)
    assert refused.value.place == place


def test_the_reference_shows_every_field_as_it_can_be_said():
    page = (Path(__file__).parents[3] / "docs/4-reference/packages.md").read_text(encoding="utf-8")
    example = msgspec.json.decode(page.partition("```json\n")[2].partition("```")[0])
    assert isinstance(profile_from_json(example), Profile)
    assert (
        tuple(example)
        == tuple(re.findall(r"^\| `(\w+)` \|", page.partition("| field | means")[2], re.MULTILINE))
        == NAMES
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_anything_is_a_profile_or_invalid(kept: dict[str, Any]):
    with suppress(Invalid):
        assert isinstance(profile_from_json(kept), Profile)


def test_deviations_are_kept_in_json():
    told = (deviation("size", (), line=3, place="a.mpg", value=7), deviation("structure", ("dtd",), detail="x"))
    assert deviations_from_json(deviations_to_json(told)) == told
    assert [each.is_refusal for each in told] == [True, True]


def test_refusals_are_told_before_warnings_where_there_are_too_many():
    many = [Deviation("w", line) for line in range(1, 500)] + [Deviation("r", 600, is_refusal=True)]
    kept = bounded(many)
    assert len(kept) == MOST_KEPT + 1
    assert any(each.is_refusal for each in kept)
    assert kept[-1].message == "and 300 more deviations"


def test_every_fault_refuses_or_warns_and_strictness_is_named_once():
    assert not [name for name, fault in FAULTS.items() if fault.is_refusal and fault.strict]
    assert STRICT == ("asset_id", "checksum", "dtd", "duration")
    assert len({fault.text for fault in FAULTS.values()}) == len(FAULTS)
