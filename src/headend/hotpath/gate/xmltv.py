"""Writes guides as XMLTV (xmltv.dtd): an element for each channel and programme, made ready once and joined.

All channels stand before all programmes, the children of a programme in the DTD's order, and every time has its offset:
players have been seen to fail on less.
"""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from headend.catalog.ports import Credits, Episode, ProgrammeDetails
from headend.kernel.formats import xml_text

CONTENT_TYPE = b"application/xml; charset=utf-8"
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<tv generator-info-name="Headend">\n'
TAIL = b"</tv>\n"

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
    names = [_element("display-name", name, lang=language) for language, name in channel.names.items() if name]
    icon = _icon(channel.icon_url) if channel.icon_url else ""
    inside = "".join(names) or _element("display-name", channel.id)
    return f'<channel id="{_attribute(channel.id)}">{inside}{icon}</channel>\n'.encode()


def write_programme(channel_id: str, programme: ProgrammeElement) -> bytes:
    """The element of one programme on one channel."""
    details = programme.details
    catchup = f' catchup-id="{_attribute(details.catchup_id)}"' if details.catchup_id else ""
    head = (
        f'<programme start="{_time(programme.start)}" stop="{_time(programme.stop)}" '
        f'channel="{_attribute(channel_id)}"{catchup}>'
    )
    title = _element("title", programme.title or "-", lang=details.language)
    rest = "".join(_children(programme)) if details is not _NOTHING or programme.age or programme.categories else ""
    return f"{head}{title}{rest}</programme>\n".encode()


def write_guide(channels: Iterable[bytes], programmes: Iterable[bytes]) -> bytes:
    """A whole document of elements, or of many that were joined already."""
    return b"".join((HEAD, *channels, *programmes, TAIL))


def _children(programme: ProgrammeElement) -> Iterable[str]:
    """What follows the title, in the order of the DTD."""
    details = programme.details
    yield from _in_languages("title", details.titles)
    yield from _texts("sub-title", details.subtitle, details.subtitles, details.language)
    yield from _texts("desc", details.description, details.descriptions, details.language)
    if details.credits:
        yield f"<credits>{''.join(_credits(details.credits))}</credits>"
    yield from _optional("date", details.date)
    for category in dict.fromkeys((*programme.categories, *details.categories)):
        yield from _optional("category", category)
    for keyword in details.keywords:
        yield from _optional("keyword", keyword)
    yield from _optional("language", details.spoken_language)
    yield from _optional("orig-language", details.original_language)
    if details.length_seconds > 0:
        yield f'<length units="seconds">{details.length_seconds}</length>'
    for icon in details.icons:
        yield _icon(icon)
    yield from _optional("url", details.url)
    for country in details.countries:
        yield from _optional("country", country)
    if details.episode:
        yield from _episode(details.episode)
    yield from _technical(details)
    yield from _showing(details)
    yield from _ratings(programme)


def _credits(people: Credits) -> Iterable[str]:
    for tag, job in _JOBS:
        for name in getattr(people, job):
            yield _element(tag, name, role=people.parts.get(name, "") if tag == "actor" else "")


def _episode(episode: Episode) -> Iterable[str]:
    numbers = (
        _counted(episode.season, episode.of_seasons),
        _counted(episode.number, episode.of_numbers),
        _counted(episode.part, episode.of_parts),
    )
    if any(numbers):
        yield f'<episode-num system="xmltv_ns">{".".join(numbers)}</episode-num>'
    if episode.onscreen:
        yield _element("episode-num", episode.onscreen, system="onscreen")
    for system, number in episode.ids.items():
        yield _element("episode-num", number, system=system)


def _counted(number: int | None, total: int | None) -> str:
    """One part of an `xmltv_ns` number, which counts from 0, but for the total."""
    counted = "" if number is None else str(max(0, number - 1))
    return f"{counted}/{total}" if total else counted


def _technical(details: ProgrammeDetails) -> Iterable[str]:
    if details.aspect or details.quality:
        inside = (*_optional("aspect", details.aspect), *_optional("quality", details.quality))
        yield f"<video>{''.join(inside)}</video>"
    if details.audio:
        yield f"<audio>{_element('stereo', details.audio)}</audio>"


def _showing(details: ProgrammeDetails) -> Iterable[str]:
    if details.shown_before:
        start = "" if details.shown_before == "yes" else f' start="{_attribute(details.shown_before)}"'
        yield f"<previously-shown{start}/>"
    if details.premiere:
        yield "<premiere/>" if details.premiere == "yes" else _element("premiere", details.premiere)
    if details.is_last_chance:
        yield "<last-chance/>"
    if details.is_new:
        yield "<new/>"
    for captions in details.captions:
        yield f'<subtitles type="{captions}"/>' if captions in _CAPTIONS else "<subtitles/>"


def _ratings(programme: ProgrammeElement) -> Iterable[str]:
    ratings = programme.details.ratings or ({"age": str(programme.age)} if programme.age else {})
    for tag, texts in (("rating", ratings), ("star-rating", programme.details.stars)):
        for system, value in texts.items():
            said = f' system="{_attribute(system)}"' if system else ""
            yield f"<{tag}{said}><value>{xml_text(value)}</value></{tag}>"


def _texts(tag: str, first: str, others: Mapping[str, str], language: str) -> Iterable[str]:
    if first:
        yield _element(tag, first, lang=language)
    yield from _in_languages(tag, others)


def _in_languages(tag: str, texts: Mapping[str, str]) -> Iterable[str]:
    return (_element(tag, text, lang=language) for language, text in texts.items() if text)


def _optional(tag: str, text: str) -> Iterable[str]:
    return (f"<{tag}>{xml_text(text)}</{tag}>",) if text else ()


def _element(tag: str, text: str, **attributes: str) -> str:
    said = "".join(f' {name}="{_attribute(value)}"' for name, value in attributes.items() if value)
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
