"""Reads exact times of programmes: parameters, or an XML document as broadcasters' playout systems send it.

    <exact-time-event><programme external_id="815" start="20261122060000 +0300" stop="20261122064500 +0300"/></…>

The three may also be elements inside `programme`. Times are XMLTV's, ISO 8601 or seconds since the epoch.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from xml.parsers import expat

from headend.catalog.actions.exact_times import ExactTime
from headend.kernel.errors import Invalid

MOST = 1000
_XMLTV = re.compile(r"(\d{14})(?:\s*([+-])(\d\d)(\d\d))?")
_PARTS = ("external_id", "start", "stop")


def read_exact_times(document: bytes) -> list[ExactTime]:
    """The programmes of a document; raises Invalid. What begins like a DTD, with its entities, is not read at all."""
    reader = _Reader()
    try:
        reader.parser.Parse(document, True)
    except expat.ExpatError as error:
        raise Invalid(f"the document cannot be read: {error}", "start") from error
    if not reader.found:
        raise Invalid("the document names no programme", "external_id")
    return [exact_time(**each) for each in reader.found]


def exact_time(*, external_id: str = "", start: str = "", stop: str = "") -> ExactTime:
    """One programme; raises Invalid."""
    if not (external_id.isascii() and external_id.isdigit() and len(external_id) < 19):
        raise Invalid("external_id is the number of a programme", "external_id")
    return ExactTime(int(external_id), _seconds(start, "start"), _seconds(stop, "stop"))


def _seconds(text: str, place: str) -> int:
    given = text.strip()
    try:
        if given.isascii() and given.isdigit() and len(given) <= 11:
            return int(given)
        found = _XMLTV.fullmatch(given)
        moment = _xmltv(found) if found else datetime.fromisoformat(given)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{place} is no moment", place) from error


def _xmltv(found: re.Match[str]) -> datetime:
    moment = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    if found[2] is None:
        return moment
    offset = timedelta(hours=int(found[3]), minutes=int(found[4]))
    return moment.replace(tzinfo=timezone(-offset if found[2] == "-" else offset))


class _Reader:
    """Collects what `programme` elements say."""

    def __init__(self) -> None:
        self.found: list[dict[str, str]] = []
        self._inside, self._part = False, ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_: object) -> None:
        raise Invalid("a document with a DTD is not read", "start")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "programme":
            if len(self.found) == MOST:
                raise Invalid(f"more than {MOST} programmes", "external_id")
            self.found.append({key: attributes[key] for key in _PARTS if key in attributes})
            self._inside = True
        self._part = name if self._inside and name in _PARTS else ""

    def _end(self, name: str) -> None:
        self._inside, self._part = self._inside and name != "programme", ""

    def _text(self, text: str) -> None:
        if self._part:
            self.found[-1][self._part] = self.found[-1].get(self._part, "") + text
