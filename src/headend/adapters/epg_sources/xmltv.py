"""XMLTV, the field's guide format, as xmltv.dtd has it and as real guides bend it."""

import html
from collections.abc import Iterator
from datetime import tzinfo
from typing import BinaryIO
from xml.parsers import expat

from headend.adapters.epg_sources.xmltv_elements import CHANNEL, CONTAINERS, PROGRAMME, Attributes, Elements, Values, ignore
from headend.adapters.epg_sources.xmltv_elements import channel_of, programme_of
from headend.adapters.epg_sources.xmltv_times import Times
from headend.catalog.errors import GuideBroken, NotAGuide
from headend.catalog.ports import GuideItem, Problem

CHUNK = 64 * 1024
LARGEST_ITEM = 1024 * 1024
"""Bytes that may pass without a channel or programme in them; keeps the memory bounded whatever the input is."""


def read_xmltv(stream: BinaryIO, *, zone: tzinfo) -> Iterator[GuideItem]:
    """Read a guide; see `catalog.ports.GuideFormat`."""
    reader = _Reader(zone)
    silent = 0
    while chunk := stream.read(CHUNK):
        reader.feed(chunk)
        silent = 0 if reader.items else silent + len(chunk)
        if silent > LARGEST_ITEM:
            raise GuideBroken("an element is larger than a megabyte", f"line {reader.line}")
        yield from reader.items
        reader.items.clear()
    reader.feed(b"", is_last=True)
    yield from reader.items


class _Reader:
    """Turns the parser's events into items.

    It listens to starts and text alone: the text of an element with no children ends where the next one starts. That
    halves the calls into Python, which are what reading costs. Ends are heard only inside elements with children.
    """

    def __init__(self, zone: tzinfo) -> None:
        self.items: list[GuideItem] = []
        self.line = 1
        self._times = Times(zone)
        self._texts: list[str] = []
        self._take = ignore
        self._attributes: Attributes = {}
        self._values: Values = {}
        self._elements: Elements = {}
        self._item: tuple[str, Attributes] | None = None
        self._container = ""
        self._depth = 0
        self._parser = self._make_parser()

    def _make_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._root
        parser.StartDoctypeDeclHandler = self._doctype
        parser.SkippedEntityHandler = self._entity
        parser.UseForeignDTD(True)
        return parser

    def feed(self, chunk: bytes, is_last: bool = False) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            message = expat.ErrorString(error.code)
            raise GuideBroken(message, f"line {error.lineno}") from error
        if is_last:
            self._finish()

    def _root(self, name: str, attributes: Attributes) -> None:
        if name != "tv":
            raise NotAGuide(f"this is <{name[:40]}>, not the <tv> of XMLTV", f"line {self._parser.CurrentLineNumber}")
        self._parser.StartElementHandler = self._start
        self._parser.CharacterDataHandler = self._texts.append

    def _doctype(self, name: str, system_id: str | None, public_id: str | None, has_internal_subset: int) -> None:
        if has_internal_subset:
            raise GuideBroken("a DOCTYPE that declares entities is refused", f"line {self._parser.CurrentLineNumber}")

    def _entity(self, name: str, is_parameter: int) -> None:
        self._texts.append(html.entities.html5.get(name + ";", ""))

    def _start(self, name: str, attributes: Attributes) -> None:
        self._flush()
        take = self._elements.get(name)
        if take is None:
            self._enter(name, attributes)
        else:
            self._take = take
            self._attributes = attributes

    def _flush(self) -> None:
        texts = self._texts
        text = texts[0] if len(texts) == 1 else "".join(texts)
        texts.clear()
        self._take(self._values, text, self._attributes)

    def _enter(self, name: str, attributes: Attributes) -> None:
        self._take = ignore
        if self._container:
            self._depth += name == self._container
        elif name == "programme" or name == "channel":
            self._finish()
            self.line = self._parser.CurrentLineNumber
            self._item = (name, attributes)
            self._elements = PROGRAMME if name == "programme" else CHANNEL
        else:
            pass

    def _end(self, name: str) -> None:
        pass

    def _finish(self) -> None:
        pass
