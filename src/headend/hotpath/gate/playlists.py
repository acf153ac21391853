"""Writes channel lists as M3U for players: one `EntryTag` a channel, made ready once and joined for each account.

The attributes are those that Kodi's pvr.iptvsimple, VLC, SIPTV and TiviMate read. Players take them apart with plain
text searches, so no value may hold what ends a value or a line: a quote becomes an apostrophe, a control character or
line separator a space. What a person may have written (name, group) stands behind everything else of its line.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

CONTENT_TYPE = b"audio/x-mpegurl"  # without parameters: mpv knows no playlist by a type that has some

# All that some player or some language's "split into lines" takes for the end of a line; lone surrogates too.
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_NOT_IN_ADDRESS = re.compile(r"[^!#-;=?-\[\]_a-z~]")
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_OPTIONS = {"User-Agent": "http-user-agent", "Referer": "http-referrer"}
_PROPERTIES = ("KODIPROP", "EXTVLCOPT")


@dataclass(frozen=True, slots=True)
class CatchUpTag:
    """How a player finds the archive of a channel; `mode` is the `catchup` attribute, `days` how far it reaches.

    `source` is the whole address (default), what is appended to the live one (append), or "". `answers_utc`: the live
    address also understands `utc=` and `lutc=` (seconds since the epoch), which is all that SIPTV and its like know.
    """

    mode: str
    days: int
    source: str = ""
    answers_utc: bool = False
    correction: str = ""


@dataclass(frozen=True, slots=True)
class EntryTag:
    """A channel of a playlist. `guide_id` is the channel's id in the XMLTV that goes with it.

    `headers` are HTTP headers for the player; `properties` what only some players understand, by "KODIPROP:name" or
    "EXTVLCOPT:name"; `number` 0 is none.
    """

    name: str
    url: str
    guide_id: str = ""
    number: int = 0
    logo: str = ""
    groups: tuple[str, ...] = ()
    catchup: CatchUpTag | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    shift_minutes: int = 0
    is_radio: bool = False
    needs_parent_code: bool = False


def write_head(guide_url: str = "") -> bytes:
    """The first line; the guide's address under both names that players look for."""
    url = _address(guide_url)
    return f'#EXTM3U x-tvg-url="{url}" url-tvg="{url}"\n'.encode() if url else b"#EXTM3U\n"


def write_entry(entry: EntryTag) -> bytes:
    """The lines of one channel; b"" when its address is none."""
    url = _address(entry.url)
    if not url:
        return b""
    name = _text(entry.name) or _text(entry.guide_id) or "-"
    attributes = "".join(f' {key}="{value}"' for key, value in _attributes(entry, name) if value)
    options = "".join(f"{line}\n" for line in _options(entry))
    return f"#EXTINF:-1{attributes},{name}\n{options}{url}\n".encode()


def write_plain_entry(name: str, url: str) -> bytes:
    """The two lines of one channel for players that know no attributes; b"" when its address is none."""
    url = _address(url)
    return f"#EXTINF:-1,{_text(name) or '-'}\n{url}\n".encode() if url else b""


def write_playlist(head: bytes, entries: Iterable[bytes]) -> bytes:
    """A whole playlist: UTF-8, LF, no byte order mark."""
    return b"".join((head, *entries))


def listed_properties(meta: Mapping[str, object]) -> dict[str, str]:
    """The properties that an imported list gave a channel, out of its extra data (`meta["list"]["properties"]`)."""
    said = _listed(meta).get("properties")
    return {str(name): str(value) for name, value in said.items()} if isinstance(said, Mapping) else {}


def is_listed_as_radio(meta: Mapping[str, object]) -> bool:
    """Whether an imported list called a channel radio (`meta["list"]["radio"]`)."""
    return _listed(meta).get("radio") is True


def _listed(meta: Mapping[str, object]) -> Mapping[str, object]:
    said = meta.get("list")
    return said if isinstance(said, Mapping) else {}


def _attributes(entry: EntryTag, name: str) -> Iterable[tuple[str, str]]:
    yield "tvg-id", _text(entry.guide_id)
    yield "tvg-chno", str(entry.number) if entry.number > 0 else ""
    yield "tvg-logo", _address(entry.logo)
    yield "tvg-shift", f"{entry.shift_minutes / 60:g}" if entry.shift_minutes else ""
    yield "radio", "true" if entry.is_radio else ""
    yield "parent-code", "1" if entry.needs_parent_code else ""
    if entry.catchup and entry.catchup.days > 0:
        yield from _catchup_attributes(entry.catchup)
    yield "tvg-name", name
    yield "group-title", ";".join(group for each in entry.groups if (group := _text(each).replace(";", ",")))


def _catchup_attributes(catchup: CatchUpTag) -> Iterable[tuple[str, str]]:
    """Kodi's attributes, and the older ones, which say "append utc and lutc", only where that works."""
    days = str(catchup.days)
    yield "catchup", _text(catchup.mode)
    yield "catchup-days", days
    yield "catchup-source", _text(catchup.source).replace(" ", "%20")
    yield "catchup-correction", _text(catchup.correction)
    if catchup.answers_utc or catchup.mode == "shift":
        yield "timeshift", days
        yield "tvg-rec", days


def _options(entry: EntryTag) -> Iterable[str]:
    others: dict[str, str] = {}
    for header, value in entry.headers.items():
        if header in _OPTIONS:
            yield f"#EXTVLCOPT:{_OPTIONS[header]}={_line(value)}"
        elif _KEY.fullmatch(header):
            others[header] = _line(value)
    if others:
        yield f"#EXTHTTP:{msgspec.json.encode(others).decode()}"
    for name, value in entry.properties.items():
        kind, _, key = name.partition(":")
        if kind in _PROPERTIES and _KEY.fullmatch(key):
            yield f"#{kind}:{key}={_line(value)}"


def _line(text: str) -> str:
    """Text that stays on its line."""
    return _BREAKS.sub(" ", text).strip() if not text.isprintable() else text.strip()


def _text(text: str) -> str:
    """Text that stays within its quotes and on its line."""
    return _line(text).replace('"', "'")


def _address(text: str) -> str:
    """An address that stays on its line and within quotes: other characters are percent-encoded; "" for none."""
    text = _NOT_IN_ADDRESS.sub(_percent, text.strip()) if _NOT_IN_ADDRESS.search(text) else text
    return text if _ADDRESS.fullmatch(text) else ""


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))
