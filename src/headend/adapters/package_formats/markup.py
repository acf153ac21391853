"""Reads XML that a stranger made into a small tree: within bounds, by local names, with the line of everything.

A DOCTYPE is common and harmless: what it refers to is never looked for. Entities are refused where they are declared
and where they are used.
"""

import codecs
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from xml.parsers import expat

from headend.ingest.errors import NotAPackage

LARGEST = 8 * 1024**2
"""Bytes; what is read becomes one row of the records, which MariaDB takes up to 16 MiB of."""
LONGEST_TEXT = 64 * 1024
MOST_ELEMENTS = 1_000_000
MOST_KEPT = 50_000
"""Elements that are in memory at once."""
DEEPEST = 60
MOST_ATTRIBUTES = 100
PROLOG = 64 * 1024

_EXTERNAL = re.compile(
    rb"(<!DOCTYPE\s+[^\s\[>]+)(\s+(?:SYSTEM|PUBLIC\s+(?:\"[^\"]*\"|'[^']*'))\s+(?:\"[^\"]*\"|'[^']*'))"
)
_NOT_ROOT = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL)
_START = re.compile(r"<(?:[\w.\-]+:)?([\w.\-]+)")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(slots=True)
class Element:
    """An element by its local name; `text` is its own, without that of its children and without blanks around it."""

    name: str
    line: int
    attributes: Mapping[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> list["Element"]:
        """The children of a name, in any case."""
        return [each for each in self.children if each.name.casefold() == name.casefold()]

    def first(self, name: str) -> "Element | None":
        """The first child of a name."""
        return next(iter(self.all(name)), None)

    def words(self, name: str) -> str:
        """The text of the first child of a name; "" when there is none."""
        found = self.first(name)
        return found.text if found else ""


def ignore(_item: Element) -> None:
    """Where nobody takes items."""


def root_name(head: bytes) -> str:
    """The local name of the root of a document that begins so; "" when it is no XML."""
    wide = "utf-16" if head.startswith(_WIDE) else "utf-8-sig"
    text = head.decode(wide, "replace")
    place = 0
    while passed := _NOT_ROOT.match(text, place):
        place = passed.end()
    found = _START.match(text, place)
    return found[1] if found else ""


class Rooted:
    """What formats in XML have in common: they are told by the name of their root, which counts in any case."""

    root: ClassVar[str]

    def recognises(self, head: bytes) -> bool:
        """See ingest.ports.PackageFormat."""
        return root_name(head).casefold() == self.root

    def tree(self, data: bytes, *, items: Collection[str] = (), take: Callable[[Element], None] = ignore) -> Element:
        """`read_tree`, and NotAPackage when the root is another."""
        root = read_tree(data, items=items, take=take)
        if root.name.casefold() != self.root:
            raise NotAPackage(f"the root is {root.name[:50]}, not {self.root}", root.line)
        return root


def read_tree(data: bytes, *, items: Collection[str] = (), take: Callable[[Element], None] = ignore) -> Element:
    """Read a whole document. Elements named in `items` are given to `take` when they are complete and not kept, so that
    memory does not grow with their number. Raises NotAPackage, and passes on what `take` raises."""
    if len(data) > LARGEST:
        raise NotAPackage(f"more than {LARGEST >> 20} MiB")
    builder = _Builder(frozenset(items), take)
    encoding, data = _narrowed(data)
    prolog = _EXTERNAL.sub(_blanked, data[:PROLOG])
    return builder.read(prolog + data[PROLOG:], encoding)


def _narrowed(data: bytes) -> tuple[str | None, bytes]:
    """UTF-16 as UTF-8, in which all else here looks for its places; the encoding is None where the input says it."""
    if not data.startswith(_WIDE):
        return None, data
    try:
        return "utf-8", data.decode("utf-16").encode()
    except UnicodeError as error:
        raise NotAPackage("this is no UTF-16") from error


def _blanked(found: re.Match[bytes]) -> bytes:
    """A DOCTYPE that refers to nothing: expat then knows that no entity can have been declared elsewhere."""
    return found[1] + re.sub(rb"[^\n]", b" ", found[2])


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Builder:
    """What the parser's events make. It knows no namespaces, so that a prefix that nobody declared is no error."""

    def __init__(self, items: frozenset[str], take: Callable[[Element], None]) -> None:
        self._items = {name.casefold() for name in items}
        self._take = take
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._root: Element | None = None
        self._seen = self._kept = 0
        self._parser = expat.ParserCreate()

    def read(self, data: bytes, encoding: str | None) -> Element:
        self._parser = parser = expat.ParserCreate(encoding)
        parser.buffer_text = True
        # Nothing is loaded, since no handler loads it; but a reference into the unknown is then told.
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity_declared
        parser.SkippedEntityHandler = self._entity_used
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise NotAPackage(expat.ErrorString(error.code), error.lineno) from error
        except (LookupError, ValueError) as error:  # an encoding that Python does not know, or not for this
            raise NotAPackage(f"its encoding cannot be read: {error}", 1) from error
        assert self._root is not None  # expat refuses a document without
        return self._root

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber

    def _refuse(self, message: str) -> None:
        raise NotAPackage(message, self._line)

    def _doctype(self, _name: str, system: str | None, public: str | None, _has_subset: int) -> None:
        if system or public:  # behind so much that it was not blanked
            self._refuse("the DOCTYPE does not stand at the beginning")

    def _entity_declared(self, name: str, *_rest: object) -> None:
        self._refuse(f"it declares an entity, {name[:50]}")

    def _entity_used(self, name: str, _is_parameter: int) -> None:
        self._refuse(f"it uses an entity, {name[:50]}")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._seen += 1
        self._kept += 1
        if self._seen > MOST_ELEMENTS or self._kept > MOST_KEPT:
            self._refuse("too many elements")
        if len(self._open) >= DEEPEST:
            self._refuse(f"elements lie more than {DEEPEST} deep")
        if len(attributes) > MOST_ATTRIBUTES:
            self._refuse("too many attributes")
        if any(len(value) > LONGEST_TEXT for value in attributes.values()):
            self._refuse("an attribute is too long")
        plain = {_local(key): value for key, value in attributes.items() if not key.startswith("xmlns:")}
        self._open.append(Element(_local(name), self._line, plain))
        self._texts.append([])

    def _text(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        element.text = "".join(self._texts.pop()).strip()
        if len(element.text) > LONGEST_TEXT:
            self._refuse("a text is too long")
        if not self._open:
            self._root = element
        if element.name.casefold() in self._items:
            self._kept -= _size(element)
            self._take(element)
        elif self._open:
            self._open[-1].children.append(element)


def _size(element: Element) -> int:
    return 1 + sum(map(_size, element.children))
