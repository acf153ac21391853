"""The fields of channels and programmes on the wire, in the order of its documentation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit
from zlib import crc32

import msgspec

from headend.catalog.ports import ProgrammeDetails
from headend.hotpath.gate.memory import NO_GUIDE, Guide, Station
from headend.hotpath.gate.packing import MARK
from headend.hotpath.gate.shapes import Shape
from headend.hotpath.gate.state import State
from headend.kernel.formats import WireFormat, to_json
from headend.playback.ports import ChannelView, HbbView, OperatorView, PersonalChannel, ProgrammeView
from headend.playback.wire import programme_meta

_details = msgspec.json.Decoder(ProgrammeDetails)
NOTHING_PERSONAL = PersonalChannel()
FOREVER = 1 << 62
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Variant(NamedTuple):
    """What all rows of a list have in common. `has_multicast`: the device is a set-top box that may get it."""

    operator_id: int
    language: str
    wire: WireFormat
    shape: Shape
    has_multicast: bool = False


class Row(NamedTuple):
    """An encoded channel, good until `until` and while `guide` is the channel's guide."""

    body: bytes
    until: int
    guide: Guide


class Words:
    """Texts in one of an operator's languages; its first language where there is no text in this one."""

    def __init__(self, operator: OperatorView, language: str, categories: Mapping[int, tuple[str, ...]]) -> None:
        self.language = language
        self._place = operator.languages.index(language) if language in operator.languages else 0
        self._categories = categories

    def name(self, names: tuple[str, ...]) -> str:
        """A name that has one text per language."""
        found = names[self._place] if self._place < len(names) else ""
        return found or (names[0] if names else "")

    def category(self, programme: ProgrammeView) -> str:
        """The name of a programme's category."""
        return self.name(self._categories.get(programme.category_id, ()))

    def title(self, programme: ProgrammeView, details: ProgrammeDetails) -> str:
        """The title of a programme."""
        return details.titles.get(self.language) or programme.title

    def subtitle(self, details: ProgrammeDetails) -> str:
        """The second title of a programme."""
        return details.subtitles.get(self.language) or details.subtitle

    def description(self, details: ProgrammeDetails) -> str:
        """What a programme is about."""
        return details.descriptions.get(self.language) or details.description


def _hbb(view: HbbView) -> dict[str, object]:
    """An HbbTV provider of a channel on the wire."""
    return {
        "type": view.kind,
        "id": view.provider_id,
        "api_key": view.api_key,
        "channel_id": view.channel_pid,
    }


def details_of(programme: ProgrammeView) -> ProgrammeDetails:
    """Read the details of a programme."""
    return _details.decode(programme.details)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes the addresses that devices call; in place of the caller's token they have the mark."""

    public_url: str

    def channel(self, operator_id: int, channel_id: int) -> str:
        """Where a device gets the address of a channel."""
        return f"{self._call('channel')}?cid={channel_id}&client_id={operator_id}&authkey={MARK}"

    def programme(self, operator_id: int, channel_id: int, programme_id: int) -> str:
        """Where a device gets the address of a programme."""
        return f"{self._call('program')}?cid={channel_id}&pid={programme_id}&client_id={operator_id}&authkey={MARK}"

    @property
    def api(self) -> str:
        """Where the device API is."""
        return f"{self.public_url}/tvmiddleware/api"

    def _call(self, noun: str) -> str:
        return f"{self.api}/{noun}/url/"

    def whole(self, url: str) -> str:
        """An image or style sheet; portals live on other hosts, so what names no host lies on ours."""
        if not url or _SCHEME.match(url):
            return url
        if url.startswith("//"):
            return f"{urlsplit(self.public_url).scheme}:{url}"
        return f"{self.public_url}/{url.removeprefix('/')}"


class RowMaker:
    """Makes the rows of one line-up in one variant, and keeps those that everybody has."""

    def __init__(
        self, state: State, operator: OperatorView, station: Station, variant: Variant, addresses: Addresses
    ) -> None:
        self.variant = variant
        self._state = state
        self._station = station
        self._operator = operator
        self._addresses = addresses
        self._places = {channel.id: place for place, channel in enumerate(station.lineup.channels, 1)}
        self._rows: dict[int, Row] = {}
        self._wanted = frozenset(variant.shape.fields)
        self._use_words()

    def _use_words(self) -> None:
        self._categories = self._state.programme_categories
        self._words = Words(self._operator, self.variant.language, self._categories)
        self._rows.clear()

    def row(self, channel: ChannelView, now: int) -> Row:
        """The row of a channel as everybody has it."""
        if self._state.programme_categories is not self._categories:
            self._use_words()
        known = self._rows.get(channel.id)
        if known is not None and self.is_true(known, channel, now):
            return known
        made = self._rows[channel.id] = self.personal_row(channel, NOTHING_PERSONAL, now)
        return made

    def is_true(self, row: Row, channel: ChannelView, now: int) -> bool:
        """Say whether a row still tells what is on."""
        return now < row.until and row.guide is self._guide_of(channel)

    def _guide_of(self, channel: ChannelView) -> Guide:
        return self._state.guide_of(channel) if self.variant.shape.has_programmes else NO_GUIDE

    def personal_row(self, channel: ChannelView, personal: PersonalChannel, now: int) -> Row:
        """The row of a channel with what one account thinks of it."""
        guide, shift = self._guide_of(channel), channel.guide_shift_minutes * 60
        current, following = guide.around(now - shift)
        fields = self._fields(channel, personal, current, following)
        body = self.variant.wire.encode_item({name: fields[name] for name in self.variant.shape.fields})
        ends = current.stop if current else following.start if following else None
        return Row(body, FOREVER if ends is None else ends + shift, guide)

    def _fields(
        self,
        channel: ChannelView,
        personal: PersonalChannel,
        current: ProgrammeView | None,
        following: ProgrammeView | None,
    ) -> dict[str, object]:
        """More fields than the shape has, but none that is costly to make and not wanted."""
        fields = self._about(channel, personal)
        if self.variant.shape.has_programmes:
            fields |= self._programme("program_", channel, current)
            fields |= _telemetry(channel)
        if "next_program_id" in self._wanted:
            fields |= self._programme("next_program_", channel, following)
        if "additional_categories" in self._wanted:
            categories = (self._station.categories.get(each) for each in channel.extra_category_ids)
            fields["additional_categories"] = [
                {"id": each.id, "name": self._words.name(each.names)} for each in categories if each
            ]
        if "meta" in self._wanted:
            fields["meta"] = channel_meta(channel)
        return fields

    def _about(self, channel: ChannelView, personal: PersonalChannel) -> dict[str, object]:
        place = self._places[channel.id]
        return {
            "id": channel.id,
            "name": self._words.name(channel.names),
            "icon": self._addresses.whole(channel.icon_url),
            "category_id": channel.category_id or 0,
            "category": channel.category_id or 0,
            "url": self._url(channel),
            "has_record": int(channel.recording_days > 0),
            "max_archive_duration": channel.recording_days,
            "is_hidden": int(personal.is_hidden),
            "is_favorited": int(personal.is_favourite),
            "has_subscription": 1,
            "is_parent_control": int(channel.terms.needs_parent_code or personal.needs_parent_code),
            "timeshift_offset": 0,
            "channel_sort": place if personal.sort is None else personal.sort,
            "sort": place if personal.sort is None else personal.sort,
            "pause_live_tv_shift": channel.pause_live_seconds,
            "option1": channel.options[0],
            "option2": channel.options[1],
            "option3": channel.options[2],
            "aspect_ratio": channel.aspect_ratio,
            "lcn_number": channel.lcn,
            "hbb": [_hbb(each) for each in channel.hbb],
            "show_in_all": int(channel.show_in_all),
            "ads_available": int(channel.has_ads),
            "drm_available": channel.is_drm,
        }

    def _url(self, channel: ChannelView) -> str:
        if self.variant.has_multicast and channel.multicast_address:
            return channel.multicast_address
        return self._addresses.channel(self.variant.operator_id, channel.id)

    def _programme(self, head: str, channel: ChannelView, programme: ProgrammeView | None) -> dict[str, object]:
        details = details_of(programme) if programme else _NO_DETAILS
        shift = channel.guide_shift_minutes * 60
        fields = {
            "id": programme.id if programme else 0,
            "name": self._words.title(programme, details) if programme else "",
            "begin_time": programme.start + shift if programme else 0,
            "end_time": programme.stop + shift if programme else 0,
            "category_id": programme.category_id if programme else 0,
            "category": self._words.category(programme) if programme else "",
            "description": self._words.description(details),
            "preview_url": self._addresses.whole(details.icons[0]) if details.icons else "",
            "rating": programme.age if programme else 0,
        }
        if f"{head}meta" in self._wanted:
            fields |= {
                "meta": programme_meta(details, self._words.subtitle(details), self._addresses.whole),
                "genres": genres_of(details),
            }
        return {head + name: value for name, value in fields.items()}


_NO_DETAILS = ProgrammeDetails()


def _telemetry(channel: ChannelView) -> dict[str, object]:
    measured = channel.telemetry
    return {
        "telemeter": measured.get("telemeter", ""),
        "telemeter_account_name": measured.get("account_name", ""),
        "telemeter_tmsec_name": measured.get("tmsec_name", ""),
        "telemeter_cat_id": measured.get("cat_id", ""),
        "telemeter_vc_id": measured.get("vc_id", ""),
        "telemeter_vc_version": measured.get("vc_version", ""),
    }


def channel_meta(channel: ChannelView) -> str:
    """The `meta` of a channel, a JSON object in a text: what the operator put there, not what its channel list said."""
    return to_json({name: value for name, value in channel.meta.items() if name != "list"}).decode()


def genre_number(name: str) -> int:
    """The number of a genre: made of its name, so that it is the same everywhere and always."""
    return crc32(name.casefold().encode()) & 0x7FFFFFFF


def genres_of(details: ProgrammeDetails) -> list[dict[str, object]]:
    """The genres of a programme: the guide's own words for what it is."""
    return [{"genre_id": genre_number(name), "genre_name": name} for name in details.categories]


def programme_fields(programme: ProgrammeView, shift: int, words: Words, addresses: Addresses) -> dict[str, object]:
    """All that a guide says of a programme, `shift` seconds later."""
    details = details_of(programme)
    return {
        "id": programme.id,
        "begin_time": programme.start + shift,
        "end_time": programme.stop + shift,
        "name": words.title(programme, details),
        "short_name": words.subtitle(details),
        "description": words.description(details),
        "category": words.category(programme),
        "preview": addresses.whole(details.icons[0]) if details.icons else "",
        "rating": programme.age,
        "meta": programme_meta(details, words.subtitle(details), addresses.whole),
    }
