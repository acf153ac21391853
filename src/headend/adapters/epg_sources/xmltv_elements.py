"""The elements of XMLTV, and what each puts into the values that become a draft. Names and meanings are xmltv.dtd's.

An element is called with the values of its item so far, its text on one line, and its attributes. Values have the names
of `catalog.ports.ProgrammeDetails`, besides `title` and, of channels, `names`.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

Values: TypeAlias = dict[str, Any]
Attributes: TypeAlias = Mapping[str, str]
Element: TypeAlias = Callable[[Values, str, Attributes], None]

ITEMS = ("programme", "channel")
"""What a guide is made of: at the start of one the one before it is complete."""

LONGEST_TITLE = 500
LONGEST_TEXT = 10_000
LONGEST_NAME = 200
LONGEST_URL = 1000
MOST = 40
"""So many entries of one kind are kept of an item: names, actors, categories, pictures, languages."""


@lru_cache(1000)
def _language(code: str) -> str:
    """The language alone: "en" of "en", "en-GB" and "en_US.UTF-8"."""
    return re.split(r"[-_.@]", code.strip().lower(), maxsplit=1)[0][:20]


def _title(values: Values, text: str, attributes: Attributes) -> None:
    if not text:
        return
    language = _language(attributes["lang"]) if "lang" in attributes else ""
    if "title" not in values:
        values["title"] = text[:LONGEST_TITLE]
        values["language"] = language
    elif language != values["language"]:
        _put(values, "titles", language, text[:LONGEST_TITLE])


def _in_languages(first: str, others: str, longest: int) -> Element:
    def take(values: Values, text: str, attributes: Attributes) -> None:
        if not text:
            return
        if first not in values:
            values[first] = text[:longest]
        elif "lang" in attributes:
            _put(values, others, _language(attributes["lang"]), text[:longest])

    return take


def _put(values: Values, key: str, name: str, text: str) -> None:
    texts = values.setdefault(key, {})
    if len(texts) < MOST:
        texts.setdefault(name, text)


def _one(key: str) -> Element:
    def take(values: Values, text: str, _attributes: Attributes) -> None:
        values[key] = text[:LONGEST_NAME]

    return take


def _many(key: str) -> Element:
    def take(values: Values, text: str, _attributes: Attributes) -> None:
        if key not in values:
            if text:
                values[key] = (text[:LONGEST_NAME],)
        else:
            _add(values, key, text)

    return take


def _add(values: Values, key: str, text: str) -> None:
    before = values.get(key, ())
    text = text[:LONGEST_NAME]
    if text and text not in before and len(before) < MOST:
        values[key] = (*before, text)


def _said(key: str) -> Element:
    """An element whose being there says something, with or without words."""

    def take(values: Values, text: str, _attributes: Attributes) -> None:
        values[key] = text[:LONGEST_NAME] or "yes"

    return take


def _flag(key: str) -> Element:
    def take(values: Values, _text: str, _attributes: Attributes) -> None:
        values[key] = True

    return take


_LINKS = ("http://", "https://")


def _image(values: Values, text: str, _attributes: Attributes) -> None:
    if text.startswith(_LINKS) and len(text) <= LONGEST_URL:
        icons = values.get("icons", ())
        if len(icons) < MOST:
            values["icons"] = (*icons, text)


def _icon(values: Values, _text: str, attributes: Attributes) -> None:
    source = attributes.get("src", "")
    if "icons" not in values and source.startswith(_LINKS) and len(source) <= LONGEST_URL:
        values["icons"] = (source,)
    else:
        _image(values, source.strip(), attributes)


def _url(values: Values, text: str, _attributes: Attributes) -> None:
    if text.startswith(_LINKS) and len(text) <= LONGEST_URL:
        values.setdefault("url", text)


def _shown_before(values: Values, _text: str, attributes: Attributes) -> None:
    values["shown_before"] = attributes.get("start", "")[:LONGEST_NAME] or "yes"


def _captions(values: Values, _text: str, attributes: Attributes) -> None:
    _add(values, "captions", attributes.get("type", "yes"))


_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600}


def _length(values: Values, text: str, attributes: Attributes) -> None:
    if re.fullmatch(r"[0-9]{1,6}", text):
        values["length_seconds"] = int(text) * _UNITS.get(attributes.get("units", ""), 60)


# --- credits: by job, each with the names in the guide's order ---


def _credit(job: str) -> Element:
    def take(values: Values, text: str, attributes: Attributes) -> None:
        people = values.setdefault("credits", {})
        _add(people, job, text)
        if text and "role" in attributes:
            _put(people, "parts", text[:LONGEST_NAME], attributes["role"].strip()[:LONGEST_NAME])

    return take


_JOBS = (
    "director",
    "actor",
    "writer",
    "adapter",
    "producer",
    "composer",
    "editor",
    "presenter",
    "commentator",
    "guest",
)

# --- episode numbers ---

_PAIR = r"\s*(\d{1,5})?\s*(?:/\s*(\d{1,5})?\s*)?"
_XMLTV_NS = re.compile(rf"{_PAIR}(?:\.{_PAIR}(?:\.{_PAIR})?)?", re.ASCII)
_ONSCREEN = re.compile(r"(?:s|season)?\s*(\d{1,4})\s*[.,:]?\s*(?:x|e|ep|episode)\s*\.?\s*(\d{1,5})", re.ASCII | re.I)
_NUMBERS = ("season", "of_seasons", "number", "of_numbers", "part", "of_parts")


def _episode(values: Values, text: str, attributes: Attributes) -> None:
    text = text[:LONGEST_NAME]
    if not text:
        return
    episode = values.setdefault("episode", {})
    system = attributes.get("system", "onscreen")
    if system == "xmltv_ns":
        episode |= _xmltv_ns(text)
    elif system == "onscreen":
        values["episode"] = {"onscreen": text} | _onscreen(text) | episode
    else:
        _put(episode, "ids", system[:LONGEST_NAME], text)


@lru_cache(2000)
def _xmltv_ns(text: str) -> dict[str, int]:
    """Read "season/of.episode/of.part/of", where all but the totals count from 0 and everything may be missing."""
    found = _XMLTV_NS.fullmatch(text)
    numbers = zip(_NUMBERS, found.groups() if found else (), strict=False)
    return {name: int(number) + (not name.startswith("of_")) for name, number in numbers if number}


@lru_cache(2000)
def _onscreen(text: str) -> dict[str, int]:
    found = _ONSCREEN.search(text)
    return {"season": int(found[1]), "number": int(found[2])} if found else {}


# --- ratings: the text stands in a child that follows, in old guides in the element itself ---


def _rating(key: str) -> Element:
    def take(values: Values, text: str, attributes: Attributes) -> None:
        ratings = values.setdefault(key, {})
        system = attributes.get("system", "")[:LONGEST_NAME]
        ratings.pop(system, None)  # so that the newest is the last
        if len(ratings) < MOST:
            ratings[system] = text[:LONGEST_NAME]

    return take


def _rating_value(key: str) -> Element:
    def take(values: Values, text: str, _attributes: Attributes) -> None:
        ratings = values[key]
        ratings[next(reversed(ratings))] = text[:LONGEST_NAME]

    return take


def ignore(_values: Values, _text: str, _attributes: Attributes) -> None:
    """Leave an element out."""


LEAVES: Mapping[str, Element] = {
    "title": _title,
    "sub-title": _in_languages("subtitle", "subtitles", LONGEST_TITLE),
    "desc": _in_languages("description", "descriptions", LONGEST_TEXT),
    "category": _many("categories"),
    "keyword": _many("keywords"),
    "icon": _icon,
    "image": _image,
    "date": _one("date"),
    "country": _many("countries"),
    "episode-num": _episode,
    "url": _url,
    "length": _length,
    "language": _one("spoken_language"),
    "orig-language": _one("original_language"),
    "previously-shown": _shown_before,
    "premiere": _said("premiere"),
    "new": _flag("is_new"),
    "last-chance": _flag("is_last_chance"),
    "display-name": _many("names"),
}
"""Elements without children."""

CONTAINERS: Mapping[str, Element] = {
    "rating": _rating("ratings"),
    "star-rating": _rating("stars"),
    "subtitles": _captions,
}
CHILDREN: Mapping[str, Mapping[str, Element]] = {
    "credits": {job: _credit(job + "s") for job in _JOBS},
    "rating": {"value": _rating_value("ratings")},
    "star-rating": {"value": _rating_value("stars")},
    "video": {"quality": _one("quality"), "aspect": _one("aspect")},
    "audio": {"stereo": _one("audio")},
}
