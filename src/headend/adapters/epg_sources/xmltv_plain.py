"""Reads programmes as most guides write them, in half the time in which a parser can tell of them.

A pattern says how such a programme begins: with what nearly all have, in the order of xmltv.dtd. Another one takes the
elements that follow, in any order. What they match is well-formed as it stands, and has nothing that XML has besides;
all else is the parser's, so that there is one meaning and two speeds.
"""

import re
from collections.abc import Iterator, Mapping

from headend.adapters.epg_sources.xmltv_elements import (
    CHILDREN,
    CONTAINERS,
    ITEMS,
    LEAVES,
    Attributes,
    Element,
    Values,
    ignore,
)
from headend.adapters.epg_sources.xmltv_slices import END
from headend.catalog.ports import NOTHING


class NotPlain(Exception):
    """A programme is for the parser."""


# --- characters ---

# Each changes a text that has such bytes: those that XML does not allow (XML 1.0, production 2), and those with which
# U+FFFE and U+FFFF begin, which it does not allow either, and "]]>", which stands in no text (production 14).
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_FORBIDDEN = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_SUSPICIOUS = bytes.maketrans(_CONTROLS + b"]\xef", b" " * (len(_CONTROLS) + 2))

_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{2,5})|#x([0-9A-Fa-f]{2,4}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_CODES = range(32, 0xD800)


def _decoded(programme: bytes) -> str:
    """A programme as text, if all its characters are XML's."""
    if programme.translate(_SUSPICIOUS) != programme and (
        programme.translate(_FORBIDDEN) != programme or b"\xef\xbf" in programme or b"]]>" in programme
    ):
        raise NotPlain
    try:
        text = programme.decode()
    except UnicodeDecodeError as error:
        raise NotPlain from error
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text  # XML 1.0, section 2.11


def _cleaned(text: str) -> str:
    """The text of an element on one line."""
    if "&" in text:
        text = _resolved(text)
    text = text.strip()
    return " ".join(text.split()) if "\n" in text else text


def _resolved(text: str) -> str:
    """A text with what its references stand for."""
    resolved, references = _REFERENCE.subn(_character, text)
    if references != text.count("&"):
        raise NotPlain
    return resolved


def _character(reference: re.Match[str]) -> str:
    name, decimal, hexadecimal = reference.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if code not in _CODES:
        raise NotPlain
    return chr(code)


# --- attributes ---

_ATTRIBUTE = re.compile(r'\s+([a-z-]+)="([^"<\t\n]*)"', re.ASCII)
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 1000, 200


def _attributes(text: str) -> dict[str, str]:
    """The attributes of a start tag, by what stands behind its name."""
    found: dict[str, str] = {}
    position = 0
    while attribute := _ATTRIBUTE.match(text, position):
        name, value = attribute.groups()
        if name in found:
            raise NotPlain
        found[name] = _resolved(value)
        position = attribute.end()
    if text[position:].strip():
        raise NotPlain
    return found


class _Remembered(dict[str, Attributes]):
    """The attributes of tags, of which there are few that differ."""

    def __missing__(self, text: str) -> Attributes:
        found: Attributes = _attributes(text) if text else NOTHING
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        if len(text) <= _LONGEST_REMEMBERED:
            self[text] = found
        return found


_remembered = _Remembered()

# --- the programme ---

_VALUE = r'([^"<&\t\n]*)'
_LANG = r'(?: lang="[^"<&\t\n]*"|)'
_EPISODE = r"(?:episode-num(\s[^<>]*|)>([^<]*)</episode-num>\s*<|)"
_TAG = rf'<programme(?: start="{_VALUE}" stop="{_VALUE}" channel="{_VALUE}"|)(\s[^<>]*|)>'

# An element that may come is told by its first letter, and so each takes the `<` of the next with it.
_PROGRAMME = re.compile(
    rf"(\s*){_TAG}\s*<"
    rf"title({_LANG})>([^<]*)</title>\s*<"
    rf"(?:sub-title{_LANG}>([^<]*)</sub-title>\s*<|)"
    rf"(?:desc{_LANG}>([^<]*)</desc>\s*<|)"
    rf"(?:credits>\s*(<.*?)</credits>\s*<|)"
    rf"(?:date>([^<]*)</date>\s*<|)"
    rf"(?:category{_LANG}>([^<]*)</category>\s*<|)"
    r"""(?:icon src="([^"<\t\n]*)" ?/>\s*<|)"""
    rf"(?:country>([^<]*)</country>\s*<|)"
    rf"{_EPISODE}{_EPISODE}"
    rf"(?:(new) ?/>\s*<|)"
    rf"(?:rating(\s[^<>]*|)>\s*<value>([^<]*)</value>\s*</rating>\s*<|)"
    r"(.*<|)/programme>",
    re.ASCII | re.DOTALL,
)
_START = re.compile(rf"(\s*){_TAG}", re.ASCII)
# With attributes, and then with nothing, text, or text and elements in it.
_ELEMENT = re.compile(r"<([A-Za-z][\w.-]*)(\s[^<>]*?|)(?:/>|>([^<]*)(<.*?)??</\1>)\s*", re.ASCII | re.DOTALL)

_title, _subtitle, _desc, _date, _category, _icon, _country, _episode, _new = (
    LEAVES[name] for name in ("title", "sub-title", "desc", "date", "category", "icon", "country", "episode-num", "new")
)
_rating, _value = CONTAINERS["rating"], CHILDREN["rating"]["value"]


def read_programme(text: bytes) -> tuple[int, Attributes, Values]:  # noqa: C901 - a line for each element
    """Read a programme in UTF-8: lines before it, its attributes, and what its elements say. Raises NotPlain."""
    found = _PROGRAMME.fullmatch(_decoded(text)) if text.endswith(END) else None
    if not found:
        raise NotPlain
    # One by one: to go through a table of them would take as long as the pattern does.
    (
        gap, start, stop, channel, more, tag, title, subtitle, desc, people, date, category, icon, country,
        first_system, first_number, second_system, second_number, new, system, rating, rest,
    ) = found.groups()  # fmt: skip
    values: Values = {}
    _title(values, _cleaned(title), _remembered[tag])
    if subtitle:
        _subtitle(values, _cleaned(subtitle), NOTHING)
    if desc:
        _desc(values, _cleaned(desc), NOTHING)
    if people:
        _read_children(values, CHILDREN["credits"], people)
    if date:
        _date(values, _cleaned(date), NOTHING)
    if category:
        _category(values, _cleaned(category), NOTHING)
    if icon:
        _icon(values, "", {"src": _resolved(icon) if "&" in icon else icon})
    if country:
        _country(values, _cleaned(country), NOTHING)
    if first_number is not None:
        _episode(values, _cleaned(first_number), _remembered[first_system])
    if second_number is not None:
        _episode(values, _cleaned(second_number), _remembered[second_system])
    if new:
        _new(values, "", NOTHING)
    if rating is not None:
        _rating(values, "", _remembered[system])
        _value(values, _cleaned(rating), NOTHING)
    if rest:
        _read_rest(values, f"<{rest[:-1]}")
    return gap.count("\n"), _of_programme(start, stop, channel, more), values


def read_start(text: bytes) -> tuple[int, Attributes]:
    """The same but for the elements, of a programme that has been read whole before. Raises NotPlain."""
    found = _START.fullmatch(_decoded(text[: text.find(b">") + 1]))
    if not found:
        raise NotPlain
    gap, start, stop, channel, more = found.groups()
    return gap.count("\n"), _of_programme(start, stop, channel, more)


def _of_programme(start: str | None, stop: str, channel: str, more: str) -> Attributes:
    """The attributes: three as most guides have them, if they are there, and others."""
    if start is None:
        return _attributes(more)
    found = {"start": start, "stop": stop, "channel": channel}
    if not more:
        return found
    others = _attributes(more)
    if not found.keys().isdisjoint(others):
        raise NotPlain
    return found | others


def _read_rest(values: Values, text: str) -> None:
    for name, tag, its_text, inside in _elements(text):
        take = LEAVES.get(name)
        if name in ITEMS or (take and inside):
            raise NotPlain
        attributes = _attributes(tag) if take is _icon else _remembered[tag]  # each icon has others
        (take or CONTAINERS.get(name, ignore))(values, _cleaned(its_text or ""), attributes)
        if inside:
            _read_children(values, CHILDREN.get(name, {}), inside)


def _read_children(values: Values, takes: Mapping[str, Element], inside: str) -> None:
    for name, tag, text, deeper in _elements(inside):
        if deeper:
            raise NotPlain
        takes.get(name, ignore)(values, _cleaned(text or ""), _remembered[tag])


def _elements(text: str) -> Iterator[tuple[str, str, str | None, str | None]]:
    """Elements one behind the other, with nothing between: name, attributes, text, children."""
    position = 0
    while position < len(text):
        found = _ELEMENT.match(text, position)
        if not found:
            raise NotPlain
        name, attributes, its_text, inside = found.groups()
        yield name, attributes, its_text, inside
        position = found.end()
