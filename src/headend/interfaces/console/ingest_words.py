"""What ingest has written down, in the language of whoever reads it.

Kept are English texts, which other systems are told too. Sentences of ours in them are translated; what stands around
them and in their places (names, values, and what other programs and edges say) stays as it is.
"""

import re
from collections.abc import Mapping
from itertools import chain, zip_longest

from django.utils.translation import gettext, gettext_noop

from headend.ingest.deviations import FAULTS

REASONS = (
    gettext_noop("a defect, which the program's log describes"),
    gettext_noop("duplicate: the asset is published already"),
    gettext_noop("no package has inserted this asset"),
    gettext_noop("rejected"),
    gettext_noop("stopped"),
    gettext_noop("the connection was lost"),
    gettext_noop("the disk is full"),
    gettext_noop("the packager could not write"),
    gettext_noop("there is no edge to send it to"),
    gettext_noop("there is no such asset to unpublish"),
    gettext_noop("tried again"),
    gettext_noop("waits for the package that inserts this asset"),
    gettext_noop("what worked on it has ended"),
)
WITH_VALUES = (
    gettext_noop("duplicate: taken already as ticket {ticket}"),
    gettext_noop("held after {number} attempts"),
    gettext_noop("reopened by {name}"),
    gettext_noop("set to {state} by {name}"),
    gettext_noop("{file} taken: {mode} of {asset}"),
    gettext_noop("{file} refused"),
    gettext_noop("{file} waits for files"),
    gettext_noop("{mode} of {name} published"),
    gettext_noop("there is no service group {name}"),
    gettext_noop("there is no channel {name} (ServiceId)"),
    gettext_noop("{asset} is a title of another provider"),
    gettext_noop("{title} has another episode {number} in season {season}"),
    gettext_noop("{title} has episode {number} already, from another package"),
    gettext_noop("channel {name} has its guide from elsewhere: its events are not seen until {source} is its guide"),
    gettext_noop("the file begins like none of {formats}"),
    gettext_noop("the root is {root}, not {wanted}"),
    gettext_noop("{size} bytes are said"),
    gettext_noop("{seconds} s are said"),
    gettext_noop("{checksum} is said"),
    gettext_noop("{number} minutes"),
    gettext_noop("ffprobe took longer than {seconds} seconds with {file}"),
    gettext_noop("ffprobe was killed while it looked into {file}"),
    gettext_noop("there is no {program}; Debian has it in the package ffmpeg"),
    gettext_noop("the packager was not done with {file} within {seconds} seconds"),
    gettext_noop("{file} cannot be packaged"),
    gettext_noop("the edge answers {text}"),
    gettext_noop("the edge does not let {name} in"),
    gettext_noop("the edge has not answered for {seconds} seconds"),
    gettext_noop("there is no folder {path}"),
    gettext_noop("nobody has confirmed its key {key}: compare it, and put it into the option host_key"),
    gettext_noop("it shows another key than the confirmed one: {key}. Somebody may be in between"),
)
"""What stands in braces is another value each time."""

_SENTENCES = frozenset(REASONS) | {fault.text for fault in FAULTS.values()}
_VALUE = re.compile(r"\{(\w+)\}")
_LOOKS = {
    "file": r"[^:;]+?\.\w+",
    "mode": "insert|update|unpublish",
    "asset": "[^:;]+?",
    "title": "[^:;]+?",
    "number": r"\d+",
    "size": r"\d+",
    "seconds": r"\d+",
    "checksum": r"[0-9a-f]{32}",
}
"""How values look that a sentence begins with: else it would be found in what others say."""
_BEGINS, _ENDS = re.compile(r"^|(?<=: )|(?<=; )"), re.compile(r"$|(?=: )|(?=; )|(?= \()")


def _form(sentence: str) -> re.Pattern[str]:
    parts = _VALUE.split(sentence)  # what stands between the names of values, and these
    texts, names = map(re.escape, parts[::2]), (f"(?P<{name}>{_LOOKS.get(name, '.+?')})" for name in parts[1::2])
    return re.compile("".join(chain.from_iterable(zip_longest(texts, names, fillvalue=""))) + f"(?:{_ENDS.pattern})")


_FORMS = tuple((_form(sentence), sentence) for sentence in WITH_VALUES)


def in_words(text: str) -> str:
    """A text of ingest with our own sentences translated; the longest where several begin alike."""
    said, rest = "", text
    while found := _first_sentence(rest):
        begin, end, words = found
        said, rest = f"{said}{rest[:begin]}{words}", rest[end:]
    return said + rest


def main_sentence(text: str) -> str:
    """The first of our sentences in a text, translated, without its details; the text where there is none."""
    found = _first_sentence(text)
    return found[2] if found else text


def _first_sentence(text: str) -> tuple[int, int, str] | None:
    """Where it begins and ends, and its translation."""
    for begin in (each.start() for each in _BEGINS.finditer(text)):
        for end in reversed([each.start() for each in _ENDS.finditer(text, begin)]):
            if text[begin:end] in _SENTENCES:
                return begin, end, gettext(text[begin:end])
        for form, sentence in _FORMS:
            if found := form.match(text, begin):
                return begin, found.end(), _filled(gettext(sentence), found.groupdict())
    return None


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    return _VALUE.sub(lambda value: values.get(value[1], value[0]), sentence)
