"""Which guide belongs to a channel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.catalog.rules import (
    NO_MATCH,
    Candidate,
    ChannelNames,
    GuideIndex,
    GuideNames,
    Match,
    MatchKind,
)


def by_id(number: int) -> Match:
    return Match(MatchKind.BY_ID, number)


def by_name(number: int) -> Match:
    return Match(MatchKind.BY_NAME, number)


def ambiguous(*numbers: int) -> Match:
    return Match(MatchKind.AMBIGUOUS, candidates=numbers)


GUIDES = [
    GuideNames(1, "BBCOne.uk", ("BBC One",)),
    GuideNames(2, "BBCOne.uk@HD", ("BBC One HD",)),
    GuideNames(3, "Film4.uk", ("Film4", "Film Four")),
    GuideNames(4, "Film4Plus1.uk", ("Film4 +1",)),
    GuideNames(5, "News24.al", ("News 24",)),
    GuideNames(6, "News24.za", ("News 24",)),
    GuideNames(7, "17", ("Kultura",)),
    GuideNames(8, "kultura", ("Kultura",), rank=1),
    GuideNames(9, "x1", ("Twin",)),
    GuideNames(10, "x2", ("Twin",)),
    GuideNames(11, "DiscoveryChannel", ("Discovery Channel",)),
    GuideNames(12, "", ("Ⓖ",)),
]
INDEX = GuideIndex(GUIDES)


@pytest.mark.parametrize(
    ("guide_id", "names", "expected"),
    [
        ("BBCOne.uk", ("Whatever",), by_id(1)),
        ("bbcone.UK", ("Whatever",), by_id(1)),
        ("BBCOne.uk@HD", ("Whatever",), by_id(2)),
        ("BBCOne.uk@FHD", ("Whatever",), by_id(1)),
        ("BBCOne", ("Whatever",), by_id(1)),
        ("BBCOne.ie", ("Whatever",), NO_MATCH),
        ("DiscoveryChannel.it", ("Whatever",), by_id(11)),
        ("News24", ("Whatever",), NO_MATCH),
        ("17", ("BBC One",), by_id(7)),
        ("unknown", ("BBC 1",), by_name(1)),
        ("", ("BBC One FHD",), ambiguous(1, 2)),
        ("", ("BBC One HD",), by_name(2)),
        ("", ("Film4",), by_name(3)),
        ("", ("FILM 4",), by_name(3)),
        ("", ("Film Four HD",), by_name(3)),
        ("", ("Film4+1",), by_name(4)),
        ("", ("Film4 +2",), NO_MATCH),
        ("", ("Film4 (IE)",), NO_MATCH),
        ("", ("News 24",), ambiguous(5, 6)),
        ("News24TV.za", ("News 24",), by_name(6)),
        ("", ("News 24 (AL)",), by_name(5)),
        ("", ("Kultura",), by_name(7)),
        ("", ("Twin",), ambiguous(9, 10)),
        ("", ("Twin", "News 24"), ambiguous(9, 10)),
        ("", ("Twin", "Kultura"), by_name(7)),
        ("", ("Discovery",), NO_MATCH),
        ("", ("", "Ⓖ"), NO_MATCH),
        ("", (), NO_MATCH),
    ],
)
def test_a_guide_is_found(guide_id: str, names: tuple[str, ...], expected: Match) -> None:
    assert INDEX.match(ChannelNames(1, guide_id, names)) == expected


@pytest.mark.parametrize(
    ("guide_id", "name", "current", "expected"),
    [
        ("", "Twin", 10, by_name(10)),
        ("", "Kultura", 7, by_name(7)),
        ("", "Twin", 3, ambiguous(9, 10)),
        ("BBCOne.uk", "Film4", 3, by_id(1)),
    ],
)
def test_what_a_channel_has_is_kept_where_it_would_do(guide_id: str, name: str, current: int, expected: Match) -> None:
    assert INDEX.match(ChannelNames(1, guide_id, (name,), current)) == expected


def test_where_two_sources_have_an_id_the_first_is_taken() -> None:
    index = GuideIndex([GuideNames(1, "a", ("A",), rank=2), GuideNames(2, "a", ("A",), rank=1)])
    assert index.match(ChannelNames(1, "a", ("A",))) == by_id(2)
    assert index.match(ChannelNames(1, "a", ("A",), current=1)) == by_id(1)
    assert index.match(ChannelNames(1, "", ("A",))) == by_name(2)


@pytest.mark.parametrize(
    ("guide_id", "name", "expected"),
    [
        ("", "Twin", [Candidate(9, 1.0), Candidate(10, 1.0)]),
        ("", "Discovery", [Candidate(11, 0.95)]),
        ("", "Kulturа Channel", []),  # with a Cyrillic letter
        ("", "Kultura Channel", [Candidate(7, 0.95), Candidate(8, 0.95)]),
        ("BBCOne.uk", "Twin", [Candidate(1, 1.0), Candidate(9, 1.0), Candidate(10, 1.0)]),
        ("", "BBC Two", []),
        ("", "News 24 (ZA)", [Candidate(6, 1.0)]),
    ],
)
def test_candidates_are_scored(guide_id: str, name: str, expected: list[Candidate]) -> None:
    assert INDEX.candidates(ChannelNames(1, guide_id, (name,))) == expected


def test_candidates_are_limited() -> None:
    index = GuideIndex([GuideNames(number, str(number), ("Same",)) for number in range(1, 10)])
    assert index.candidates(ChannelNames(1, "", ("Same",)), limit=2) == [Candidate(1, 1.0), Candidate(2, 1.0)]


NAMES = st.text(alphabet="ab +1HD.(uk)", max_size=12)
GUIDE = st.builds(GuideNames, st.integers(1, 9), NAMES, st.lists(NAMES, max_size=2).map(tuple), st.integers(0, 2))


@given(st.lists(GUIDE, max_size=8, unique_by=lambda guide: guide.id), NAMES, st.lists(NAMES, max_size=3).map(tuple))
def test_a_match_is_one_of_the_guides(guides: list[GuideNames], guide_id: str, names: tuple[str, ...]) -> None:
    index = GuideIndex(guides)
    numbers = {guide.id for guide in guides}
    found = index.match(ChannelNames(1, guide_id, names))
    assert (found.guide_channel in numbers) == (found.kind in (MatchKind.BY_ID, MatchKind.BY_NAME))
    assert set(found.candidates) <= numbers
    assert len(found.candidates) != 1
    scores = index.candidates(ChannelNames(1, guide_id, names))
    assert scores == sorted(scores, key=lambda candidate: -candidate.score)
