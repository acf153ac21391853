"""The XMLTV that players get: in the DTD's order, escaped, and read back by our own reader."""

import xml.etree.ElementTree as ET
from datetime import UTC
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headend.adapters.epg_sources.xmltv import read_xmltv
from headend.catalog.ports import ChannelDraft, Credits, Episode, ProgrammeDetails, ProgrammeDraft
from headend.hotpath.gate.xmltv import (
    ChannelElement,
    ProgrammeElement,
    write_channel,
    write_guide,
    write_programme,
)

START = 1_795_287_600  # 2026-11-21 19:00:00 UTC

FULL = ProgrammeDetails(
    language="en",
    titles={"it": "Il Film"},
    subtitle="Part one",
    subtitles={"it": "Prima parte"},
    description="It begins.",
    descriptions={"it": "Comincia."},
    categories=("Drama", "Film"),
    keywords=("sea",),
    credits=Credits(directors=("A. Director",), actors=("B. Actor", "C. Actor"), parts={"B. Actor": 'The "Captain"'}),
    episode=Episode(season=2, of_seasons=3, number=5, onscreen="S02E05", ids={"dd_progid": "EP1.5"}),
    date="1999",
    countries=("IT",),
    icons=("http://icon.example/1.png",),
    url="http://film.example/",
    ratings={"MPAA": "PG"},
    stars={"": "7/10"},
    original_language="it",
    spoken_language="en",
    length_seconds=5400,
    shown_before="20200101",
    premiere="yes",
    is_new=True,
    is_last_chance=True,
    captions=("teletext", "yes"),
    quality="HDTV",
    aspect="16:9",
    audio="stereo",
    catchup_id="c&1",
)


def test_a_programme_with_everything_stands_in_the_order_of_the_dtd() -> None:
    element = ET.fromstring(write_programme("7", ProgrammeElement(START, START + 5400, "The Film", details=FULL)))
    assert element.attrib == {
        "start": "20261121190000 +0000",
        "stop": "20261121203000 +0000",
        "channel": "7",
        "catchup-id": "c&1",
    }
    assert [(child.tag, child.get("lang") or child.get("system") or "", child.text or "") for child in element] == [
        ("title", "en", "The Film"),
        ("title", "it", "Il Film"),
        ("sub-title", "en", "Part one"),
        ("sub-title", "it", "Prima parte"),
        ("desc", "en", "It begins."),
        ("desc", "it", "Comincia."),
        ("credits", "", ""),
        ("date", "", "1999"),
        ("category", "", "Drama"),
        ("category", "", "Film"),
        ("keyword", "", "sea"),
        ("language", "", "en"),
        ("orig-language", "", "it"),
        ("length", "", "5400"),
        ("icon", "", ""),
        ("url", "", "http://film.example/"),
        ("country", "", "IT"),
        ("episode-num", "xmltv_ns", "1/3.4."),
        ("episode-num", "onscreen", "S02E05"),
        ("episode-num", "dd_progid", "EP1.5"),
        ("video", "", ""),
        ("audio", "", ""),
        ("previously-shown", "", ""),
        ("premiere", "", ""),
        ("last-chance", "", ""),
        ("new", "", ""),
        ("subtitles", "", ""),
        ("subtitles", "", ""),
        ("rating", "MPAA", ""),
        ("star-rating", "", ""),
    ]
    roles = [(person.tag, person.get("role"), person.text) for person in element.iter() if person.tag == "actor"]
    assert roles == [("actor", 'The "Captain"', "B. Actor"), ("actor", None, "C. Actor")]


def test_a_programme_with_nothing() -> None:
    assert write_programme("7", ProgrammeElement(START, START + 60, "A & B")) == (
        b'<programme start="20261121190000 +0000" stop="20261121190100 +0000" channel="7">'
        b"<title>A &amp; B</title></programme>\n"
    )


def test_our_own_categories_and_ages() -> None:
    programme = ProgrammeElement(START, START, "", age=12, categories=("Film", "Series"))
    assert write_programme("7", programme).decode().partition(">")[2] == (
        "<title>-</title><category>Film</category><category>Series</category>"
        '<rating system="age"><value>12</value></rating></programme>\n'
    )


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "19700101000000 +0000"), (-5, "19700101000000 +0000"), (10**15, "99991231235959 +0000")],
)
def test_times_have_fourteen_digits_and_an_offset(seconds: int, written: str) -> None:
    element = ET.fromstring(write_programme("7", ProgrammeElement(seconds, seconds, "x")))
    assert element.get("start") == written


def test_channels_have_names_in_languages() -> None:
    assert write_channel(ChannelElement("7", {"en": "News", "it": "Notizie", "": ""}, "http://icon/?a&b")) == (
        b'<channel id="7"><display-name lang="en">News</display-name><display-name lang="it">Notizie</display-name>'
        b'<icon src="http://icon/?a&amp;b"/></channel>\n'
    )
    assert write_channel(ChannelElement('<"7">', {})) == (
        b'<channel id="&lt;&quot;7&quot;&gt;"><display-name>&lt;"7"&gt;</display-name></channel>\n'
    )


def test_a_whole_guide() -> None:
    channel, programme = (
        write_channel(ChannelElement("7", {"": "N"})),
        write_programme("7", ProgrammeElement(0, 1, "x")),
    )
    assert write_guide([channel], [programme, programme]).decode().splitlines() == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<tv generator-info-name="Headend">',
        channel.decode().strip(),
        programme.decode().strip(),
        programme.decode().strip(),
        "</tv>",
    ]


TEXT = st.text(max_size=30)
WORD = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=20)
LANGUAGE = st.sampled_from(["de", "fr", "ru"])
NUMBER = st.none() | st.integers(1, 999)


@given(
    TEXT,
    TEXT,
    st.builds(
        ProgrammeDetails,
        language=TEXT,
        titles=st.dictionaries(TEXT, TEXT, max_size=2),
        subtitle=TEXT,
        description=TEXT,
        categories=st.lists(TEXT, max_size=2).map(tuple),
        ratings=st.dictionaries(TEXT, TEXT, max_size=2),
        captions=st.lists(TEXT, max_size=2).map(tuple),
        shown_before=TEXT,
        premiere=TEXT,
        catchup_id=TEXT,
        credits=st.none() | st.builds(Credits, actors=st.tuples(TEXT), parts=st.dictionaries(TEXT, TEXT, max_size=1)),
        episode=st.none() | st.builds(Episode, onscreen=TEXT, ids=st.dictionaries(TEXT, TEXT, max_size=1)),
    ),
)
def test_whatever_a_guide_says_the_document_is_well_formed(
    channel_id: str, title: str, details: ProgrammeDetails
) -> None:
    document = write_guide(
        [write_channel(ChannelElement(channel_id, {title: title}, title))],
        [write_programme(channel_id, ProgrammeElement(START, START + 60, title, details=details))],
    )
    assert [child.tag for child in ET.fromstring(document)] == ["channel", "programme"]


@settings(max_examples=50)
@given(
    WORD,
    st.builds(
        ProgrammeDetails,
        language=st.just("en"),
        titles=st.dictionaries(LANGUAGE, WORD, max_size=2),
        subtitle=WORD,
        subtitles=st.dictionaries(LANGUAGE, WORD, max_size=2),
        description=WORD,
        descriptions=st.dictionaries(LANGUAGE, WORD, max_size=2),
        categories=st.lists(WORD, max_size=3, unique=True).map(tuple),
        keywords=st.lists(WORD, max_size=3, unique=True).map(tuple),
        credits=st.builds(Credits, actors=st.just(("A",)), guests=st.just(("G",)), parts=st.just({"A": "Role"})),
        episode=st.builds(
            Episode, season=NUMBER, of_seasons=NUMBER, number=NUMBER, part=NUMBER, ids=st.just({"system": "17"})
        ),
        countries=st.lists(WORD, max_size=2, unique=True).map(tuple),
        ratings=st.dictionaries(WORD, WORD, max_size=2),
        stars=st.dictionaries(WORD, WORD, max_size=2),
        length_seconds=st.integers(1, 86400),
        shown_before=st.sampled_from(["", "yes", "20200101"]),
        premiere=st.sampled_from(["", "yes", "at last"]),
        is_new=st.booleans(),
        is_last_chance=st.booleans(),
        captions=st.lists(st.sampled_from(["teletext", "onscreen", "yes"]), unique=True).map(tuple),
        quality=st.sampled_from(["", "HDTV"]),
        audio=st.sampled_from(["", "dolby"]),
        catchup_id=st.just(""),
    ),
)
def test_our_reader_reads_what_we_write(title: str, details: ProgrammeDetails) -> None:
    document = write_guide(
        [write_channel(ChannelElement("7", {"en": "News"}, "http://icon.example/1.png"))],
        [write_programme("7", ProgrammeElement(START, START + 60, title, details=details))],
    )
    assert list(read_xmltv(BytesIO(document), zone=UTC)) == [
        ChannelDraft(3, "7", ("News",), "http://icon.example/1.png"),
        ProgrammeDraft(4, "7", START, START + 60, title, age=ANY_AGE, details=details),
    ]


class _AnyAge(int):
    def __eq__(self, other: object) -> bool:
        return isinstance(other, int)

    __hash__ = int.__hash__


ANY_AGE = _AnyAge(0)
