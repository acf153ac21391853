"""XMLTV, the field's guide format, as xmltv.dtd has it and as real guides bend it.

A guide is cut into programmes. One that is known from the last time is not read again; one as most are is read by a
pattern; everything else is the parser's. Only where the parser has heard a programme end is it known where the next one
begins.
"""

from collections.abc import Iterator
from datetime import tzinfo
from typing import BinaryIO

from headend.adapters.epg_sources.xmltv_drafts import Drafts
from headend.adapters.epg_sources.xmltv_parser import Parser
from headend.adapters.epg_sources.xmltv_plain import NotPlain, read_programme, read_start
from headend.adapters.epg_sources.xmltv_slices import BEGIN, digest, slices
from headend.catalog.errors import GuideBroken
from headend.catalog.ports import GuideItem, Known

RECIPE = b"1"  # raise it when programmes are to be read again although their guide has not changed

LARGEST_ITEM = 256 * 1024
"""Bytes that may pass without a channel or programme: this bounds the memory, whatever the input is."""

_MOST_SPARED = 63


def read_xmltv(stream: BinaryIO, *, zone: tzinfo, known: Known | None = None) -> Iterator[GuideItem]:
    """Read a guide; see `catalog.ports.GuideFormat`."""
    drafts = Drafts(zone)
    reader = _Reader(drafts, known, RECIPE + str(zone).encode())
    silent = 0
    for text in slices(stream, LARGEST_ITEM):
        reader.read(text)
        silent = 0 if drafts.items else silent + len(text)
        if silent > LARGEST_ITEM:
            raise GuideBroken(f"{silent // 1024} KiB without a channel or programme", f"line {reader.line}")
        yield from drafts.items
        drafts.items.clear()
    reader.close()
    yield from drafts.items


class _Reader:
    """Gives each slice to who reads it quickest."""

    def __init__(self, drafts: Drafts, known: Known | None, key: bytes) -> None:
        self._drafts = drafts
        self._parser = Parser(drafts)
        self._known = known
        self._salt = digest(known.salt + key) if known is not None else 0
        self._misses = self._spared = 0  # a guide that is not plain is not tried at every programme
        self.line = 1
        """Where the next slice begins."""

    def read(self, text: bytes) -> None:
        """Read a slice. Raises NotAGuide and GuideBroken."""
        fingerprint = digest(text[text.find(BEGIN) :]) ^ self._salt if self._known is not None else 0
        if not (self._parser.is_between and self._parser.is_utf8 and self._reads_quickly(text, fingerprint)):
            self._parser.feed(text, self.line, fingerprint)
        self.line += text.count(b"\n")

    def _reads_quickly(self, text: bytes, fingerprint: int) -> bool:
        """Read what begins with a programme for certain, if that can be done without the parser."""
        try:
            if self._known is not None and fingerprint in self._known:
                lines, attributes = read_start(text)
                self._drafts.known(self.line + lines, attributes, fingerprint)
            elif self._spared:
                self._spared -= 1
                return False
            else:
                lines, attributes, values = read_programme(text)
                self._drafts.programme(self.line + lines, attributes, values, fingerprint)
        except NotPlain:
            self._spared = self._misses = min(2 * self._misses + 1, _MOST_SPARED)
            return False
        self._misses = 0
        return True

    def close(self) -> None:
        """Hear that nothing comes any more. Raises NotAGuide and GuideBroken."""
        self._parser.close()
