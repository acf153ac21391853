"""Writes guides as XMLTV (xmltv.dtd): an element for each channel and programme, made ready once and joined.

All channels stand before all programmes, the children of a programme in the DTD's order, and every time has its offset:
players have been seen to fail on less.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from msgspec.structs import replace

from headend.catalog.ports import Credits, Episode, ProgrammeDetails
from headend.kernel.formats import xml_text

CONTENT_TYPE = b"application/xml; charset=utf-8"
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<tv generator-info-name="Headend">\n'
TAIL = b"</tv>\n"

Child: TypeAlias = Callable[[Any, ProgrammeDetails], str]

_NOTHING = ProgrammeDetails()
_LAST_SECOND = 253402300799  # 9999-12-31: the year has four digits
_IN_ATTRIBUTE = re.compile('["\t\n]')
_CAPTIONS = ("teletext", "onscreen", "deaf-signed")
_JOBS = (
    ("director", "directors"),
    ("actor", "actors"),
    ("writer", "writers"),
    ("adapter", "adapters"),
    ("producer", "producers"),
    ("composer", "composers"),
    ("editor", "editors"),
    ("presenter", "presenters"),
    ("commentator", "commentators"),
    ("guest", "guests"),
)


@dataclass(frozen=True, slots=True)
class ChannelElement:
    """A channel; `names` has a name for each language code, "" where the language is not known."""

    id: str
    names: Mapping[str, str]
    icon_url: str = ""


@dataclass(frozen=True, slots=True)
class ProgrammeElement:
    """A programme; times in seconds since the epoch. `categories` go before the guide's own in `details`."""

    start: int
    stop: int
    title: str
    age: int = 0
    categories: tuple[str, ...] = ()
    details: ProgrammeDetails = _NOTHING


def write_channel(channel: ChannelElement) -> bytes:
    """The element of one channel."""
    names = [_in_language("display-name", name, language) for language, name in channel.names.items() if name]
    icon = _icon(channel.icon_url) if channel.icon_url else ""
    inside = "".join(names) or _element("display-name", channel.id)
    return f'<channel id="{_attribute(channel.id)}">{inside}{icon}</channel>\n'.encode()


def write_programme(channel_id: str, programme: ProgrammeElement) -> bytes:
    """The element of one programme on one channel."""
    details = _with_ours(programme)
    catchup = f' catchup-id="{_attribute(details.catchup_id)}"' if details.catchup_id else ""
    parts = [
        f'<programme start="{_time(programme.start)}" stop="{_time(programme.stop)}" '
        f'channel="{_attribute(channel_id)}"{catchup}>',
        _in_language("title", programme.title or "-", details.language),
    ]
    if details is not _NOTHING:
        for name, write in _CHILDREN:
            value = getattr(details, name)
            if value:
                parts.append(write(value, details))
    parts.append("</programme>\n")
    return "".join(parts).encode()


def write_guide(channels: Iterable[bytes], programmes: Iterable[bytes]) -> bytes:
    """A whole document of elements, or of many that were joined already."""
    return b"".join((HEAD, *channels, *programmes, TAIL))


def _with_ours(programme: ProgrammeElement) -> ProgrammeDetails:
    """The guide's details with our categories before its own, and our age where it has no rating."""
    details = programme.details
    if programme.categories:
        both = tuple(dict.fromkeys((*programme.categories, *details.categories)))
        details = replace(details, categories=both)
    if programme.age and not details.ratings:
        details = replace(details, ratings={"age": str(programme.age)})
    return details


# --- the children of a programme, each written only when there is something to say ---


def _one(tag: str) -> Child:
    return lambda text, _details: f"<{tag}>{xml_text(text)}</{tag}>"


def _many(tag: str) -> Child:
    return lambda texts, _details: "".join(f"<{tag}>{xml_text(text)}</{tag}>" for text in texts if text)


def _first(tag: str) -> Child:
    return lambda text, details: _in_language(tag, text, details.language)


def _others(tag: str) -> Child:
    return lambda texts, _details: "".join(_in_language(tag, text, code) for code, text in texts.items() if text)


def _flag(tag: str) -> Child:
    return lambda _is, _details: f"<{tag}/>"


def _credits(people: Credits, _details: ProgrammeDetails) -> str:
    inside = (
        _element(tag, name, "role", people.parts.get(name, "") if tag == "actor" else "")
        for tag, job in _JOBS
        for name in getattr(people, job)
    )
    return f"<credits>{''.join(inside)}</credits>"


def _length(seconds: int, _details: ProgrammeDetails) -> str:
    return f'<length units="seconds">{seconds}</length>'


def _icons(urls: tuple[str, ...], _details: ProgrammeDetails) -> str:
    return "".join(_icon(url) for url in urls)


def _episode(episode: Episode, _details: ProgrammeDetails) -> str:
    numbers = (
        _counted(episode.season, episode.of_seasons),
        _counted(episode.number, episode.of_numbers),
        _counted(episode.part, episode.of_parts),
    )
    counted = f'<episode-num system="xmltv_ns">{".".join(numbers)}</episode-num>' if any(numbers) else ""
    onscreen = _element("episode-num", episode.onscreen, "system", "onscreen") if episode.onscreen else ""
    others = (_element("episode-num", number, "system", system) for system, number in episode.ids.items())
    return counted + onscreen + "".join(others)


def _counted(number: int | None, total: int | None) -> str:
    """One part of an `xmltv_ns` number, which counts from 0, but for the total."""
    counted = "" if number is None else str(max(0, number - 1))
    return f"{counted}/{total}" if total else counted


def _video(_value: str, details: ProgrammeDetails) -> str:
    aspect = f"<aspect>{xml_text(details.aspect)}</aspect>" if details.aspect else ""
    quality = f"<quality>{xml_text(details.quality)}</quality>" if details.quality else ""
    return f"<video>{aspect}{quality}</video>"


def _quality_alone(value: str, details: ProgrammeDetails) -> str:
    return "" if details.aspect else _video(value, details)


def _audio(stereo: str, _details: ProgrammeDetails) -> str:
    return f"<audio><stereo>{xml_text(stereo)}</stereo></audio>"


def _shown_before(said: str, _details: ProgrammeDetails) -> str:
    start = "" if said == "yes" else f' start="{_attribute(said)}"'
    return f"<previously-shown{start}/>"


def _premiere(said: str, _details: ProgrammeDetails) -> str:
    return "<premiere/>" if said == "yes" else f"<premiere>{xml_text(said)}</premiere>"


def _captions(kinds: tuple[str, ...], _details: ProgrammeDetails) -> str:
    return "".join(f'<subtitles type="{kind}"/>' if kind in _CAPTIONS else "<subtitles/>" for kind in kinds)


def _ratings(tag: str) -> Child:
    def write(ratings: Mapping[str, str], _details: ProgrammeDetails) -> str:
        systems = ((f' system="{_attribute(system)}"' if system else "", value) for system, value in ratings.items())
        return "".join(f"<{tag}{system}><value>{xml_text(value)}</value></{tag}>" for system, value in systems)

    return write


_CHILDREN: tuple[tuple[str, Child], ...] = (
    ("titles", _others("title")),
    ("subtitle", _first("sub-title")),
    ("subtitles", _others("sub-title")),
    ("description", _first("desc")),
    ("descriptions", _others("desc")),
    ("credits", _credits),
    ("date", _one("date")),
    ("categories", _many("category")),
    ("keywords", _many("keyword")),
    ("spoken_language", _one("language")),
    ("original_language", _one("orig-language")),
    ("length_seconds", _length),
    ("icons", _icons),
    ("url", _one("url")),
    ("countries", _many("country")),
    ("episode", _episode),
    ("aspect", _video),
    ("quality", _quality_alone),
    ("audio", _audio),
    ("shown_before", _shown_before),
    ("premiere", _premiere),
    ("is_last_chance", _flag("last-chance")),
    ("is_new", _flag("new")),
    ("captions", _captions),
    ("ratings", _ratings("rating")),
    ("stars", _ratings("star-rating")),
)
"""What follows the title, in the order of the DTD: a field of the details and what writes it."""


# --- elements and attributes ---


def _in_language(tag: str, text: str, language: str) -> str:
    return _element(tag, text, "lang", language)


def _element(tag: str, text: str, name: str = "", value: str = "") -> str:
    said = f' {name}="{_attribute(value)}"' if value else ""
    return f"<{tag}{said}>{xml_text(text)}</{tag}>"


def _icon(url: str) -> str:
    return f'<icon src="{_attribute(url)}"/>'


def _attribute(text: str) -> str:
    escaped = xml_text(text)
    if not _IN_ATTRIBUTE.search(escaped):
        return escaped
    return escaped.replace('"', "&quot;").replace("\t", " ").replace("\n", " ")


def _time(seconds: int) -> str:
    return time.strftime("%Y%m%d%H%M%S +0000", time.gmtime(min(max(0, seconds), _LAST_SECOND)))
