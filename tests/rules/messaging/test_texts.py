"""Scripts stay out of messages, and phones get words alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.messaging.rules import clean_html, next_attempt, plain_text


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("<p>Hello <b>you</b></p>", "<p>Hello <b>you</b></p>"),
        ("a<script>alert(1)</script>b", "ab"),
        ('<a href="javascript:alert(1)" onclick="x()">go</a>', "<a>go</a>"),
        ('<a href="https://tv.example/?a=1&b=2">go</a>', '<a href="https://tv.example/?a=1&amp;b=2">go</a>'),
        ('<img src="data:image/svg+xml,x" onerror="x()" alt="A">', '<img alt="A">'),
        ('<div style="background:url(//x)"><iframe src="//x"></iframe>ok</div>', "<div>ok</div>"),
        ("<form><input name=a>pay</form>", "pay"),
        ("5 < 6 & 7", "5 &lt; 6 &amp; 7"),
    ],
)
def test_scripts_go_and_words_stay(given_: str, kept: str) -> None:
    assert clean_html(given_) == kept


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_html(text)
    assert clean_html(once) == once
    assert "<script" not in once.lower()


def test_phones_get_words_alone() -> None:
    assert plain_text("<h1>Works</h1><p>Tonight&nbsp;&amp; tomorrow<br>from <b>two</b></p>") == (
        "Works\nTonight & tomorrow\nfrom two"
    )


def test_a_text_is_given_up_after_six_attempts() -> None:
    assert [next_attempt(number) for number in range(1, 7)] == [60, 300, 1800, 7200, 21_600, None]
