"""Playlists of a loop that has been playing since the epoch and never stops: arithmetic and text, nothing else.

Every moment belongs to one numbered segment: number n is segment n modulo the loop's length, so live, start-over and
archive agree on it, and so do all servers with the same loops and the same clock. All times are integers, in
microseconds since the epoch, UTC. Playlists follow RFC 8216.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import accumulate, chain, islice
from typing import NamedTuple

from headend.delivery.ports import LoopRendition

SECOND = 1_000_000
LINES_IN_A_PORTION = 2000


@dataclass(frozen=True, slots=True)
class Timeline:
    """The segments of a loop on the clock; `offsets` are their starts inside the loop, `length` is the loop's."""

    durations: tuple[int, ...]
    offsets: tuple[int, ...]
    length: int

    @classmethod
    def of(cls, durations: Sequence[int]) -> "Timeline":
        """Lay out segments of these durations, each above nought."""
        *offsets, length = accumulate(durations, initial=0)
        return cls(tuple(durations), tuple(offsets), length)

    def number_at(self, moment: int) -> int:
        """Give the number of the segment that holds a moment (a segment holds its start, not its end)."""
        turn, within = divmod(moment, self.length)
        return turn * len(self.durations) + bisect_right(self.offsets, within) - 1

    def start_of(self, number: int) -> int:
        """Give the moment at which a segment begins."""
        turn, place = divmod(number, len(self.durations))
        return turn * self.length + self.offsets[place]

    def newest(self, now: int) -> int:
        """Give the number of the last segment that is over: the live edge."""
        return self.number_at(now) - 1


class Kind(StrEnum):
    """What may become of a playlist; the values of EXT-X-PLAYLIST-TYPE, which a live one does not have."""

    LIVE = ""  # slides: new segments come, old ones go
    EVENT = "EVENT"  # grows at its end
    VOD = "VOD"  # stays as it is


class Window(NamedTuple):
    """The segments `first` to `last`, both included; with `is_dated` the playlist says when they were on."""

    first: int
    last: int
    kind: Kind
    is_dated: bool = True


def live_window(timeline: Timeline, now: int, span: int) -> Window:
    """Give the segments of about the last `span` microseconds that are over."""
    last = timeline.newest(now)
    return Window(timeline.number_at(timeline.start_of(last + 1) - span), last, Kind.LIVE)


def period_window(timeline: Timeline, start: int, end: int | None, now: int) -> Window | None:
    """Give the segments that hold the period from `start` to `end`; None when not one of them is over yet.

    Until `end` is reached, and for ever when there is none, the window grows with the clock.
    """
    first, newest = timeline.number_at(start), timeline.newest(now)
    last = newest if end is None else timeline.number_at(end - 1)
    if first > newest:
        return None
    return Window(first, min(last, newest), Kind.VOD if end is not None and last <= newest else Kind.EVENT)


def film_window(timeline: Timeline, length: int) -> Window:
    """Give the segments of the loop played from its beginning for `length` microseconds, once when that is 0."""
    return Window(0, timeline.number_at((length or timeline.length) - 1), Kind.VOD, is_dated=False)


def media_playlist(timeline: Timeline, window: Window, revision: str) -> str:
    """Write the playlist of any rendition in one piece."""
    return "".join(written(timeline, window, revision))


def written(timeline: Timeline, window: Window, revision: str) -> Iterator[str]:
    """Write the playlist of any rendition in portions of LINES_IN_A_PORTION at the most.

    Segments are named `<revision>-<number>.ts` and lie beside the playlist. A turn of the loop begins with
    EXT-X-DISCONTINUITY, for timestamps start again there. EXT-X-DISCONTINUITY-SEQUENCE counts turns, so that a player
    keeps its place when it changes the rendition or the tag leaves the window.
    """
    head = [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        f"#EXT-X-TARGETDURATION:{max(1, (max(timeline.durations) + SECOND // 2) // SECOND)}",
        f"#EXT-X-MEDIA-SEQUENCE:{window.first}",
        # The tag before a turn's first segment counts too (section 4.3.3.3), and stays as long as the segment does.
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{(window.first - 1) // len(timeline.durations) + 1}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if window.kind:
        head.append(f"#EXT-X-PLAYLIST-TYPE:{window.kind}")
    end = ["#EXT-X-ENDLIST"] if window.kind is Kind.VOD else []
    lines = chain(head, _segments(timeline, window, revision), end)
    while portion := list(islice(lines, LINES_IN_A_PORTION)):
        yield "\n".join(portion) + "\n"


def _segments(timeline: Timeline, window: Window, revision: str) -> Iterator[str]:
    count = len(timeline.durations)
    names = [f"#EXTINF:{duration / SECOND:.6f},\n{revision}-" for duration in timeline.durations]
    for turn in range(window.first - window.first % count, window.last + 1, count):
        begin, end = max(turn, window.first), min(turn + count, window.last + 1)
        if begin == turn:
            yield "#EXT-X-DISCONTINUITY"
        if window.is_dated:
            yield f"#EXT-X-PROGRAM-DATE-TIME:{_clock(timeline.start_of(begin))}"
        yield from [f"{names[number - turn]}{number}.ts" for number in range(begin, end)]


def _clock(moment: int) -> str:
    seconds, rest = divmod(moment, SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:19]}.{rest // 1000:03}Z"


def master_playlist(renditions: Sequence[LoopRendition], file: str) -> str:
    """Write the playlist of renditions, which have their playlists at `<rendition>/<file>`."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for each in renditions:
        lines += (
            f"#EXT-X-STREAM-INF:BANDWIDTH={each.peak_rate},AVERAGE-BANDWIDTH={each.average_rate},"
            f'RESOLUTION={each.width}x{each.height},FRAME-RATE={each.frame_rate:.3f},CODECS="{each.codecs}"',
            f"{each.name}/{file}",
        )
    return "\n".join(lines) + "\n"
