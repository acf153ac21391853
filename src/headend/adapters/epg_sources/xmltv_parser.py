"""Reads whatever is well-formed XML, with expat."""

from html.entities import html5
from xml.parsers import expat

from headend.adapters.epg_sources.xmltv_drafts import Drafts
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
from headend.adapters.epg_sources.xmltv_slices import BEGIN, END
from headend.catalog.errors import GuideBroken, NotAGuide
from headend.catalog.ports import NOTHING


class _Lines:
    """Counts lines as a guide is read. Expat, asked for a line, goes through all characters once more: an eighth of
    what reading costs.

    A tag that runs over the end of a slice counts as in the line where the next slice begins; of UTF-16, where half a
    character can look like a line feed, the numbers are about right.
    """

    def __init__(self) -> None:
        self.line = 1
        self._text = b""
        self._begin = self._counted = 0

    def follow(self, text: bytes, begin: int) -> None:
        """Go on to what begins at this byte of the input."""
        self._text, self._begin, self._counted = text, begin, 0

    def at(self, index: int) -> int:
        """The line of a byte of the input, no earlier than the one asked for before."""
        place = max(index - self._begin, self._counted)
        self.line += self._text.count(b"\n", self._counted, place)
        self._counted = place
        return self.line


class Parser:
    """Turns the parser's events into items.

    It hears starts and texts only: the text of an element without children ends where the next element starts. That
    halves the calls into Python, which are what reading costs. Ends are heard inside of elements with children, and
    where a slice ends.
    """

    def __init__(self, drafts: Drafts) -> None:
        self.is_between = False
        """Two programmes: the last slice ended with the end of one, and not within a comment that looks like that."""
        self.is_utf8 = True
        self._drafts = drafts
        self._lines = _Lines()
        self._fed = 0  # bytes
        self._passed = 0  # lines that others have read
        self._is_guide = False
        self._item = ""
        self._item_begin = self._item_line = 0
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
        parser.XmlDeclHandler = self._declaration
        return parser

    def feed(self, text: bytes, line: int, fingerprint: int) -> None:
        """Read a slice that begins in a line of the guide. `fingerprint` is of all from the first programme in it.

        Raises NotAGuide and GuideBroken.
        """
        self._lines.follow(text, self._fed)
        self._passed = line - self._lines.line
        first = self._fed + text.find(BEGIN)
        if text.endswith(END):
            self._parse(text[: -len(END)])
            self._parse_end()
        else:
            self._parse(text)
            self.is_between = False
        if self.is_between:
            self._finish(fingerprint if self._item_begin == first else 0)
        self._lines.at(self._fed)

    def close(self) -> None:
        """Hear that nothing comes any more."""
        self._parse(b"", is_last=True)
        self._finish(0)

    def _parse_end(self) -> None:
        """Read the end of a programme: within a comment or a CDATA section it is none."""
        heard: list[str] = []
        usual = self._parser.EndElementHandler
        self._parser.EndElementHandler = heard.append
        self._parse(END)
        self._parser.EndElementHandler = usual
        is_inside = self._container and self._container not in self._ends  # of what can only be in a programme
        self.is_between = heard == ["programme"] and not is_inside

    def _parse(self, text: bytes, is_last: bool = False) -> None:
        self._fed += len(text)
        try:
            self._parser.Parse(text, is_last)
        except expat.ExpatError as error:
            if not self._is_guide:
                raise NotAGuide(f"this is no XML ({expat.ErrorString(error.code)})") from error
            raise GuideBroken(expat.ErrorString(error.code), f"line {error.lineno + self._passed}") from error
        except (LookupError, ValueError) as error:  # an encoding that Python does not know, or of several bytes
            raise NotAGuide(f"its encoding cannot be read ({error})") from error

    def _declaration(self, _version: str, encoding: str | None, _is_standalone: int) -> None:
        self.is_utf8 = encoding is None or encoding.lower() == "utf-8"

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
        self._end_element()
        take = self._child(name) if self._container else LEAVES.get(name)
        if take is None:
            self._enter(name, attributes)
        else:
            self._take, self._attributes = take, attributes

    def _end_element(self) -> None:
        texts = self._texts
        text = "".join(texts).strip()
        texts.clear()
        if "\n" in text:
            text = " ".join(text.split())
        self._take(self._values, text, self._attributes)

    def _child(self, name: str) -> Element | None:
        """Who takes an element that begins inside of another, or behind it, which shows only now."""
        if self._container not in self._ends:
            return CHILDREN.get(self._container, {}).get(name, ignore)
        self._container = ""
        self._parser.EndElementHandler = None
        return LEAVES.get(name)

    def _enter(self, name: str, attributes: Attributes) -> None:
        if name in ITEMS:
            self._complete(0)
            self._item, self._item_attributes = name, attributes
            self._item_begin = self._parser.CurrentByteIndex
            self._item_line = self._passed + self._lines.at(self._item_begin)
        else:
            self._take, self._attributes = CONTAINERS.get(name, ignore), attributes
            self._container = name
            self._ends.clear()
            self._parser.EndElementHandler = self._ends.append

    def _finish(self, fingerprint: int) -> None:
        """Complete what ends here."""
        self._end_element()
        self._complete(fingerprint)

    def _complete(self, fingerprint: int) -> None:
        """Make an item of what was gathered since the last one began."""
        if self._item == "programme":
            self._drafts.programme(self._item_line, self._item_attributes, self._values, fingerprint)
        elif self._item:
            self._drafts.channel(self._item_line, self._item_attributes, self._values)
        self._item, self._values, self._take = "", {}, ignore
