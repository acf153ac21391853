"""Refusals are counted until the records have them, and never fill the memory."""

from hypothesis import given
from hypothesis import strategies as st

from headend.hotpath.gate.refusals import Refusals
from headend.viewing.rules import RefusedPlay


def refused(account: int, at: int = 100, times: int = 1) -> RefusedPlay:
    return RefusedPlay(account, 7, "not_in_tariff", "key", at, times)


def test_the_same_again_is_one_line() -> None:
    kept = Refusals()
    for at in (100, 105):
        kept.note(refused(1, at))
    assert kept.take() == [refused(1, 105, 2)]
    assert kept.take() == []


def test_what_could_not_be_written_is_kept_with_what_came_meanwhile() -> None:
    kept = Refusals()
    kept.note(refused(1, 100))
    away = kept.take()
    kept.note(refused(1, 110))
    kept.put_back(away)
    assert kept.take() == [refused(1, 110, 2)]


@given(st.lists(st.integers(1, 50), max_size=200))
def test_no_more_than_so_many(accounts) -> None:
    kept = Refusals(most=10)
    for account in accounts:
        kept.note(refused(account))
    number = len(kept.take())
    assert number <= 10
    assert number == len(set(accounts)) or len(set(accounts)) > 10
