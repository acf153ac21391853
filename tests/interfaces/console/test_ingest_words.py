"""What ingest has written down, in another language."""

import re
from itertools import chain

import pytest

from headend.ingest.deviations import FAULTS, deviation, told
from headend.interfaces.console import ingest_words
from headend.interfaces.console.ingest_words import REASONS, WITH_VALUES, in_words, main_sentence
from headend.settings.config import ROOT


@pytest.fixture(autouse=True)
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language in which everything is said in capitals, but the names of values."""
    monkeypatch.setattr(ingest_words, "gettext", lambda text: re.sub(r"\{\w+\}|.", _loud, text))


def _loud(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("{") else found[0].upper()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("the file is not there", "THE FILE IS NOT THERE"),
        ("the file is not there (line 3, a.ts)", "THE FILE IS NOT THERE (line 3, a.ts)"),
        (
            "a.xml refused: the file has another size than the package says: 3 bytes are said (line 7, a.ts: 4000)",
            "a.xml REFUSED: THE FILE HAS ANOTHER SIZE THAN THE PACKAGE SAYS: 3 BYTES ARE SAID (line 7, a.ts: 4000)",
        ),
        ("duplicate: taken already as ticket 12", "DUPLICATE: TAKEN ALREADY AS TICKET 12"),
        (
            "held after 8 attempts: ffprobe took longer than 60 seconds with a.ts",
            "HELD AFTER 8 ATTEMPTS: FFPROBE TOOK LONGER THAN 60 SECONDS WITH a.ts",
        ),
        (
            "North: there is no folder /srv/a b; South: the edge answers 550 {no}",
            "North: THERE IS NO FOLDER /srv/a b; South: THE EDGE ANSWERS 550 {no}",
        ),
        ("a b.xml taken: insert of films.example/1", "a b.xml TAKEN: insert OF films.example/1"),
        ("set to closed by anna: stopped", "SET TO closed BY anna: STOPPED"),
        ("connection refused", "connection refused"),
        ("duplicate: the asset is published already", "DUPLICATE: THE ASSET IS PUBLISHED ALREADY"),
        ("rejected: no package has inserted this asset", "REJECTED: NO PACKAGE HAS INSERTED THIS ASSET"),
        ("Edge 1: the edge answers 550 stopped", "Edge 1: THE EDGE ANSWERS 550 stopped"),
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
    for text in (": (" * 170, ": a.b" * 120, "; (a: .x" * 60):
        assert in_words(text) == text


def test_every_reason_is_still_one() -> None:
    source = "".join(
        path.read_text()
        for path in chain(*((ROOT / "src/headend" / room).rglob("*.py") for room in ("ingest", "adapters")))
    )
    parts = (part for reason in (*REASONS, *WITH_VALUES) for part in re.split(r"\{\w+\}", reason))
    assert [part for part in parts if part not in source] == []


@pytest.mark.parametrize("reason", WITH_VALUES)
def test_what_has_values_is_found_with_any_and_once(reason: str) -> None:
    values = {"file": "a.xml", "mode": "update", "number": "12", "size": "3", "seconds": "60", "checksum": "ab" * 16}
    text = re.sub(r"\{(\w+)\}", lambda name: values.get(name[1], "x-1"), reason)
    assert in_words(text) != text
    assert in_words(f"Edge 1: {text}: y (line 2)") == f"Edge 1: {in_words(text)}: y (line 2)"


def test_reasons_are_counted_without_their_details() -> None:
    told = (f"the file has another size than the package says: {size} bytes are said" for size in (3, 4))
    assert {main_sentence(text) for text in told} == {"THE FILE HAS ANOTHER SIZE THAN THE PACKAGE SAYS"}
    assert main_sentence("nobody knows this sentence: 12") == "nobody knows this sentence: 12"
