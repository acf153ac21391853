"""Phones as they are kept, when a code is sent, how long a trial is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.kernel.errors import Invalid
from headend.subscribers.rules import (
    CODE_SECONDS,
    CODES_A_DAY,
    RESEND_SECONDS,
    WRONG_CODES,
    CodeState,
    Sending,
    count_sending,
    decide_sending,
    is_open,
    phone_of,
    trial_of,
)

NOW = 1_800_000_000


@pytest.mark.parametrize(
    "text", ["+39 010 555-00-01", "390105550001", "0039(010)5550001", " +39.010.555.0001 ", "+39\u00a00105550001"]
)
def test_one_phone_is_kept_in_one_way(text: str) -> None:
    assert phone_of(text) == "+390105550001"


@pytest.mark.parametrize(
    "text", ["", "+", "12345", "1" * 16, "+39 010 CALL", "٣٩٠١٠٥٥٥٠٠٠١", "++390105550001", "1;2345678"]
)
def test_what_is_no_phone_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as told:
        phone_of(text)
    assert told.value.place == "phone"


@given(st.text(max_size=40))
def test_a_phone_is_kept_as_it_is(text: str) -> None:
    try:
        phone = phone_of(text)
    except Invalid:
        return
    assert phone[0] == "+"
    assert phone[1:].isascii()
    assert 7 <= len(phone[1:]) <= 15


@given(st.lists(st.integers(0, 5000), max_size=200))
def test_never_more_codes_than_a_day_allows(waits: list[int]) -> None:
    now, state, sent = NOW, None, list[int]()
    for wait in waits:
        now += wait
        if decide_sending(state, now) is Sending.NOW:
            state = count_sending(state, now)
            sent.append(now)
    for place, moment in enumerate(sent[1:], 1):
        assert moment - sent[place - 1] >= RESEND_SECONDS
    for place in range(len(sent) - 2 * CODES_A_DAY):
        assert sent[place + 2 * CODES_A_DAY] - sent[place] >= 86_400


def test_when_a_code_is_open() -> None:
    state = CodeState(sent_at=NOW, counted_from=NOW, sent=1)
    assert is_open(state, NOW + CODE_SECONDS - 1)
    assert not is_open(state, NOW + CODE_SECONDS)
    assert not is_open(CodeState(sent_at=NOW, wrong=WRONG_CODES, counted_from=NOW, sent=1), NOW)


@pytest.mark.parametrize(("wanted", "usual", "expected"), [(None, 7, 7), (None, 30, 14), (0, 7, 0), (14, 7, 14)])
def test_trials(wanted: int | None, usual: int, expected: int) -> None:
    assert trial_of(wanted, usual, 14) == expected


@pytest.mark.parametrize("wanted", [-1, 15, 10**9])
def test_trials_that_are_not_given(wanted: int) -> None:
    with pytest.raises(Invalid):
        trial_of(wanted, 7, 14)
