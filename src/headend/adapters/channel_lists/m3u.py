"""Channel lists as M3U and M3U8: VLC's extended format with what Kodi, SIPTV, TiviMate and others have added to it.

Attributes and lines are those that pvr.iptvsimple documents; `#EXTHTTP` is OTT Navigator's and TiviMate's.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO
from urllib.parse import parse_qsl

from headend.adapters.channel_lists.attributes import Info, read_header, read_info
from headend.catalog.errors import NotAChannelList
from headend.catalog.ports import ListHeader, ListItem, Problem
from headend.catalog.rules import EntryDraft

LONGEST_LINE = 256 * 1024
"""Bytes; room for a logo inside the list (`data:`). A longer line is left out."""

DEFAULT_ARCHIVE_DAYS = 5
"""Kodi's, where a list says that there is an archive and not how long."""

LONGEST_ARCHIVE_DAYS = 365
SCHEMES = frozenset(
    ("http", "https", "rtmp", "rtmps", "rtsp", "rtsps", "rtp", "udp", "igmp", "srt", "rist", "mms", "mmsh", "mmst")
)

MODES = {
    **{mode: mode for mode in ("default", "append", "shift", "flussonic", "flussonic-ts", "xc", "vod")},
    "timeshift": "shift",
    "flussonic-hls": "flussonic",
    "fs": "flussonic-ts",
}
NO = frozenset(("", "0", "false", "no", "off"))
_NO_MODES = frozenset(("disabled", "none", "no", "false", "0"))
_SOME_MODES = frozenset(("", "1", "true", "yes"))

_HLS = ("#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF", "#EXT-X-MEDIA", "#EXT-X-I-FRAME-STREAM-INF", "#EXT-X-KEY")
_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,60}")
_NUMBER = re.compile(r"[+-]?\d{1,4}(?:\.\d{1,6})?")
_VIDEO_URL = re.compile(r"https?://[^/]+/(?:movie|series)/")
_VIDEO_TYPES = frozenset(("movie", "movies", "serie", "series", "vod"))
_OPTION_HEADERS = {"http-user-agent": "User-Agent", "http-referrer": "Referer", "http-referer": "Referer"}
_HEADER_SPELLINGS = {"user-agent": "User-Agent", "referer": "Referer", "referrer": "Referer"}
_MOST_HEADERS = _MOST_PROPERTIES = 20


def read_m3u(stream: BinaryIO, *, fallback: str = "cp1252") -> Iterator[ListItem]:
    """Read a list; lines that are not UTF-8 are taken for `fallback`. See `catalog.ports.ChannelListFormat`."""
    reader = _Reader(fallback)
    for number, raw in _lines(stream):
        if raw is None:
            yield Problem(number, f"the line is longer than {LONGEST_LINE} bytes")
        else:
            yield from reader.read(number, raw)
    yield from reader.finish()


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Number the lines; None stands for one that is too long."""
    number = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) <= LONGEST_LINE:
            yield number, raw
            continue
        while raw and not raw.endswith(b"\n"):
            raw = stream.readline(LONGEST_LINE)
        yield number, None


@dataclass(slots=True)
class _Pending:
    """What has been said of the entry whose address is still to come; `line` is that of its `#EXTINF`."""

    line: int = 0
    info: Info | None = None
    groups: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    is_video: bool = False


class _Reader:
    """Goes through a list line by line and remembers what is in force; `found` is what the current line gave."""

    def __init__(self, fallback: str) -> None:
        self.fallback = fallback
        self.number = 0
        self.found: list[ListItem] = []
        self.has_begun = False
        self.has_entries = False
        self.has_said_encoding = False
        self.defaults: dict[str, str] = {}
        self.group: tuple[str, ...] = ()
        self.pending = _Pending()
        self.tags: dict[str, Callable[[str], None]] = {
            "#EXTM3U": self._header,
            "#EXTINF": self._info,
            "#EXTGRP": self._group,
            "#EXTVLCOPT": self._player_option,
            "#KODIPROP": self._kodi_property,
            "#EXTHTTP": self._http_headers,
            "#EXT-X-PLAYLIST-TYPE": self._playlist_type,
        }

    def read(self, number: int, raw: bytes) -> list[ListItem]:
        """Take one line and give what it completes."""
        self.number, self.found = number, []
        line = self._decode(raw if self.has_begun else _opening(raw))
        if line:
            self._begin(line)
            (self._tag if line.startswith("#") else self._address)(line)
        return self.found

    def finish(self) -> list[ListItem]:
        """Say what the end leaves open; NotAChannelList when nothing before it was a channel list."""
        self.found = []
        self._drop_pending()
        if not self.has_begun:
            raise NotAChannelList("the input is empty")
        if not self.has_entries:
            raise NotAChannelList("there is no #EXTINF in it: this is not a channel list")
        return self.found

    def _remark(self, message: str) -> None:
        self.found.append(Problem(self.number, message, is_loss=False))

    def _decode(self, raw: bytes) -> str:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = raw.decode(self.fallback, "replace")
            if not self.has_said_encoding:
                self.has_said_encoding = True
                self._remark(f"not UTF-8; such lines are read as {self.fallback}")
        return text.translate(_CONTROLS).strip()

    def _begin(self, line: str) -> None:
        if not self.has_begun:
            self.has_begun = True
            if not line.upper().startswith(("#EXTM3U", "#EXTINF")):
                self._remark("the list does not begin with #EXTM3U")

    def _tag(self, line: str) -> None:
        name, _, value = line.partition(" " if line[:8].upper() == "#EXTM3U " else ":")
        read = self.tags.get(name.strip().upper())
        if read:
            read(value)
        elif not self.has_entries and line.startswith(_HLS):
            raise NotAChannelList(
                "this is one stream's own HLS playlist, not a list of channels", f"line {self.number}"
            )

    def _header(self, value: str) -> None:
        values = _said(read_header(value))
        self.defaults = {key: values[key] for key in _INHERITED if key in values}
        urls = " ".join(values.get(key, "") for key in ("x-tvg-url", "url-tvg", "tvg-url"))
        self.found.append(ListHeader(tuple(dict.fromkeys(re.findall(r"[^\s,]+", urls)))))

    def _info(self, value: str) -> None:
        self._drop_pending()
        self.has_entries = True
        self.pending.line, self.pending.info = self.number, read_info(value)
        if self.pending.info.is_unclosed:
            self._remark("a quote is not closed")

    def _group(self, value: str) -> None:
        self.group = _groups(value)
        if self.pending.info:
            self.pending.groups = self.group

    def _player_option(self, value: str) -> None:
        key, _, said = value.partition("=")
        key = key.strip()
        if key in _OPTION_HEADERS:
            _put_header(self.pending.headers, _OPTION_HEADERS[key], said)
        else:
            self._put_property(f"EXTVLCOPT:{key}", said)

    def _kodi_property(self, value: str) -> None:
        key, _, said = value.partition("=")
        self._put_property(f"KODIPROP:{key.strip()}", said)

    def _put_property(self, key: str, value: str) -> None:
        if value.strip() and len(self.pending.properties) < _MOST_PROPERTIES:
            self.pending.properties[key] = value.strip()

    def _http_headers(self, value: str) -> None:
        try:
            said = json.loads(value)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            self._remark("#EXTHTTP is not a JSON object of headers")
            return
        for key, text in said.items():
            _put_header(self.pending.headers, key, str(text))

    def _playlist_type(self, value: str) -> None:
        self.pending.is_video = value.strip().upper() == "VOD"

    def _drop_pending(self) -> None:
        if self.pending.info:
            self.found.append(Problem(self.pending.line, "the entry has no address", self.pending.info.name or ""))
            self.pending = _Pending()

    def _address(self, line: str) -> None:
        pending, self.pending = self.pending, _Pending()
        if pending.info is None:
            self.found.append(Problem(self.number, "an address without #EXTINF before it"))
            return
        remarks: list[str] = []
        values = self.defaults | _said(pending.info.values)
        draft = _draft(pending, values, _address_of(line, pending.headers), remarks)
        if not draft.name:
            self.found.append(Problem(pending.line, "the entry has no name"))
            return
        if not draft.url:
            remarks.append(f"no address that can be played: {line[:80]}")
        self.found += (Problem(pending.line, remark, draft.name, is_loss=False) for remark in remarks)
        self.found.append(draft if draft.groups else replace(draft, groups=self.group))


_INHERITED = ("tvg-shift", "catchup", "catchup-days", "catchup-source", "catchup-correction")


def _said(values: Mapping[str, str]) -> dict[str, str]:
    """What is not empty, under one name where there are two."""
    said = {key: value for key, value in values.items() if value}
    if "catchup-type" in said:
        said.setdefault("catchup", said["catchup-type"])
    return said


def _draft(pending: _Pending, values: Mapping[str, str], url: str, remarks: list[str]) -> EntryDraft:
    assert pending.info is not None
    catchup, days = _catchup(values, remarks)
    return EntryDraft(
        line=pending.line,
        name=pending.info.name or values.get("tvg-name") or values.get("tvg-id", ""),
        url=url,
        guide_id=values.get("tvg-id", ""),
        guide_name=values.get("tvg-name", ""),
        number=_number(values, remarks),
        logo=values.get("tvg-logo", ""),
        groups=tuple(dict.fromkeys(_groups(values.get("group-title", "")) + pending.groups)),
        shift_minutes=_shift(values, remarks),
        catchup=catchup,
        archive_days=days,
        headers=pending.headers,
        properties=pending.properties,
        is_radio=_is_yes(values, "radio"),
        is_video=pending.is_video or _is_video(values, url),
        is_adult=_is_yes(values, "parent-code", "censored", "adult"),
    )


def _opening(raw: bytes) -> bytes:
    """Look at the first line: what is surely no list is refused, a byte order mark is cut off."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotAChannelList("the list is UTF-16; save it as UTF-8", "line 1")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in raw or raw.startswith(b"\x1f\x8b"):
        raise NotAChannelList("this is no text: a compressed or binary file", "line 1")
    if raw.lstrip().startswith(b"<"):
        raise NotAChannelList("this is a web page or an XML document, not a channel list", "line 1")
    if raw.lstrip().startswith((b"{", b'["', b"[{")):
        raise NotAChannelList("this is JSON, not a channel list", "line 1")
    return raw


def _groups(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(";") if (name := " ".join(part.split())))


def _address_of(line: str, headers: dict[str, str]) -> str:
    """Give the address, "" when it is none, and move what follows a `|` into the headers."""
    url, _, suffix = line.partition("|")
    for key, value in parse_qsl(suffix):
        _put_header(headers, key, value)
    url = url.strip().replace(" ", "%20")
    scheme, colon, rest = url.partition("://")
    return url if colon and rest and scheme.lower() in SCHEMES else ""


def _put_header(headers: dict[str, str], name: str, value: str) -> None:
    name = _HEADER_SPELLINGS.get(name.strip().lower(), name.strip())
    # Percent-encoding may hide what a line may not hold: a line break would begin another header.
    value = value.translate(_CONTROLS).strip()
    if value and _HEADER_NAME.fullmatch(name) and len(headers) < _MOST_HEADERS:
        headers[name] = value


def _is_yes(values: Mapping[str, str], *keys: str) -> bool:
    return any(values.get(key, "").lower() not in NO for key in keys)


def _number(values: Mapping[str, str], remarks: list[str]) -> int | None:
    text = next((values[key] for key in ("tvg-chno", "channel-number", "ch-number") if values.get(key)), "")
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text) or None
    if any(letter.isdigit() for letter in text):
        remarks.append(f"{text[:40]!r} is not a whole channel number")
    return None


def _shift(values: Mapping[str, str], remarks: list[str]) -> int:
    """The guide's shift in minutes; players allow half a day and a little more to either side."""
    text = values.get("tvg-shift", "")
    if not text:
        return 0
    if _NUMBER.fullmatch(text) and abs(float(text)) <= 24:
        return round(float(text) * 60)
    remarks.append(f"{text[:40]!r} is not a shift in hours")
    return 0


def _is_video(values: Mapping[str, str], url: str) -> bool:
    """Films and episodes, which many lists bring along: Kodi's marks, or the paths of Xtream Codes panels."""
    if _is_yes(values, "radio"):
        return False
    if values.get("tvg-type", "").lower() in _VIDEO_TYPES or _is_yes(values, "media", "media-dir", "media-size"):
        return True
    return bool(_VIDEO_URL.match(url))


def _catchup(values: Mapping[str, str], remarks: list[str]) -> tuple[dict[str, str], int]:
    """The catch-up attributes under our names, and the days; {} and 0 when there is no archive."""
    days = _archive_days(values, remarks)
    mode = _mode(values, remarks)
    if not mode or days == 0:
        return {}, 0
    catchup = {"mode": mode}
    if "catchup-source" in values:
        catchup["source"] = values["catchup-source"]
    if values.get("catchup-correction", "0").strip("0."):
        catchup["correction"] = values["catchup-correction"]
    return catchup, DEFAULT_ARCHIVE_DAYS if days is None else days


def _mode(values: Mapping[str, str], remarks: list[str]) -> str:
    """Give the kind of catch-up, "" for none. A list may imply it: by a source, or by SIPTV's `timeshift`."""
    said, source = values.get("catchup", "").lower(), values.get("catchup-source", "")
    if not said and not source and not (values.get("timeshift") or values.get("tvg-rec")):
        return ""
    if said in _NO_MODES:
        return ""
    if said in _SOME_MODES:
        return ("default" if "://" in source else "append") if source else "shift"
    mode = MODES.get(said, "")
    if not mode:
        remarks.append(f"unknown kind of catch-up: {said[:40]!r}")
    elif mode in ("default", "append") and not source:
        remarks.append(f"the catch-up {mode!r} has no catchup-source")
        return ""
    return mode


def _archive_days(values: Mapping[str, str], remarks: list[str]) -> int | None:
    """The days that a list gives, None when it gives none; -1 is Kodi's "without a limit"."""
    text = next((values[key] for key in ("catchup-days", "timeshift", "tvg-rec") if key in values), "")
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        remarks.append(f"{text[:40]!r} is not a number of days")
        return None
    days = int(float(text))
    return days if 0 <= days <= LONGEST_ARCHIVE_DAYS else LONGEST_ARCHIVE_DAYS
