"""XMLTV, the field's guide format, as xmltv.dtd has it and as real guides bend it."""

from collections.abc import Iterator
from datetime import tzinfo
from html.entities import html5
from typing import BinaryIO
from xml.parsers import expat

from headend.adapters.epg_sources.xmltv_elements import (
    CHILDREN,
    CONTAINERS,
    LEAVES,
    LONGEST_NAME,
    Attributes,
    Element,
    Values,
    ignore,
)
from headend.adapters.epg_sources.xmltv_slices import UNMARKED, Mark, Recogniser
from headend.adapters.epg_sources.xmltv_times import Times
from headend.catalog.errors import GuideBroken, NotAGuide
from headend.catalog.ports import (
    NOTHING,
    ChannelDraft,
    Credits,
    Episode,
    GuideItem,
    Known,
    KnownProgramme,
    Problem,
    ProgrammeDetails,
    ProgrammeDraft,
)
from headend.catalog.rules import oldest_age

THE_END = ""
ITEMS = ("programme", "channel", THE_END)
"""At whose start an item is complete."""
RECIPE = b"1"  # raise it when programmes are to be read again although their guide has not changed

CHUNK = 64 * 1024
LARGEST_ITEM = 256 * 1024
"""Bytes that may pass without a channel or programme: this bounds the memory, whatever the input is."""


def read_xmltv(stream: BinaryIO, *, zone: tzinfo, known: Known | None = None) -> Iterator[GuideItem]:
    """Read a guide; see `catalog.ports.GuideFormat`."""
    recogniser = Recogniser(known, RECIPE + str(zone).encode()) if known is not None else None
    reader = _Reader(zone, recogniser.marks if recogniser else {})
    silent = 0
    for chunk in (
        recogniser.chunks(stream, CHUNK, LARGEST_ITEM) if recogniser else iter(lambda: stream.read(CHUNK), b"")
    ):
        reader.feed(chunk)
        silent = 0 if reader.items else silent + len(chunk)
        if silent > LARGEST_ITEM:
            raise GuideBroken(f"{silent // 1024} KiB without a channel or programme", f"line {reader.line}")
        yield from reader.items
        reader.items.clear()
    reader.close()
    yield from reader.items


class _Lines:
    """Counts lines as a guide is read. Expat, asked for a line, goes through all characters once more: an eighth of
    what reading costs.

    A tag that runs over the end of a chunk counts as in the line where the next chunk begins; of UTF-16, where half a
    character can look like a line feed, the numbers are about right.
    """

    def __init__(self) -> None:
        self._chunk = b""
        self._begin = 0  # bytes before the chunk
        self._counted = 0  # bytes of the chunk
        self._line = 1

    def follow(self, chunk: bytes) -> None:
        """Go on to the next chunk."""
        self._line += self._chunk.count(b"\n", self._counted)
        self._begin += len(self._chunk)
        self._chunk, self._counted = chunk, 0

    def at(self, index: int) -> int:
        """The line of a byte of the input, no earlier than the one asked for before."""
        place = max(index - self._begin, self._counted)
        self._line += self._chunk.count(b"\n", self._counted, place)
        self._counted = place
        return self._line


class _Reader:
    """Turns the parser's events into items.

    It hears starts and texts only: the text of an element without children ends where the next element starts. That
    halves the calls into Python, which are what reading costs. Ends are heard inside of elements with children.
    """

    def __init__(self, zone: tzinfo, marks: dict[int, Mark]) -> None:
        self.items: list[GuideItem] = []
        self._marks = marks
        self._mark = UNMARKED
        self.line = 1
        self._lines = _Lines()
        self._times = Times(zone)
        self._is_guide = False
        self._item = ""
        self._item_attributes: Attributes = NOTHING
        self._values: Values = {}
        self._take: Element = ignore
        self._attributes: Attributes = NOTHING
        self._texts: list[str] = []
        self._container = ""
        self._ends: list[str] = []
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._root
        parser.StartDoctypeDeclHandler = self._doctype
        parser.SkippedEntityHandler = self._entity
        return parser

    def feed(self, chunk: bytes, is_last: bool = False) -> None:
        self._lines.follow(chunk)
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            if not self._is_guide:
                raise NotAGuide(f"this is no XML ({expat.ErrorString(error.code)})") from error
            raise GuideBroken(expat.ErrorString(error.code), f"line {error.lineno}") from error
        except (LookupError, ValueError) as error:  # an encoding that Python does not know, or of several bytes
            raise NotAGuide(f"its encoding cannot be read ({error})") from error

    def close(self) -> None:
        self.feed(b"", is_last=True)
        self._start(THE_END, NOTHING)

    def _root(self, name: str, _attributes: Attributes) -> None:
        if name != "tv":
            raise NotAGuide(f"the root is <{name[:40]}>, not the <tv> of XMLTV")
        self._is_guide = True
        self._parser.StartElementHandler = self._start
        self._parser.CharacterDataHandler = self._texts.append

    def _doctype(self, _name: str, _system: str | None, _public: str | None, has_internal_subset: int) -> None:
        if has_internal_subset:
            raise GuideBroken("a DOCTYPE with declarations of its own is refused", "the DOCTYPE")

    def _entity(self, name: str, _is_parameter: int) -> None:
        self._texts.append(html5.get(name + ";", ""))

    def _start(self, name: str, attributes: Attributes) -> None:
        """Hear where an element begins: the one before it takes what stands between its start and here."""
        texts = self._texts
        text = "".join(texts).strip()
        texts.clear()
        if "\n" in text:
            text = " ".join(text.split())
        self._take(self._values, text, self._attributes)
        take = self._child(name) if self._container else LEAVES.get(name)
        if take is None:
            self._enter(name, attributes)
        else:
            self._take, self._attributes = take, attributes

    def _child(self, name: str) -> Element | None:
        """Who takes an element that begins inside of another, or behind it, which shows only now."""
        if self._container not in self._ends:
            return CHILDREN.get(self._container, {}).get(name, ignore)
        self._container = ""
        self._parser.EndElementHandler = None
        return LEAVES.get(name)

    def _enter(self, name: str, attributes: Attributes) -> None:
        if name in ITEMS:
            self._finish()
            self._item, self._item_attributes = name, attributes
            self._take = ignore
            index = self._parser.CurrentByteIndex
            self._mark = self._marks.get(index, UNMARKED)
            self.line = self._lines.at(index)
        else:
            self._take, self._attributes = CONTAINERS.get(name, ignore), attributes
            self._container = name
            self._ends.clear()
            self._parser.EndElementHandler = self._ends.append

    def _finish(self) -> None:
        """Make an item of what was gathered since the last one began."""
        if self._item == "programme":
            mark = self._mark
            made = self._known_programme if mark.is_known else self._programme
            self.items.append(made(self._item_attributes, mark.fingerprint))
        elif self._item:
            self.items.append(_channel(self.line, self._item_attributes, self._values))
        self._values = {}

    def _known_programme(self, attributes: Attributes, fingerprint: int) -> KnownProgramme:
        stop = self._stop(attributes["stop"], "") if "stop" in attributes else None
        guide_id = attributes["channel"].strip()
        return KnownProgramme(self.line, guide_id, self._times[attributes["start"]], stop, fingerprint)

    def _programme(self, attributes: Attributes, fingerprint: int) -> ProgrammeDraft | Problem:
        values = self._values
        guide_id, title = attributes.get("channel", "").strip(), values.pop("title", "")
        values.pop("names", None)
        if not title or not 0 < len(guide_id) <= LONGEST_NAME:
            return Problem(self.line, "no title" if guide_id else "no channel", title or guide_id[:LONGEST_NAME])
        try:
            start = self._times[attributes["start"]]
        except KeyError:
            return Problem(self.line, "no start", title)
        except ValueError as error:
            return Problem(self.line, f"start {attributes['start'][:40]!r}: {error}", title)
        stop = self._stop(attributes["stop"], title) if "stop" in attributes else None
        age = oldest_age(values["ratings"]) if "ratings" in values else 0
        if "catchup-id" in attributes:
            values["catchup_id"] = attributes["catchup-id"][:LONGEST_NAME]
        return ProgrammeDraft(self.line, guide_id, start, stop, title, age, _details(values), fingerprint)

    def _stop(self, text: str, title: str) -> int | None:
        try:
            return self._times[text]
        except ValueError as error:
            self.items.append(Problem(self.line, f"stop {text[:40]!r}: {error}", title, is_loss=False))
            return None


def _details(values: Values) -> ProgrammeDetails:
    if "credits" in values:
        values["credits"] = Credits(**values["credits"])
    if "episode" in values:
        values["episode"] = Episode(**values["episode"])
    return ProgrammeDetails(**values)


def _channel(line: int, attributes: Attributes, values: Values) -> ChannelDraft | Problem:
    guide_id, names = attributes.get("id", "").strip(), values.get("names", ())
    if not 0 < len(guide_id) <= LONGEST_NAME:
        reason = "no id" if not guide_id else f"the id is longer than {LONGEST_NAME} characters"
        return Problem(line, reason, names[0] if names else guide_id[:LONGEST_NAME])
    return ChannelDraft(line, guide_id, names, values.get("icons", ("",))[0])
