"""XMLTV as real guides write it, and as nobody should."""

from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import SHARED_SAMPLES
from tests.ports.epg_sources.reading import Remembered, read, trees

from headend.adapters.epg_sources.xmltv import LARGEST_ITEM, read_xmltv
from headend.catalog.errors import GuideBroken, NotAGuide
from headend.catalog.ports import (
    ChannelDraft,
    Credits,
    Episode,
    GuideItem,
    KnownProgramme,
    Problem,
    ProgrammeDetails,
    ProgrammeDraft,
)
from headend.kernel.errors import HeadendError


def one(inside: str, attributes: str = 'start="20261121200000 +0000"') -> GuideItem:
    (item,) = read(f'<tv><programme channel="a" {attributes}>{inside}</programme></tv>')
    return item


def details(inside: str) -> ProgrammeDetails:
    item = one(f"<title>T</title>{inside}")
    assert isinstance(item, ProgrammeDraft)
    return item.details


def at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[misc]


def test_channels_have_names_and_an_icon():
    text = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tv SYSTEM "xmltv.dtd">
<tv>
  <channel id="one.example">
    <display-name lang="en">One &amp; only</display-name>
    <display-name>Uno</display-name>
    <icon src="http://a/1.png" width="10"/>
    <url>http://a/</url>
  </channel>
  <channel id="two"/>
</tv>"""
    assert read(text) == [
        ChannelDraft(4, "one.example", ("One & only", "Uno"), "http://a/1.png"),
        ChannelDraft(10, "two"),
    ]


def test_everything_that_a_programme_may_say():
    item = one(
        """
  <title lang="en">The Match</title><title lang="ru">Матч</title><title lang="en-GB">Ignored</title>
  <sub-title lang="en">First half</sub-title>
  <desc lang="en">Two lines
     of text</desc><desc lang="it">Due righe</desc>
  <credits>
    <director>Ann Lee</director>
    <actor role="Hero">Bo</actor><actor>Cy</actor>
    <presenter>Di</presenter>
  </credits>
  <date>2025</date>
  <category lang="en">Sport</category><category lang="en">Football</category><category>Sport</category>
  <keyword>cup</keyword>
  <language>en</language><orig-language>it</orig-language>
  <length units="minutes">95</length>
  <icon src="https://a/p.jpg"/><icon src="javascript:x"/>
  <url>http://a/match</url>
  <country>GB</country>
  <episode-num system="xmltv_ns">1 . 4/10 . 0/2</episode-num>
  <episode-num system="onscreen">S02E05</episode-num>
  <episode-num system="dd_progid">EP01.0001</episode-num>
  <video><present>yes</present><aspect>16:9</aspect><quality>HDTV</quality></video>
  <audio><stereo>dolby digital</stereo></audio>
  <previously-shown start="20200101"/><premiere>First time</premiere><last-chance/><new/>
  <subtitles type="teletext"><language>en</language></subtitles>
  <rating system="FSK"><value>12</value><icon src="x"/></rating><rating system="BBFC"><value>15</value></rating>
  <star-rating system="x"><value>7.5/10</value></star-rating>
""",
        'start="20261121200000 +0100" stop="20261121214500 +0100" catchup-id="77"',
    )
    assert isinstance(item, ProgrammeDraft)
    assert (item.guide_id, item.title, item.age) == ("a", "The Match", 15)
    assert (item.start, item.stop) == (at(2026, 11, 21, 19), at(2026, 11, 21, 20, 45))
    assert item.details == ProgrammeDetails(
        language="en",
        titles={"ru": "Матч"},
        subtitle="First half",
        description="Two lines of text",
        descriptions={"it": "Due righe"},
        categories=("Sport", "Football"),
        keywords=("cup",),
        credits=Credits(directors=("Ann Lee",), actors=("Bo", "Cy"), presenters=("Di",), parts={"Bo": "Hero"}),
        episode=Episode(2, None, 5, 10, 1, 2, "S02E05", {"dd_progid": "EP01.0001"}),
        date="2025",
        countries=("GB",),
        icons=("https://a/p.jpg",),
        url="http://a/match",
        ratings={"FSK": "12", "BBFC": "15"},
        stars={"x": "7.5/10"},
        original_language="it",
        spoken_language="en",
        length_seconds=95 * 60,
        shown_before="20200101",
        premiere="First time",
        is_new=True,
        is_last_chance=True,
        captions=("teletext",),
        quality="HDTV",
        aspect="16:9",
        audio="dolby digital",
        catchup_id="77",
    )


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("20261121200000 +0000", at(2026, 11, 21, 20)),
        ("20261121200000 +0100", at(2026, 11, 21, 19)),
        ("20261121200000 -0330", at(2026, 11, 21, 23, 30)),
        ("20261121200000+0100", at(2026, 11, 21, 19)),
        ("20261121200000 Z", at(2026, 11, 21, 20)),
        ("20261121200000 CET", at(2026, 11, 21, 19)),
        ("20261121200000 Europe/Rome", at(2026, 11, 21, 19)),
        ("202611212000", at(2026, 11, 21, 17)),  # the source's zone, Moscow, has no summer time
        ("2026112120", at(2026, 11, 21, 17)),
        ("20261121", at(2026, 11, 20, 21)),
        ("2026-11-21T20:00:00Z", at(2026, 11, 21, 20)),
        ("2026-11-21 20:00:00.000 +01:00", at(2026, 11, 21, 19)),
        ("20261121240000 +0000", at(2026, 11, 22)),
    ],
)
def test_forms_of_times(text, start):
    (item,) = read(f'<tv><programme channel="a" start="{text}"><title>T</title></programme></tv>', zone="Europe/Moscow")
    assert (item.start, item.stop) == (start, None)


@pytest.mark.parametrize(
    ("_case", "attributes", "inside", "message"),
    [
        ("no start", "", "<title>T</title>", "no start"),
        ("no title", 'start="20261121"', "<desc>D</desc>", "no title"),
        ("empty title", 'start="20261121"', "<title> </title>", "no title"),
        ("not a time", 'start="soon"', "<title>T</title>", "start 'soon': not a time"),
        ("no such day", 'start="20260231"', "<title>T</title>", "start '20260231': day is out of range for month"),
        (
            "no such hour",
            'start="20260201250000"',
            "<title>T</title>",
            "start '20260201250000': no such time of the day",
        ),
        (
            "no such zone",
            'start="20260201 Mars/Base"',
            "<title>T</title>",
            "start '20260201 Mars/Base': no such zone: Mars/Base",
        ),
        ("year 1", 'start="00010101"', "<title>T</title>", "start '00010101': no such year in a guide"),
    ],
)
def test_a_bad_programme_is_told_with_its_line_and_the_next_is_read(_case, attributes, inside, message):
    good = '<programme channel="a" start="20261121"><title>Good</title></programme>'
    bad, after = read(f'<tv>\n\n<programme channel="a" {attributes}>{inside}</programme>\n{good}</tv>')
    assert isinstance(bad, Problem)
    assert (bad.line, bad.message, bad.is_loss) == (3, message, True)
    assert isinstance(after, ProgrammeDraft)
    assert (after.line, after.title) == (4, "Good")


def test_a_bad_stop_is_told_and_left_out():
    item = read('<tv><programme channel="a" start="20261121" stop="late"><title>T</title></programme></tv>')
    assert item[0] == Problem(1, "stop 'late': not a time", "T", is_loss=False)
    assert isinstance(item[1], ProgrammeDraft)
    assert item[1].stop is None


@pytest.mark.parametrize("channel", ["<channel/>", '<channel id=" "/>', f'<channel id="{"x" * 201}"/>'])
def test_a_bad_channel_is_told(channel):
    (item,) = read(f"<tv>{channel}</tv>")
    assert isinstance(item, Problem)
    assert item.line == 1


def test_programmes_without_a_channel_are_told():
    (item,) = read('<tv><programme start="20261121"><title>T</title></programme></tv>')
    assert item == Problem(1, "no channel", "T")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", NotAGuide),
        ("not xml", NotAGuide),
        ("\x00\x01\x02", NotAGuide),
        ("<html><body/></html>", NotAGuide),
        ('<?xml version="1.0" encoding="no-such"?><tv/>', NotAGuide),
        ('<?xml version="1.0" encoding="shift_jis"?><tv/>', NotAGuide),
        ("<tv><programme", GuideBroken),
        ("<tv>", GuideBroken),
        ("<tv></tv><tv></tv>", GuideBroken),
        ("<tv><a></b></tv>", GuideBroken),
        ("<tv>&unknown;</tv>", GuideBroken),
        ('<!DOCTYPE tv [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><tv>&b;</tv>', GuideBroken),
        ('<!DOCTYPE tv [<!ENTITY x SYSTEM "file:///etc/passwd">]><tv>&x;</tv>', GuideBroken),
        ("<tv>" + "<x>" * (LARGEST_ITEM // 2) + "</tv>", GuideBroken),
    ],
)
def test_what_is_no_guide_or_breaks_is_refused(text, error):
    with pytest.raises(error):
        read(text)


def test_a_broken_guide_names_the_line():
    with pytest.raises(GuideBroken) as caught:
        read("<tv>\n\n<programme></tv>")
    assert caught.value.place == "line 3"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251", "koi8-r"])
def test_declared_encodings_are_read(encoding):
    name = encoding.removesuffix("-sig")
    text = (
        f'<?xml version="1.0" encoding="{name}"?><tv><channel id="a"><display-name>Первый</display-name></channel></tv>'
    )
    assert read(text.encode(encoding)) == [ChannelDraft(1, "a", ("Первый",))]


def test_entities_of_html_are_read_where_the_dtd_is_named():
    text = '<!DOCTYPE tv SYSTEM "xmltv.dtd"><tv><channel id="a"><display-name>Caf&eacute;</display-name></channel></tv>'
    assert read(text) == [ChannelDraft(1, "a", ("Café",))]


@pytest.mark.parametrize(
    ("inside", "episode"),
    [
        ('<episode-num system="xmltv_ns">0.0.</episode-num>', Episode(season=1, number=1)),
        ('<episode-num system="xmltv_ns">.4.</episode-num>', Episode(number=5)),
        ('<episode-num system="xmltv_ns">2/5</episode-num>', Episode(season=3, of_seasons=5)),
        ('<episode-num system="xmltv_ns">nonsense</episode-num>', Episode()),
        ("<episode-num>s1 e12</episode-num>", Episode(season=1, number=12, onscreen="s1 e12")),
        ('<episode-num system="onscreen">Special</episode-num>', Episode(onscreen="Special")),
    ],
)
def test_episode_numbers(inside, episode):
    assert details(inside).episode == episode


@pytest.mark.parametrize(
    ("rating", "age"),
    [("16+", 16), ("PG-13", 13), ("TV-MA", 17), ("FSK 12", 12), ("U", 0), ("R18", 18), ("", 0), ("1999", 0), ("AL", 0)],
)
def test_ages_of_ratings(rating, age):
    item = one(f"<title>T</title><rating><value>{rating}</value></rating>")
    assert item.age == age


def test_a_title_says_no_more_than_its_column_holds():
    item = one(f"<title>{'x' * 900}</title><desc>{'y' * 20000}</desc>")
    assert (len(item.title), len(item.details.description)) == (500, 10_000)


def test_elements_nobody_knows_are_left_out_with_what_is_in_them():
    inside = "<title>T</title><extra><title>No</title><deep><desc>No</desc></deep></extra><desc>Yes</desc>"
    item = one(inside + "<display-name>No</display-name>")
    assert (item.title, item.details) == ("T", ProgrammeDetails(description="Yes"))


GUIDE = """<tv><programme start="20261121" stop="20261122" channel="a"><title>One</title></programme>
<programme start="20261122" stop="20261123" channel="a"><title lang="en">Two</title><new/></programme>
<programme start="20261123" stop="20261124" channel="a"><title>Three</title></programme></tv>"""


def test_what_is_known_is_not_taken_apart_again():
    known = Remembered()
    first, *drafts = list(read_xmltv(BytesIO(GUIDE.encode()), zone=UTC, known=known))
    known.update(draft.fingerprint for draft in (first, *drafts))
    again = list(read_xmltv(BytesIO(GUIDE.encode()), zone=UTC, known=known))
    known_ones = [KnownProgramme(d.line, d.guide_id, d.start, d.stop, d.fingerprint) for d in drafts]
    assert again == [first, *known_ones]  # the first comes with what stands before it, and is read again


@pytest.mark.parametrize(
    "changed",
    [
        GUIDE.replace("One", "Won"),
        GUIDE.replace("20261121", "20261120"),
        GUIDE.replace('stop="20261123"', 'stop="20261122"'),
        GUIDE.replace('channel="a"', 'channel="b"'),
        GUIDE.replace('lang="en"', 'lang="it"'),
        GUIDE.replace("<new/>", "<premiere/>"),
        GUIDE.replace("<title>One</title>", "<title>One</title><desc>One</desc>"),
    ],
)
def test_whatever_changes_is_noticed(changed):
    known = Remembered(d.fingerprint for d in read_xmltv(BytesIO(GUIDE.encode()), zone=UTC, known=Remembered()))
    again = list(read_xmltv(BytesIO(changed.encode()), zone=UTC, known=known))
    assert any(isinstance(item, ProgrammeDraft | Problem) for item in again)


def test_another_salt_or_zone_makes_everything_new():
    known = Remembered(d.fingerprint for d in read_xmltv(BytesIO(GUIDE.encode()), zone=UTC, known=Remembered()))
    elsewhere = list(read_xmltv(BytesIO(GUIDE.encode()), zone=ZoneInfo("Europe/Rome"), known=known))
    known.salt = b"other"
    salted = list(read_xmltv(BytesIO(GUIDE.encode()), zone=UTC, known=known))
    assert [type(item) for item in elsewhere + salted] == [ProgrammeDraft] * 6


@pytest.mark.parametrize("size", [1, 7, 64])
def test_where_the_input_is_cut_makes_no_difference(size):
    class Slow(BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            return super().read(size)

    text = GUIDE.replace("One", "Ünö &amp; <![CDATA[x]]>").encode()
    assert list(read_xmltv(Slow(text), zone=UTC)) == list(read_xmltv(BytesIO(text), zone=UTC))


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused(data):
    for text in (data, b"<tv>" + data, b'<tv><programme channel="a" start="20260101">' + data + b"</programme></tv>"):
        with suppress(HeadendError):
            read(text)


@given(trees)
@settings(max_examples=300)
def test_any_well_formed_guide_is_read(tree):
    for item in read(f"<tv>{tree}</tv>"):
        assert isinstance(item, ChannelDraft | ProgrammeDraft | Problem)


@pytest.mark.skipif(not SHARED_SAMPLES.exists(), reason="the shared samples are not here")
def test_a_real_guide_is_read_whole():
    with (SHARED_SAMPLES / "xmltv" / "uk-freeview.xml").open("rb") as stream:
        items = list(read_xmltv(stream, zone=UTC))
    kinds = [type(item) for item in items]
    assert (kinds.count(ChannelDraft), kinds.count(ProgrammeDraft), kinds.count(Problem)) == (9, 2070, 0)
