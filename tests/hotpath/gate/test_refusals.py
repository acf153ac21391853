"""Refusals are counted until the records have them, and never fill the memory."""

from hypothesis import given
from hypothesis import strategies as st

from headend.hotpath.gate.refusals import refused_plays, refused_sign_ins
from headend.subscribers.rules import RefusedSignIn, SignInRefusal
from headend.viewing.rules import RefusedPlay


def refused(account: int, at: int = 100, times: int = 1) -> RefusedPlay:
    return RefusedPlay(account, 7, "not_in_tariff", "key", at, times)


def test_the_same_again_is_one_line() -> None:
    kept = refused_plays()
    for at in (100, 105):
        kept.note(refused(1, at))
    assert kept.take() == [refused(1, 105, 2)]
    assert kept.take() == []


def test_what_could_not_be_written_is_kept_with_what_came_meanwhile() -> None:
    kept = refused_plays()
    kept.note(refused(1, 100))
    away = kept.take()
    kept.note(refused(1, 110))
    kept.put_back(away)
    assert kept.take() == [refused(1, 110, 2)]


@given(st.lists(st.integers(1, 50), max_size=200))
def test_no_more_than_so_many(accounts) -> None:
    kept = refused_plays(most=10)
    for account in accounts:
        kept.note(refused(account))
    number = len(kept.take())
    assert number <= 10
    assert number == len(set(accounts)) or len(set(accounts)) > 10


def test_a_guessed_password_is_one_line_for_each_account_and_reason() -> None:
    kept = refused_sign_ins()
    for device in ("box", "tv", "phone"):
        kept.note(RefusedSignIn(1, SignInRefusal.WRONG_PASSWORD, device, "192.0.2.1", 100))
    kept.note(RefusedSignIn(1, SignInRefusal.INACTIVE, "box", "192.0.2.1", 100))
    guessed, inactive = kept.take()
    assert (guessed.device_uid, guessed.times, inactive.times) == ("phone", 3, 1)
