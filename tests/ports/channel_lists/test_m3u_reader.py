"""The M3U reader: everything that real lists hold, and everything that no list should."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.conftest import SHARED_SAMPLES

from headend.adapters.channel_lists.m3u import LONGEST_LINE, read_m3u
from headend.catalog.errors import NotAChannelList
from headend.catalog.ports import ListHeader, ListItem, Problem
from headend.catalog.rules import EntryDraft

HERE = Path(__file__).parent
HEAD = "#EXTM3U\n"
URL = "\nhttp://stream.example/1.m3u8\n"


def read(text: str | bytes) -> list[ListItem]:
    return list(read_m3u(BytesIO(text if isinstance(text, bytes) else text.encode())))


def entries(text: str | bytes) -> list[EntryDraft]:
    return [item for item in read(text) if isinstance(item, EntryDraft)]


def problems(text: str | bytes) -> list[Problem]:
    return [item for item in read(text) if isinstance(item, Problem)]


def entry(attributes: str) -> EntryDraft:
    """The one entry of a list with these attributes and the name Name."""
    (draft,) = entries(f"{HEAD}#EXTINF:-1 {attributes},Name{URL}")
    return draft


def test_a_list_with_everything() -> None:
    header, one, two, three, four, five, film, *rest = read((HERE / "everything.m3u").read_bytes())
    assert header == ListHeader(("http://guide.example/a.xml.gz", "http://guide.example/b.xml"))
    assert one == EntryDraft(
        line=3,
        name="One, the first",
        url="http://stream.example/1/index.m3u8",
        guide_id="one.example",
        guide_name="One",
        number=1,
        logo="http://logo.example/1.png?a=b,c",
        groups=("News", "HD"),
        shift_minutes=-90,
        catchup={"mode": "shift"},
        archive_days=4,
    )
    assert two == EntryDraft(
        line=5,
        name="Two",
        url="http://stream.example/2/index.m3u8",
        guide_id="two.example",
        number=2,
        groups=("Films", "Night"),
        shift_minutes=120,
        catchup={
            "mode": "default",
            "source": "http://stream.example/2/archive-${start}-${duration}.m3u8?a=1&b=2",
        },
        archive_days=4,
        headers={
            "User-Agent": "Player/1.0 (box)",
            "Referer": "http://site.example/",
            "Origin": "http://site.example",
            "X-Key": "a b",
        },
        properties={
            "EXTVLCOPT:network-caching": "1000",
            "KODIPROP:inputstream.adaptive.manifest_type": "hls",
        },
    )
    assert three == EntryDraft(
        line=13,
        name="Three",
        url="udp://@239.0.0.3:1234",
        guide_id="three",
        number=3,
        groups=("Films", "Night"),
        shift_minutes=-90,
        is_radio=True,
        is_adult=True,
    )
    assert four == EntryDraft(
        line=16,
        name='The "Big" Four',
        url="rtsp://stream.example/4",
        guide_name='The "Big" Four',
        groups=("A", "B"),
        shift_minutes=-90,
        catchup={"mode": "shift"},
        archive_days=4,
        is_adult=True,
    )
    assert isinstance(five, EntryDraft)
    assert (five.groups, five.catchup, five.archive_days) == ((), {"mode": "xc"}, 4)
    assert isinstance(film, EntryDraft)
    assert film.is_video
    assert rest == [
        Problem(23, "unknown kind of catch-up: 'teleport'", "Seven", is_loss=False),
        Problem(23, "'22.1' is not a whole channel number", "Seven", is_loss=False),
        Problem(23, "'soon' is not a shift in hours", "Seven", is_loss=False),
        EntryDraft(
            line=23,
            name="Seven",
            url="http://stream.example/7%20seven.m3u8",
            headers={"Cookie": "a=b", "User-Agent": "X"},
        ),
    ]


@pytest.mark.parametrize(
    ("attributes", "catchup", "days"),
    [
        ("", {}, 0),
        ('catchup-days="7"', {}, 0),
        ('catchup="shift"', {"mode": "shift"}, 5),
        ('catchup="1" catchup-days="2"', {"mode": "shift"}, 2),
        ('timeshift="3"', {"mode": "shift"}, 3),
        ('tvg-rec="2"', {"mode": "shift"}, 2),
        ('tvg-rec="0"', {}, 0),
        ('timeshift="3" catchup-days="9"', {"mode": "shift"}, 9),
        ('catchup="disabled" timeshift="3"', {}, 0),
        ('catchup="default" catchup-source="http://a/{utc}"', {"mode": "default", "source": "http://a/{utc}"}, 5),
        ('catchup-source="http://a/{utc}"', {"mode": "default", "source": "http://a/{utc}"}, 5),
        ('catchup-source="?utc={utc}"', {"mode": "append", "source": "?utc={utc}"}, 5),
        ('catchup="default"', {}, 0),
        ('catchup="fs" catchup-days="-1"', {"mode": "flussonic-ts"}, 365),
        ('catchup="Flussonic-HLS" catchup-days="9999"', {"mode": "flussonic"}, 365),
        ('catchup="vod"', {"mode": "vod"}, 5),
        ('catchup="xc" catchup-correction="-2.5"', {"mode": "xc", "correction": "-2.5"}, 5),
        ('catchup="xc" catchup-correction="0.0"', {"mode": "xc"}, 5),
        ('catchup="shift" catchup-days="many"', {"mode": "shift"}, 5),
    ],
)
def test_catch_up(attributes: str, catchup: dict[str, str], days: int) -> None:
    draft = entry(attributes)
    assert (draft.catchup, draft.archive_days) == (catchup, days)


@pytest.mark.parametrize(
    ("info", "name", "guide_id"),
    [
        ('-1 tvg-id="a",Name', "Name", "a"),
        ('-1 tvg-id="a" ,  Na  me ', "Na me", "a"),
        ('-1 tvg-id="a"tvg-name="b",Name', "Name", "a"),
        ('-1,tvg-id="a" tvg-name="b",Name', "Name", "a"),
        ("-1,Name", "Name", ""),
        ("-1, Name = strange", "Name = strange", ""),
        ('-1,tvg-id="a"', 'tvg-id="a"', ""),
        (" 12.5 tvg-id='a',Name", "Name", "a"),
        ("-1 TVG-ID=a,Name", "Name", "a"),
        ('-1 tvg-id = "a",Name', "Name", "a"),
        ('-1 tvg-id="a,b=c",Name', "Name", "a,b=c"),
        ("-1 tvg-id='it's',Name", "Name", "it's"),
        ('-1 tvg-id="a" tvg-id="b",Name', "Name", "a"),
        ('-1 tvg-id="",Name', "Name", ""),
        ('-1 tvg-id= tvg-name="b",Name', "Name", ""),
        ('-1 stray words! tvg-id="a",Name', "Name", "a"),
        ('-1 tvg-id="a",Name, "with" signs', 'Name, "with" signs', "a"),
        ('-1 tvg-id="a" tvg-name="fallback"', "fallback", "a"),
        ('-1 tvg-id="a",', "a", "a"),
        ('tvg-id="a",Name', "Name", "a"),
    ],
)
def test_the_info_line(info: str, name: str, guide_id: str) -> None:
    (draft,) = entries(f"{HEAD}#EXTINF:{info}{URL}")
    assert (draft.name, draft.guide_id) == (name, guide_id)


def test_an_unclosed_quote_costs_only_its_own_value() -> None:
    found = read(f'{HEAD}#EXTINF:-1 tvg-name="Open tvg-id=x,Name{URL}')
    assert found[1] == Problem(2, "a quote is not closed", is_loss=False)
    assert isinstance(found[2], EntryDraft)
    assert found[2].name == "Name"


def test_bad_entries_are_reported_and_the_rest_is_read() -> None:
    text = (
        f"{HEAD}#EXTINF:-1,No address\n#EXTINF:-1,Good{URL}http://stream.example/stray\n"
        f"#EXTINF:-1{URL}#EXTINF:-1,Dark\n[NO PUBLIC STREAM]\n#EXTINF:-1,Last"
    )
    assert [draft.name for draft in entries(text)] == ["Good", "Dark"]
    assert problems(text) == [
        Problem(2, "the entry has no address", "No address"),
        Problem(5, "an address without #EXTINF before it"),
        Problem(6, "the entry has no name"),
        Problem(8, "no address that can be played: [NO PUBLIC STREAM]", "Dark", is_loss=False),
        Problem(10, "the entry has no address", "Last"),
    ]


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("http://a/b", "http://a/b"),
        ("  https://a/b  ", "https://a/b"),
        ("udp://@239.1.1.1:5000", "udp://@239.1.1.1:5000"),
        ("HTTP://A/b", "HTTP://A/b"),
        ("http://a/b|User-Agent=x", "http://a/b"),
        ("http://a/b|junk", "http://a/b"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("plugin://plugin.video.x/", ""),
        ("relative/path.ts", ""),
        ("http://", ""),
    ],
)
def test_addresses(line: str, url: str) -> None:
    (draft,) = entries(f"{HEAD}#EXTINF:-1,Name\n{line}\n")
    assert draft.url == url


def test_a_header_cannot_hold_a_line_break() -> None:
    (draft,) = entries(f"{HEAD}#EXTINF:-1,Name\nhttp://a/b|User-Agent=x%0d%0aCookie: y&Bad%20Name=1&=2\n")
    assert draft.headers == {"User-Agent": "x  Cookie: y"}


def test_videos_are_told_from_channels() -> None:
    text = (
        f"{HEAD}#EXTINF:-1,Film\nhttp://a.example/movie/u/p/1.mkv\n#EXTINF:-1,Episode\nhttp://a.example/series/u/p/2.mp4\n"
        f"#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:-1,Kodi{URL}#EXTINF:-1,Loop\nhttp://a.example/loop.mp4\n"
    )
    assert [(draft.name, draft.is_video) for draft in entries(text)] == [
        ("Film", True),
        ("Episode", True),
        ("Kodi", True),
        ("Loop", False),
    ]


def test_line_ends_and_a_byte_order_mark() -> None:
    assert entries(b"\xef\xbb\xbf#EXTM3U\r\n\r\n#EXTINF:-1,A\r\nhttp://a/b\r\n")[0].url == "http://a/b"


def test_other_encodings_are_read_and_reported_once() -> None:
    raw = b"#EXTM3U\n#EXTINF:-1,T\xe9l\xe9\nhttp://a/1\n#EXTINF:-1,\xe9\nhttp://a/2\n"
    assert problems(raw) == [Problem(2, "not UTF-8; such lines are read as cp1252", is_loss=False)]
    assert [draft.name for draft in entries(raw)] == ["Télé", "é"]
    cyrillic = "#EXTM3U\n#EXTINF:-1,Россия\nhttp://a/1\n".encode("cp1251")
    names = [item.name for item in read_m3u(BytesIO(cyrillic), fallback="cp1251") if isinstance(item, EntryDraft)]
    assert names == ["Россия"]


def test_a_missing_first_line_is_only_remarked() -> None:
    assert problems(f"# mine\n#EXTINF:-1,A{URL}") == [
        Problem(1, "the list does not begin with #EXTM3U", is_loss=False),
    ]


def test_a_huge_line_is_left_out() -> None:
    huge = b"#EXTINF:-1,Huge " + b"x" * LONGEST_LINE
    found = read(b"#EXTM3U\n" + huge + b"\nhttp://a/1\n#EXTINF:-1,Good\nhttp://a/2\n")
    assert found[1:3] == [
        Problem(2, f"the line is longer than {LONGEST_LINE} bytes"),
        Problem(3, "an address without #EXTINF before it"),
    ]
    assert isinstance(found[3], EntryDraft)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nseg1.ts\n", "HLS playlist"),
        (b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n", "HLS playlist"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>', "web page"),
        (b'{"user_info":{"auth":0}}', "JSON"),
        (b"\x1f\x8b\x08\x00", "compressed"),
        (b"\xff\xfe#\x00E\x00", "UTF-16"),
        (b"PK\x03\x04\x00\x00", "binary"),
        (b"just words\nhttp://a/b\n", "no #EXTINF"),
        (b"#EXTM3U\n", "no #EXTINF"),
    ],
)
def test_what_is_no_channel_list_is_refused(raw: bytes, says: str) -> None:
    with pytest.raises(NotAChannelList, match=says):
        read(raw)


def test_control_characters_vanish() -> None:
    (draft,) = entries(f'{HEAD}#EXTINF:-1 tvg-id="a\0b",Na\x1bme\x85{URL}')
    assert (draft.name, draft.guide_id) == ("Na me", "a b")


LINE = st.one_of(
    st.sampled_from(["#EXTM3U", "#EXTINF:-1,A", "#EXTGRP:x", "#EXTHTTP:[1]", "#EXTHTTP:{", "http://a/b", "", "#"]),
    st.text(max_size=80).map(lambda text: "#EXTINF:" + text),
    st.text(max_size=80).map(lambda text: "#EXTINF:-1 tvg-name=" + text + ",Name"),
    st.text(max_size=80).map(lambda text: "http://a/b|" + text),
    st.text(max_size=80),
)


@given(st.lists(st.one_of(LINE.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=80))))
@example([b'#EXTINF:-1 a="', b'#EXTINF:-1 a="b"c="', b"#EXTINF:-1 ='\"=,"])
def test_any_input_is_read_or_refused(lines: list[bytes]) -> None:
    try:
        found = read(b"#EXTM3U\n" + b"\n".join(lines))
    except NotAChannelList:
        return
    for item in found:
        if isinstance(item, EntryDraft):
            assert item.name
            assert not set(map(chr, range(32))) & set(item.name + item.url + item.guide_id + "".join(item.groups))
            assert all(value and "\n" not in value for value in item.headers.values())


@given(st.text(alphabet="\"' =,a-", max_size=3000))
def test_quotes_cost_no_more_than_the_line_is_long(text: str) -> None:
    entries(f"{HEAD}#EXTINF:-1 {text},Name{URL}")


@pytest.mark.skipif(not SHARED_SAMPLES.exists(), reason="the shared samples are not here")
def test_a_real_list() -> None:
    found = read((SHARED_SAMPLES / "m3u" / "freetv_all.m3u8").read_bytes())
    drafts = [item for item in found if isinstance(item, EntryDraft)]
    losses = [item for item in found if isinstance(item, Problem) and item.is_loss]
    assert (len(drafts), len({draft.groups for draft in drafts}), losses) == (2059, 97, [])
    assert sum(1 for draft in drafts if not draft.url) == 9
    assert sum(1 for draft in drafts if draft.is_video) == 0
