"""May this title be played, and why not: every reason, and which of two comes first."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.vod.rules import (
    Price,
    TitleReason,
    TitleRequest,
    TitleTerms,
    average,
    cyrillic_first,
    decide_title,
    search_text,
    sort_text,
)

NOW = 1_790_000_000
TERMS = TitleTerms()
REQUEST = TitleRequest(tariffs=frozenset({1}))


def decided(terms: TitleTerms = TERMS, request: TitleRequest = REQUEST) -> TitleReason:
    return decide_title(terms, request, NOW)


def test_a_title_of_the_subscription_plays() -> None:
    assert decided() is TitleReason.ALLOWED
    assert decided(TitleTerms(tariffs=frozenset({1, 2}))) is TitleReason.ALLOWED


@pytest.mark.parametrize(
    ("terms", "request_", "reason"),
    [
        (TERMS, replace(REQUEST, is_in_service=False), TitleReason.OUT_OF_SERVICE),
        (TERMS, replace(REQUEST, device_is_enabled=False), TitleReason.DEVICE_DISABLED),
        (TitleTerms(is_enabled=False), REQUEST, TitleReason.NOT_SHOWN),
        (TitleTerms(shown_from=NOW + 1), REQUEST, TitleReason.NOT_YET),
        (TitleTerms(shown_until=NOW), REQUEST, TitleReason.NO_LONGER),
        (TitleTerms(is_announcement=True), REQUEST, TitleReason.ANNOUNCED),
        (TitleTerms(device_types=frozenset({"ios"})), REQUEST, TitleReason.WRONG_DEVICE),
        (TERMS, replace(REQUEST, is_planned=True), TitleReason.EPISODE_PLANNED),
        (TERMS, replace(REQUEST, has_file=False), TitleReason.NO_FILE),
        (TitleTerms(tariffs=frozenset({2})), REQUEST, TitleReason.NOT_IN_TARIFF),
        (TERMS, TitleRequest(), TitleReason.NOT_IN_TARIFF),
        (TitleTerms(price=Price.PURCHASE), REQUEST, TitleReason.NOT_PURCHASED),
        (TitleTerms(needs_parent_code=True), replace(REQUEST, parent_code_given=False), TitleReason.PARENT_CODE),
    ],
)
def test_every_reason(terms: TitleTerms, request_: TitleRequest, reason: TitleReason) -> None:
    assert decided(terms, request_) is reason


def test_the_window_holds_its_first_moment_and_not_its_last() -> None:
    assert decided(TitleTerms(shown_from=NOW, shown_until=NOW + 1)) is TitleReason.ALLOWED


def test_what_is_bought_or_free_needs_no_tariff() -> None:
    assert decided(TitleTerms(price=Price.PURCHASE), TitleRequest(is_purchased=True)) is TitleReason.ALLOWED
    assert decided(TitleTerms(price=Price.FREE), TitleRequest()) is TitleReason.ALLOWED
    assert decided(TitleTerms(tariffs=frozenset({9})), TitleRequest(is_free=True)) is TitleReason.ALLOWED


def test_trailers_are_for_everybody_while_the_title_is_shown() -> None:
    trailer = TitleRequest(is_trailer=True, is_in_service=False, parent_code_given=False)
    terms = TitleTerms(is_announcement=True, price=Price.PURCHASE, needs_parent_code=True)
    assert decided(terms, trailer) is TitleReason.ALLOWED
    assert decided(replace(terms, is_enabled=False), trailer) is TitleReason.NOT_SHOWN
    assert decided(replace(terms, device_types=frozenset({"ios"})), trailer) is TitleReason.WRONG_DEVICE


@given(
    st.builds(TitleTerms, price=st.sampled_from(Price), tariffs=st.frozensets(st.integers(1, 3))),
    st.builds(TitleRequest, tariffs=st.frozensets(st.integers(1, 3))),
)
def test_more_tariffs_never_take_anything_away(terms: TitleTerms, request_: TitleRequest) -> None:
    more = replace(request_, tariffs=request_.tariffs | terms.tariffs | {4})
    if decided(terms, request_) is TitleReason.ALLOWED:
        assert decided(terms, more) is TitleReason.ALLOWED


# --- finding and sorting ---


def test_names_are_found_in_any_case_and_with_any_accents() -> None:
    assert search_text(["Ёлки Палки", "", "Élysée", "Ёлки Палки"]) == "елки палки\nelysee"


def test_names_are_sorted_alike() -> None:
    assert [sort_text(name) for name in ("  Ångström ", "ÄRA", "х" * 500)] == ["angstrom", "ara", "х" * 120]
    assert sorted(["Zoe", "Яна", "anna", "", "Борис"], key=cyrillic_first) == ["Борис", "Яна", "", "anna", "Zoe"]


@pytest.mark.parametrize(("total", "number", "expected"), [(0, 0, 0.0), (10, 3, 3.33), (30, 3, 10.0)])
def test_averages(total: int, number: int, expected: float) -> None:
    assert average(total, number) == expected
