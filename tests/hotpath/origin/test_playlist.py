"""Playlists by the clock: exact texts, and what holds for every loop at every moment."""

from hypothesis import given
from hypothesis import strategies as st

from headend.delivery.ports import LoopRendition
from headend.hotpath.origin.playlist import (
    SECOND,
    Kind,
    Timeline,
    Window,
    live_window,
    master_playlist,
    media_playlist,
    period_window,
)

TWO_SECONDS = Timeline.of([2 * SECOND] * 3)

timelines = st.lists(st.integers(200_000, 12 * SECOND), min_size=1, max_size=12).map(Timeline.of)
moments = st.integers(0, 5_000_000_000 * SECOND)
spans = st.integers(1, 600 * SECOND)


def parse(text):
    """Read a playlist: its tags, and for each segment its number, discontinuity number and start by the clock."""
    tags, segments, discontinuity, clock, length = {}, [], None, None, None
    for line in text.splitlines():
        name, _, value = line.partition(":")
        match name:
            case "#EXT-X-DISCONTINUITY-SEQUENCE":
                discontinuity = int(value)
            case "#EXT-X-DISCONTINUITY":
                discontinuity += 1
            case "#EXT-X-PROGRAM-DATE-TIME":
                clock = value
            case "#EXTINF":
                length = value.rstrip(",")
            case _ if not line.startswith("#"):
                segments.append((int(line.removeprefix("rev-").removesuffix(".ts")), discontinuity, clock, length))
                clock = None
            case _:
                tags[name.removeprefix("#EXT-X-")] = value
    return tags, segments


def test_a_live_playlist_across_a_turn_of_the_loop():
    assert media_playlist(TWO_SECONDS, Window(5, 8, Kind.LIVE), "rev") == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:6\n"
        "#EXT-X-TARGETDURATION:2\n"
        "#EXT-X-MEDIA-SEQUENCE:5\n"
        "#EXT-X-DISCONTINUITY-SEQUENCE:2\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:10.000Z\n"
        "#EXTINF:2.000000,\nrev-5.ts\n"
        "#EXT-X-DISCONTINUITY\n"
        "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:12.000Z\n"
        "#EXTINF:2.000000,\nrev-6.ts\n"
        "#EXTINF:2.000000,\nrev-7.ts\n"
        "#EXTINF:2.000000,\nrev-8.ts\n"
    )


def test_a_past_period_is_a_playlist_that_ends():
    window = period_window(TWO_SECONDS, 7 * SECOND, 9 * SECOND, 1_790_000_000 * SECOND)
    assert window == Window(3, 4, Kind.VOD)
    assert media_playlist(TWO_SECONDS, window, "rev") == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:6\n"
        "#EXT-X-TARGETDURATION:2\n"
        "#EXT-X-MEDIA-SEQUENCE:3\n"
        "#EXT-X-DISCONTINUITY-SEQUENCE:1\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-PLAYLIST-TYPE:VOD\n"
        "#EXT-X-DISCONTINUITY\n"
        "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:06.000Z\n"
        "#EXTINF:2.000000,\nrev-3.ts\n"
        "#EXTINF:2.000000,\nrev-4.ts\n"
        "#EXT-X-ENDLIST\n"
    )


def test_a_running_period_grows_until_its_end():
    at = [period_window(TWO_SECONDS, 6 * SECOND, 12 * SECOND, now * SECOND) for now in (7, 8, 9, 11, 12, 13)]
    assert at == [
        None,
        Window(3, 3, Kind.EVENT),
        Window(3, 3, Kind.EVENT),
        Window(3, 4, Kind.EVENT),
        Window(3, 5, Kind.VOD),
        Window(3, 5, Kind.VOD),
    ]


def test_a_period_without_an_end_grows_for_ever():
    at = [period_window(TWO_SECONDS, 6 * SECOND, None, now * SECOND) for now in (6, 8, 3600)]
    assert at == [None, Window(3, 3, Kind.EVENT), Window(3, 1799, Kind.EVENT)]


def test_the_master_playlist_names_the_renditions_files():
    renditions = [LoopRendition("360p", 640, 360, 25.0, "avc1.42c01e,mp4a.40.2", 300_000, 250_000)]
    assert master_playlist(renditions, "archive-1-now.m3u8") == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:6\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=300000,AVERAGE-BANDWIDTH=250000,RESOLUTION=640x360,FRAME-RATE=25.000,"
        'CODECS="avc1.42c01e,mp4a.40.2"\n'
        "360p/archive-1-now.m3u8\n"
    )


@given(timelines, moments)
def test_every_moment_belongs_to_one_segment(timeline, moment):
    number = timeline.number_at(moment)
    assert timeline.start_of(number) <= moment < timeline.start_of(number + 1)
    assert (
        timeline.start_of(number + 1) - timeline.start_of(number)
        == timeline.durations[number % len(timeline.durations)]
    )
    assert timeline.start_of(timeline.newest(moment) + 1) <= moment


@given(timelines, moments, spans)
def test_the_live_window_covers_its_span_up_to_the_edge(timeline, now, span):
    window = live_window(timeline, now, span)
    edge = timeline.start_of(window.last + 1)
    assert edge <= now < timeline.start_of(window.last + 2)
    assert timeline.start_of(window.first) <= edge - span < timeline.start_of(window.first + 1)


@given(timelines, moments, st.integers(0, 60 * SECOND), spans)
def test_the_live_window_only_moves_forward(timeline, now, later, span):
    before, after = live_window(timeline, now, span), live_window(timeline, now + later, span)
    assert before.first <= after.first
    assert before.last <= after.last


@given(timelines, moments, spans, moments)
def test_a_period_holds_its_begin_and_its_end(timeline, start, length, now):
    window = period_window(timeline, start, start + length, now)
    if window is None:
        assert timeline.start_of(timeline.number_at(start) + 1) > now
        return
    assert timeline.start_of(window.first) <= start < timeline.start_of(window.first + 1)
    assert timeline.start_of(window.last + 1) <= now
    if window.kind is Kind.VOD:
        assert timeline.start_of(window.last) < start + length <= timeline.start_of(window.last + 1)


@given(timelines, moments, spans)
def test_a_playlist_is_without_gaps_and_counts_its_turns(timeline, now, span):
    window = live_window(timeline, now, span)
    tags, segments = parse(media_playlist(timeline, window, "rev"))
    assert int(tags["MEDIA-SEQUENCE"]) == window.first
    assert [number for number, *_ in segments] == list(range(window.first, window.last + 1))
    turns = len(timeline.durations)
    assert [discontinuity for _, discontinuity, *_ in segments] == [number // turns + 1 for number, *_ in segments]
    dated = {number for number, _, clock, _ in segments if clock}
    assert dated == {window.first} | {number for number, *_ in segments if number % turns == 0}
    longest = max(round(float(length) + 1e-9) for *_, length in segments)
    assert longest <= int(tags["TARGETDURATION"])
    assert [round(float(length) * SECOND) for *_, length in segments] == [
        timeline.durations[number % turns] for number, *_ in segments
    ]


@given(timelines, moments, spans, st.integers(0, 20 * SECOND))
def test_live_and_archive_agree_on_every_segment(timeline, start, length, ahead):
    now = start + length + timeline.length + ahead
    archive = parse(media_playlist(timeline, period_window(timeline, start, start + length, now), "rev"))[1]
    live = parse(media_playlist(timeline, live_window(timeline, start + length, 30 * SECOND), "rev"))[1]
    agreed = {number: discontinuity for number, discontinuity, *_ in live}
    assert all(agreed.get(number, discontinuity) == discontinuity for number, discontinuity, *_ in archive)


@given(timelines, moments, spans, st.integers(0, 60 * SECOND))
def test_a_growing_playlist_only_gets_longer(timeline, start, elapsed, later):
    before, after = (period_window(timeline, start, None, start + each) for each in (elapsed, elapsed + later))
    if before is None:
        return
    assert media_playlist(timeline, after, "rev").startswith(media_playlist(timeline, before, "rev"))
