"""Who sees a ribbon or a banner, and when."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.portal.rules import Audience, Viewer, fold, has_birthday, is_on_screen, is_shown, visible_menu

DAY = date(2026, 3, 14)
GUEST = Viewer(day=DAY)
SOMEBODY = Viewer(
    day=DAY,
    account=5,
    tariffs=frozenset({1, 2}),
    city="Novi  Sad",
    birth_date=date(1980, 3, 14),
    device_type=3,
    template="impuls",
)


@pytest.mark.parametrize(
    ("audience", "somebody", "guest"),
    [
        (Audience(), True, True),
        (Audience(is_enabled=False), False, False),
        (Audience(since=DAY, until=DAY), True, True),
        (Audience(since=DAY + timedelta(1)), False, False),
        (Audience(until=DAY - timedelta(1)), False, False),
        (Audience(accounts=frozenset({5})), True, False),
        (Audience(accounts=frozenset({6})), False, False),
        (Audience(tariffs=frozenset({2, 9})), True, False),
        (Audience(tariffs=frozenset({9})), False, False),
        (Audience(accounts=frozenset({6}), tariffs=frozenset({2})), True, False),
        (Audience(accounts=frozenset({5}), tariffs=frozenset({9})), True, False),
        (Audience(cities=frozenset({fold("NOVI SAD")})), True, False),
        (Audience(cities=frozenset({"niš"})), False, False),
        (Audience(accounts=frozenset({5}), cities=frozenset({"niš"})), False, False),
        (Audience(device_types=frozenset({3})), True, False),
        (Audience(device_types=frozenset({4})), False, False),
        (Audience(templates=frozenset({"impuls"})), True, False),
        (Audience(templates=frozenset({"focus"})), False, False),
        (Audience(on_birthday=True), True, False),
    ],
)
def test_every_condition(audience: Audience, somebody: bool, guest: bool) -> None:
    assert (is_shown(audience, SOMEBODY), is_shown(audience, GUEST)) == (somebody, guest)


@pytest.mark.parametrize(
    ("born", "day", "is_theirs"),
    [
        (date(1980, 3, 14), date(2026, 3, 14), True),
        (date(1980, 3, 14), date(2026, 3, 15), False),
        (date(1984, 2, 29), date(2028, 2, 29), True),
        (date(1984, 2, 29), date(2028, 2, 28), False),
        (date(1984, 2, 29), date(2026, 2, 28), True),
        (date(1984, 2, 29), date(2026, 3, 1), False),
        (None, date(2026, 3, 1), False),
    ],
)
def test_birthdays(born: date | None, day: date, is_theirs: bool) -> None:
    assert has_birthday(born, day) is is_theirs


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(2000, 2100))
def test_everybody_has_one_birthday_a_year(born: date, year: int) -> None:
    days = (date(year, 1, 1) + timedelta(n) for n in range(366))
    assert sum(has_birthday(born, day) for day in days if day.year == year) == 1


@given(st.sets(st.integers(1, 3)), st.sets(st.integers(1, 3)))
def test_a_narrower_audience_never_sees_more(tariffs: set[int], held: set[int]) -> None:
    viewer = replace(SOMEBODY, tariffs=frozenset(held))
    wide, narrow = Audience(tariffs=frozenset(tariffs)), Audience(tariffs=frozenset(tariffs), cities=frozenset({"x"}))
    assert is_shown(wide, viewer) or not is_shown(narrow, viewer)


@pytest.mark.parametrize(
    ("own", "asked", "stands"),
    [
        ([], "", True),
        ([], "kids", True),
        (["main"], "", True),
        (["main"], "all", True),
        (["main"], "kids", False),
        (["Main", "kids"], "films, KIDS", True),
        (["all"], "kids", True),
        (["main"], ",,", True),
    ],
)
def test_screens(own: list[str], asked: str, stands: bool) -> None:
    assert is_on_screen(own, asked) is stands


def test_a_menu_leaves_out_what_a_device_hides() -> None:
    assert visible_menu(["radio", "archive", "radio", "cctv"], {"cctv"}) == ["radio", "archive"]
