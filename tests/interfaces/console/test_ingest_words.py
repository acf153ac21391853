"""What ingest has written down, in another language."""

from itertools import chain

import pytest

from headend.ingest.deviations import FAULTS, deviation, told
from headend.interfaces.console import ingest_words
from headend.interfaces.console.ingest_words import REASONS, in_words
from headend.settings.config import ROOT


@pytest.fixture(autouse=True)
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language in which everything is said in capitals."""
    monkeypatch.setattr(ingest_words, "gettext", str.upper)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("the file is not there", "THE FILE IS NOT THERE"),
        ("the file is not there (line 3, a.ts)", "THE FILE IS NOT THERE (line 3, a.ts)"),
        (
            "a.xml refused: the file has another size than the package says: 3 bytes are said (line 7, a.ts: 4000)",
            "a.xml refused: THE FILE HAS ANOTHER SIZE THAN THE PACKAGE SAYS: 3 bytes are said (line 7, a.ts: 4000)",
        ),
        ("duplicate: the asset is published already", "DUPLICATE: THE ASSET IS PUBLISHED ALREADY"),
        ("rejected: no package has inserted this asset", "rejected: NO PACKAGE HAS INSERTED THIS ASSET"),
        ("Edge 1: the edge answers 550 stopped", "Edge 1: the edge answers 550 stopped"),
        ("nobody knows this sentence", "nobody knows this sentence"),
        ("", ""),
    ],
)
def test_our_sentences_are_translated_and_nothing_around_them(text: str, said: str) -> None:
    assert in_words(text) == said


@pytest.mark.parametrize("fault", FAULTS)
def test_every_deviation_is_found_again_in_what_is_told_of_it(fault: str) -> None:
    text = told(deviation(fault, (), line=7, place="AMS (x): y", value="a: b (c)", detail="d: e"))
    assert in_words(text).startswith(FAULTS[fault].text.upper())


def test_a_long_text_of_somebody_else_takes_no_time() -> None:
    assert in_words(": (" * 170) == ": (" * 170


def test_every_reason_is_still_one() -> None:
    source = "".join(
        path.read_text()
        for path in chain(*((ROOT / "src/headend" / room).rglob("*.py") for room in ("ingest", "adapters")))
    )
    assert [reason for reason in REASONS if reason not in source] == []
