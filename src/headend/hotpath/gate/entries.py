"""The entries of playlists and the parts of guides, made once for all accounts of an operator."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from headend.hotpath.gate.memory import Access, Guide, Station
from headend.hotpath.gate.packing import MARK, Part, gzip_of_parts
from headend.hotpath.gate.playlists import (
    CatchUpTag,
    EntryTag,
    is_listed_as_radio,
    listed_properties,
    write_entry,
    write_plain_entry,
)
from headend.hotpath.gate.rows import Addresses, Words, details_of
from headend.hotpath.gate.state import State
from headend.hotpath.gate.xmltv import HEAD, TAIL, ChannelElement, ProgrammeElement, write_channel, write_programme
from headend.playback.ports import ChannelView, OperatorView

_MOST_PARTS = 20_000

# What players fill in: the begin of a programme, its length in seconds and the time, all since the epoch.
_PERIOD = "?utc=${start}&lutc=${timestamp}&dur=${duration}"


class Kind(NamedTuple):
    """How a playlist is written: with attributes or without, in which language."""

    has_attributes: bool
    language: str


class Entries:
    """Makes the entries of one line-up; in place of the caller's token they have the mark."""

    def __init__(self, operator: OperatorView, station: Station, addresses: Addresses) -> None:
        self.station = station
        self.operator = operator
        self.guide_ids = guide_ids(station.lineup.channels)
        self._addresses = addresses
        self._made: dict[tuple[int, Kind], bytes] = {}

    def entry(self, channel: ChannelView, kind: Kind) -> bytes:
        """The lines of a channel."""
        found = self._made.get((channel.id, kind))
        if found is None:
            found = self._made[channel.id, kind] = self._make(channel, kind)
        return found

    def _make(self, channel: ChannelView, kind: Kind) -> bytes:
        words = Words(self.operator, kind.language, {})
        name, url = words.name(channel.names), f"{self._addresses.public_url}/play/{MARK}/{channel.id}.m3u8"
        if not kind.has_attributes:
            return write_plain_entry(name, url)
        numbers = (channel.category_id or 0, *channel.extra_category_ids)
        categories = (self.station.categories.get(each) for each in numbers)
        catchup = CatchUpTag("default", channel.recording_days, url + _PERIOD, answers_utc=True)
        return write_entry(
            EntryTag(
                name=name,
                url=url,
                guide_id=self.guide_ids[channel.id],
                number=channel.lcn,
                logo=self._addresses.whole(channel.icon_url),
                groups=tuple(words.name(category.names) for category in categories if category),
                catchup=catchup if channel.recording_days > 0 else None,
                headers=channel.http_headers if channel.stream_url else {},
                properties=listed_properties(channel.meta) if channel.stream_url else {},
                is_radio=is_listed_as_radio(channel.meta),
            )
        )


def guide_ids(channels: Iterable[ChannelView]) -> dict[int, str]:
    """The id of each channel in playlists and guides: its guide id, which channels with the same guide may share."""
    owners: dict[str, tuple[int | None, int]] = {}
    ids = {}
    for channel in channels:
        wanted, guide = channel.guide_id or str(channel.id), (channel.guide_channel_id, channel.guide_shift_minutes)
        ids[channel.id] = wanted if owners.setdefault(wanted, guide) == guide else f"{wanted}.{channel.id}"
    return ids


class GuideParts:
    """The programmes of channels as XMLTV, packed; kept for those that were asked for lately."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._parts: dict[tuple[object, ...], tuple[Guide, Part]] = {}
        self._categories = state.programme_categories

    def part(self, entries: Entries, channel: ChannelView) -> tuple[Part, bool]:
        """The programmes of a channel, and whether they had to be made."""
        if self._state.programme_categories is not self._categories:
            self._categories = self._state.programme_categories
            self._parts.clear()
        guide = self._state.guide_of(channel)
        guide_id, shift = entries.guide_ids[channel.id], channel.guide_shift_minutes * 60
        key = (channel.guide_channel_id, guide_id, shift, entries.operator.languages)
        known = self._parts.pop(key, None)
        is_new = known is None or known[0] is not guide
        if known is None or is_new:
            known = (guide, self._make(entries, guide_id, guide, shift))
        self._parts[key] = known
        if len(self._parts) > _MOST_PARTS:
            del self._parts[next(iter(self._parts))]
        return known[1], is_new

    def _make(self, entries: Entries, guide_id: str, guide: Guide, shift: int) -> Part:
        words = Words(entries.operator, "", self._categories)
        text = b"".join(
            write_programme(
                guide_id,
                ProgrammeElement(
                    start=programme.start + shift,
                    stop=programme.stop + shift,
                    title=programme.title,
                    age=programme.age,
                    categories=tuple(filter(None, (words.category(programme),))),
                    details=details_of(programme),
                ),
            )
            for programme in guide.programmes
        )
        return Part.of(text)


class GuideFile(NamedTuple):
    """A whole guide in packed parts."""

    parts: tuple[Part, ...]
    tag: str

    @property
    def size(self) -> int:
        """Its length when it is not compressed."""
        return sum(part.size for part in self.parts)

    def gzip(self) -> bytes:
        """The guide compressed."""
        return gzip_of_parts(self.parts)

    def plain(self) -> Iterable[bytes]:
        """The guide, part by part, so that never all of it is in memory."""
        return (part.text() for part in self.parts)


def head_part(entries: Entries, access: Access, channels: Iterable[ChannelView], addresses: Addresses) -> Part:
    """What stands before the programmes: an element for every channel."""
    languages = access.operator.languages
    elements: dict[str, bytes] = {}
    for channel in channels:
        guide_id = entries.guide_ids[channel.id]
        names = {language: name for language, name in zip(languages, channel.names, strict=False) if name}
        icon = addresses.whole(channel.icon_url)
        elements.setdefault(guide_id, write_channel(ChannelElement(guide_id, names, icon)))
    return Part.of(b"".join((HEAD, *elements.values())))


def guide_file(head: Part, parts: Iterable[Part]) -> GuideFile:
    """Put a guide together."""
    whole = (head, *parts, Part.of(TAIL))
    marks = b"".join(b"%d:%d," % (part.size, part.crc) for part in whole)
    return GuideFile(whole, blake2b(marks, digest_size=9).hexdigest())
