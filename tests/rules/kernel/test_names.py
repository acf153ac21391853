"""Channel names made comparable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.kernel.names import (
    ChannelName,
    GuideId,
    country_code,
    read_guide_id,
    read_name,
    same_name,
    similarity,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BBC One HD", ChannelName(("bbc", "1"), "bbc1", quality=2)),
        ("bbc_1", ChannelName(("bbc", "1"), "bbc1")),
        ("BBC One ᴴᴰ", ChannelName(("bbc", "1"), "bbc1", quality=2)),
        ("BBC One Ultra HD", ChannelName(("bbc", "1"), "bbc1", quality=4)),
        ("RTÉ One", ChannelName(("rte", "1"), "rte1")),
        ("Kanali 7 Ⓢ", ChannelName(("kanali", "7"), "kanali7")),
        ("Film4+1", ChannelName(("film4",), "film4", shift_hours=1)),
        ("Film4 +1 HD", ChannelName(("film4",), "film4", shift_hours=1)),
        ("ITV +1 London", ChannelName(("itv", "london"), "itvlondon", shift_hours=1)),
        ("Россия 1 (+2)", ChannelName(("россия", "1"), "россия1", shift_hours=2)),
        ("1+1 Ukraina Ⓢ", ChannelName(("1", "plus", "1", "ukraina"), "1plus1ukraina")),
        ("2+2", ChannelName(("2", "plus", "2"), "2plus2")),
        ("Canal+", ChannelName(("canal", "plus"), "canalplus")),
        ("CANAL PLUS", ChannelName(("canal", "plus"), "canalplus")),
        ("UK: Sky News", ChannelName(("sky", "news"), "skynews", country="gb")),
        ("|UK| Sky News", ChannelName(("sky", "news"), "skynews", country="gb")),
        ("[GB] Sky News FHD", ChannelName(("sky", "news"), "skynews", quality=3, country="gb")),
        ("🇬🇧 Sky News", ChannelName(("sky", "news"), "skynews", country="gb")),
        ("ABC News (AU) Ⓨ", ChannelName(("abc", "news"), "abcnews", country="au")),
        ("TV: Sky", ChannelName(("tv", "sky"), "tvsky")),
        ("La 1 (Catalunya)", ChannelName(("la", "1", "catalunya"), "la1catalunya")),
        ("Euronews (720p) [Geo-blocked]", ChannelName(("euronews",), "euronews", quality=2)),
        ("A&E", ChannelName(("a", "and", "e"), "aande")),
        ("Disney's R.M.K.", ChannelName(("disneys", "rmk"), "disneysrmk")),
        ("ガ", ChannelName(("ガ",), "ガ")),
        ("4K", ChannelName(("4k",), "4k", quality=4)),
        ("Ⓖ !", ChannelName((), "")),
        ("", ChannelName((), "")),
    ],
)
def test_a_name_is_taken_apart(text: str, expected: ChannelName) -> None:
    assert read_name(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BBCOne.uk@HD", GuideId("bbcone.uk", "bbcone", "gb")),
        ("BBCOne.UK", GuideId("bbcone.uk", "bbcone", "gb")),
        ("News18.com", GuideId("news18.com", "news18.com", "")),
        ("a.b.it", GuideId("a.b.it", "a.b", "it")),
        ("17", GuideId("17", "17", "")),
        (".it", GuideId(".it", ".it", "")),
        ("", GuideId("", "", "")),
    ],
)
def test_a_guide_id_is_taken_apart(text: str, expected: GuideId) -> None:
    assert read_guide_id(text) == expected


def test_country_codes() -> None:
    assert [country_code(text) for text in ("UK", "gb", "USA", "tv", "english", "")] == ["gb", "gb", "us", "", "", ""]


@pytest.mark.parametrize(
    ("a", "b", "score"),
    [
        ("BBC One", "BBC 1 HD", 1.0),
        ("Film4 +1", "Film4", 0.0),
        ("BBC One", "BBC Two", 0.0),
        ("Sport", "Sport 2", 0.0),
        ("News (AU)", "News (UK)", 0.0),
        ("News (AU)", "News", 1.0),
        ("Discovery", "Discovery Channel", 0.95),
        ("ABC News", "ABC New", 0.91),
        ("Kultura", "Muzyka", 0.0),
        ("", "", 0.0),
        ("!", "?", 0.0),
    ],
)
def test_similarity(a: str, b: str, score: float) -> None:
    assert round(similarity(read_name(a), read_name(b)), 2) == score
    assert round(similarity(read_name(b), read_name(a)), 2) == score


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_names_can_be_compared(a: str, b: str) -> None:
    one, other = read_name(a), read_name(b)
    assert 0.0 <= similarity(one, other) <= 1.0
    assert similarity(one, other) == similarity(other, one)
    assert same_name(one, one) == bool(one.key)
    assert one.key == one.key.casefold() == "".join(one.words)
    assert not any(word.isspace() or not word for word in one.words)


@given(st.text(alphabet="abcdéßÉ 12", min_size=1, max_size=20))
def test_case_accents_and_spaces_do_not_count(text: str) -> None:
    assert read_name(text).key == read_name(f"  {text.upper()}  ").key
