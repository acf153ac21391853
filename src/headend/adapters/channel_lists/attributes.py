"""What stands behind `#EXTINF:` and `#EXTM3U`: a duration, attributes, a comma and a name; nobody wrote a standard.

Read as real lists are written: values in double, single or no quotes, with commas, `=` and even quotes inside.
"""

import re
from dataclasses import dataclass, field

_DURATION = re.compile(r"\s*[+-]?\d+(?:\.\d*)?")
_LATE_ATTRIBUTES = re.compile(r"\s*,\s*(?=[A-Za-z][\w-]*=[\"'])")
_KEY = re.compile(r"([A-Za-z][\w-]*)\s*=(?:\s*(?=[\"']))?")
_BARE = re.compile(r"[^\s,]+")
# A quote closes a value only where something may follow a value: `tvg-name="The "Big" One" radio="true"`.
_CLOSING = {quote: re.compile(quote + r"(?=\s*(?:,|$|[A-Za-z][\w-]*\s*=))", re.ASCII) for quote in ('"', "'")}


@dataclass(slots=True)
class Info:
    """`values` by lower-case key, the first of a repeated one; `name` None when there is no comma before it."""

    values: dict[str, str] = field(default_factory=dict)
    name: str | None = None
    is_unclosed: bool = False


def read_info(text: str) -> Info:
    """Read what follows `#EXTINF:`; time is linear in the text, whatever it is."""
    duration = _DURATION.match(text)
    start = duration.end() if duration else 0
    late = _LATE_ATTRIBUTES.match(text, start)
    if late:
        info = _read_named(text, late.end())
        if info.name is not None:
            return info
    return _read_named(text, start)


def read_header(text: str) -> dict[str, str]:
    """Read what follows `#EXTM3U`, where no name comes and a comma means nothing."""
    info = Info()
    start = 0
    while start < len(text):
        start = _read_one(text, start, info)
    return info.values


def _read_named(text: str, start: int) -> Info:
    """Read pairs up to a comma between them, and what follows that comma as the name."""
    info = Info()
    while start < len(text):
        if text[start] == ",":
            info.name = " ".join(text[start + 1 :].split())
            break
        start = _read_one(text, start, info)
    return info


def _read_one(text: str, start: int, info: Info) -> int:
    """Read a pair, or skip a word or sign that is none; gives the place behind it."""
    key = _KEY.match(text, start)
    if key:
        return _read_value(text, key, info)
    word = _BARE.match(text, start)
    return word.end() if word else start + 1


def _read_value(text: str, key: re.Match[str], info: Info) -> int:
    """Put one value into `info` and give the place behind it."""
    start = key.end()
    quote = text[start : start + 1]
    if quote not in _CLOSING:
        bare = _BARE.match(text, start)
        end = bare.end() if bare else start
        return _put(info, key[1], text[start:end], end)
    closing = _CLOSING[quote].search(text, start + 1)
    if closing:
        return _put(info, key[1], text[start + 1 : closing.start()], closing.end())
    info.is_unclosed = True
    comma = text.rfind(",", start)
    comma = len(text) if comma < 0 else comma
    return _put(info, key[1], text[start + 1 : comma], comma)


def _put(info: Info, key: str, value: str, end: int) -> int:
    info.values.setdefault(key.lower(), " ".join(value.split()))
    return end
