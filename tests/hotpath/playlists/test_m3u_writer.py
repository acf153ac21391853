"""The M3U that players get: what it says, what it cannot be made to say, and that our own reader agrees."""

import re
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.adapters.channel_lists.m3u import read_m3u
from headend.catalog.ports import ListHeader, Problem
from headend.catalog.rules import EntryDraft
from headend.hotpath.gate.playlists import (
    CatchUpTag,
    EntryTag,
    is_listed_as_radio,
    listed_properties,
    write_entry,
    write_head,
    write_plain_entry,
    write_playlist,
)

URL = "http://edge.example/1/index.m3u8?token=T"
FULL = EntryTag(
    name='News, "the" first',
    url=URL,
    guide_id="17",
    number=5,
    logo="http://logo.example/a b.png",
    groups=("News", "HD;4K"),
    catchup=CatchUpTag(
        "default", 7, "http://edge.example/1/archive-${start}-${duration}.m3u8?token=T", answers_utc=True
    ),
    headers={"User-Agent": "box", "Referer": "http://site.example/", "Origin": "http://site.example"},
    properties={"KODIPROP:inputstream.adaptive.manifest_type": "hls", "EXTVLCOPT:network-caching": "1000"},
    shift_minutes=-90,
    is_radio=True,
    needs_parent_code=True,
)


def test_a_channel_with_everything() -> None:
    assert write_entry(FULL).decode() == (
        '#EXTINF:-1 tvg-id="17" tvg-chno="5" tvg-logo="http://logo.example/a%20b.png" tvg-shift="-1.5" radio="true"'
        ' parent-code="1" catchup="default" catchup-days="7"'
        ' catchup-source="http://edge.example/1/archive-${start}-${duration}.m3u8?token=T" timeshift="7" tvg-rec="7"'
        " tvg-name=\"News, 'the' first\" group-title=\"News;HD,4K\",News, 'the' first\n"
        "#EXTVLCOPT:http-user-agent=box\n"
        "#EXTVLCOPT:http-referrer=http://site.example/\n"
        '#EXTHTTP:{"Origin":"http://site.example"}\n'
        "#KODIPROP:inputstream.adaptive.manifest_type=hls\n"
        "#EXTVLCOPT:network-caching=1000\n"
        f"{URL}\n"
    )


def test_a_channel_with_nothing() -> None:
    assert write_entry(EntryTag("News", URL)).decode() == f'#EXTINF:-1 tvg-name="News",News\n{URL}\n'
    assert write_plain_entry("News", URL).decode() == f"#EXTINF:-1,News\n{URL}\n"


@pytest.mark.parametrize(
    ("catchup", "expected"),
    [
        (None, ""),
        (CatchUpTag("default", 0, "http://a"), ""),
        (CatchUpTag("shift", 3), 'catchup="shift" catchup-days="3" timeshift="3" tvg-rec="3" '),
        (
            CatchUpTag("append", 3, "&utc={utc}&lutc={lutc}"),
            'catchup="append" catchup-days="3" catchup-source="&utc={utc}&lutc={lutc}" ',
        ),
        (CatchUpTag("flussonic", 5), 'catchup="flussonic" catchup-days="5" '),
        (CatchUpTag("xc", 5, correction="-1"), 'catchup="xc" catchup-days="5" catchup-correction="-1" '),
    ],
)
def test_catch_up_in_the_forms_that_players_know(catchup: CatchUpTag | None, expected: str) -> None:
    line = write_entry(EntryTag("N", URL, catchup=catchup)).decode().splitlines()[0]
    assert line == f'#EXTINF:-1 {expected}tvg-name="N",N'


def test_the_head_names_the_guide_twice() -> None:
    assert write_head("http://tv.example/xmltv?t=1") == (
        b'#EXTM3U x-tvg-url="http://tv.example/xmltv?t=1" url-tvg="http://tv.example/xmltv?t=1"\n'
    )
    assert write_head() == b"#EXTM3U\n"


@pytest.mark.parametrize("url", ["", "#EXTM3U", "relative", "\n", "1://a", "é://a"])
def test_a_channel_without_an_address_is_left_out(url: str) -> None:
    assert write_entry(EntryTag("N", url)) == write_plain_entry("N", url) == b""


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("http://a/b c", "http://a/b%20c"),
        ("http://a/\n#EXTINF:-1,evil\nhttp://evil/", "http://a/%0A#EXTINF:-1,evil%0Ahttp://evil/"),
        ('http://a/"|User-Agent=x', "http://a/%22%7CUser-Agent=x"),
        ("http://a/é%20?x=[1]", "http://a/%C3%A9%20?x=[1]"),
        ("udp://@239.1.1.1:5000", "udp://@239.1.1.1:5000"),
    ],
)
def test_addresses_stay_on_their_line(url: str, written: str) -> None:
    assert write_plain_entry("N", url).decode() == f"#EXTINF:-1,N\n{written}\n"


def test_a_name_of_nothing_becomes_something() -> None:
    assert write_entry(EntryTag("\n", URL)).decode().splitlines()[0] == '#EXTINF:-1 tvg-name="-",-'
    assert write_entry(EntryTag("", URL, guide_id="7")).decode().splitlines()[0].endswith(",7")


@pytest.mark.parametrize(
    ("meta", "properties", "is_radio"),
    [
        ({"list": {"properties": {"KODIPROP:a": "b"}, "radio": True}}, {"KODIPROP:a": "b"}, True),
        ({"list": {"properties": ["odd"], "radio": "no"}}, {}, False),
        ({"list": "odd"}, {}, False),
        ({}, {}, False),
    ],
)
def test_what_an_imported_list_said(meta: dict[str, object], properties: dict[str, str], is_radio: bool) -> None:
    assert (listed_properties(meta), is_listed_as_radio(meta)) == (properties, is_radio)


HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            'x" tvg-logo="http://evil/',
            "x\n#EXTINF:-1,evil\nhttp://evil/",
            "x\r\nhttp://evil/",
            "x\u2028http://evil/\u2029\x85\x0b\x0c\x1c",
            "x',evil",
            '",',
            "\ud800",
            "#EXTM3U",
        ]
    ),
)


@given(
    st.builds(
        EntryTag,
        name=HOSTILE,
        url=st.just(URL),
        guide_id=HOSTILE,
        number=st.integers(-1, 9999),
        logo=HOSTILE,
        groups=st.lists(HOSTILE, max_size=3).map(tuple),
        catchup=st.none() | st.builds(CatchUpTag, st.just("default"), st.integers(0, 365), HOSTILE, st.booleans()),
        headers=st.dictionaries(HOSTILE, HOSTILE, max_size=2),
        properties=st.dictionaries(HOSTILE.map(lambda text: f"KODIPROP:{text}"), HOSTILE, max_size=2),
        shift_minutes=st.integers(-720, 840),
        is_radio=st.booleans(),
        needs_parent_code=st.booleans(),
    )
)
def test_no_name_can_break_a_line_or_an_attribute(entry: EntryTag) -> None:
    lines = write_entry(entry).decode().splitlines()
    assert lines[-1] == URL
    assert all(line.startswith(("#EXTVLCOPT:", "#EXTHTTP:", "#KODIPROP:")) for line in lines[1:-1])
    # As a player does: pairs of quotes, the last of which stands before the comma and the name.
    attributes, _, name = lines[0].rpartition('",')
    assert lines[0].count('"') % 2 == 0
    assert re.fullmatch(r'#EXTINF:-1(?: [a-z-]+="[^"]*")*', attributes + '"')
    assert name
    keys = re.findall(r' ([a-z-]+)="', attributes)
    assert len(keys) == len(set(keys))


PLAIN = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30).filter(
    lambda text: '"' not in text and "'" not in text and ";" not in text and "=" not in text and "," not in text
)


@given(
    st.builds(
        EntryTag,
        name=PLAIN,
        url=st.just(URL),
        guide_id=PLAIN,
        number=st.integers(1, 9999),
        logo=st.just("http://logo.example/1.png"),
        groups=st.lists(PLAIN, max_size=3, unique=True).map(tuple),
        catchup=st.none() | st.builds(CatchUpTag, st.just("append"), st.integers(1, 365), st.just("?utc={utc}")),
        headers=st.dictionaries(st.sampled_from(["User-Agent", "Referer", "Origin", "X-A"]), PLAIN, max_size=4),
        shift_minutes=st.integers(-24, 28).map(lambda half_hours: 30 * half_hours),
        is_radio=st.booleans(),
        needs_parent_code=st.booleans(),
    )
)
def test_our_reader_reads_what_we_write(entry: EntryTag) -> None:
    text = write_playlist(write_head("http://tv.example/epg.xml"), [write_entry(entry)])
    assert list(read_m3u(BytesIO(text))) == [
        ListHeader(("http://tv.example/epg.xml",)),
        EntryDraft(
            line=2,
            name=entry.name,
            url=URL,
            guide_id=entry.guide_id,
            guide_name=entry.name,
            number=entry.number,
            logo=entry.logo,
            groups=entry.groups,
            shift_minutes=entry.shift_minutes,
            catchup={"mode": "append", "source": "?utc={utc}"} if entry.catchup else {},
            archive_days=entry.catchup.days if entry.catchup else 0,
            headers=entry.headers,
            is_radio=entry.is_radio,
            is_adult=entry.needs_parent_code,
        ),
    ]


@given(st.lists(HOSTILE, max_size=5))
def test_as_many_channels_are_read_as_were_written(names: list[str]) -> None:
    text = write_playlist(write_head(), [write_plain_entry("first", URL), *(write_plain_entry(n, URL) for n in names)])
    found = list(read_m3u(BytesIO(text)))
    assert not any(isinstance(item, Problem) for item in found)
    assert [item.url for item in found if isinstance(item, EntryDraft)] == [URL] * (len(names) + 1)
