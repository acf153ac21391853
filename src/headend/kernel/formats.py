"""The two encodings of the wire, chosen by the kind of device: compact JSON, and XML without attributes.

Both take the same plain values: an answer is a mapping of field names to scalars, lists and mappings. In XML the root
is `<rss>`, the entries of a list are `<item>`, flags are 0 and 1, nothing is an empty element, and the scalar fields
of an element stand before its lists and mappings, whatever their order, because there are clients that look for
`<id>`, `<name>` and `<url>` from the left without knowing XML. There is no CDATA.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import msgspec

Fields: TypeAlias = Mapping[str, object]

# What XML 1.0 (section 2.2) cannot carry in any form, and what has to be escaped in text. A carriage return would be
# read as a line feed (section 2.11), so it is written as a reference.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile("[&<>\r]|[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.-]")

_encoder = msgspec.json.Encoder()


def to_json(value: object) -> bytes:
    """Encode as JSON without any white space, UTF-8."""
    return _encoder.encode(value)


def to_xml(fields: Fields) -> bytes:
    """Encode an answer as an XML document, UTF-8."""
    return f"{_XML_HEAD}{_children(fields)}{_XML_TAIL}".encode()


def xml_text(text: str) -> str:
    """Escape text for XML; what XML cannot carry is left out."""
    if not _SPECIAL.search(text):
        return text
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _ILLEGAL.sub("", escaped).replace("\r", "&#13;")


@dataclass(frozen=True, slots=True, eq=False)
class WireFormat:
    """One of the encodings: `encode` makes a whole answer, `encode_item` an entry of a list.

    Entries can be made long before the answer: `around` gives what stands before the first entry and after the last.
    """

    name: str
    content_type: bytes
    encode: Callable[[Fields], bytes]
    encode_item: Callable[[object], bytes]
    separator: bytes
    around: Callable[[str, Fields], tuple[bytes, bytes]]


def _json_around(name: str, rest: Fields) -> tuple[bytes, bytes]:
    after = to_json(rest)[1:]
    return b"{" + to_json(name) + b":[", b"]" + (b"," if rest else b"") + after


def _xml_around(name: str, rest: Fields) -> tuple[bytes, bytes]:
    tag = _tag(name)
    return f"{_XML_HEAD}{_children(rest)}<{tag}>".encode(), f"</{tag}>{_XML_TAIL}".encode()


def _xml_item(value: object) -> bytes:
    return _element("item", value).encode()


_XML_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<rss>'
_XML_TAIL = "</rss>"

JSON = WireFormat("json", b"application/json; charset=utf-8", to_json, to_json, b",", _json_around)
XML = WireFormat("xml", b"text/xml; charset=utf-8", to_xml, _xml_item, b"", _xml_around)
FORMATS = {"json": JSON, "xml": XML}


def _children(fields: Fields) -> str:
    scalars: list[str] = []
    others: list[str] = []
    for key, value in fields.items():
        (others if isinstance(value, list | tuple | Mapping) else scalars).append(_element(_tag(key), value))
    return "".join(scalars + others)


def _element(tag: str, value: object) -> str:
    return f"<{tag}>{_content(value)}</{tag}>"


def _content(value: object) -> str:
    if isinstance(value, str):
        return xml_text(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return _children(value)
    if isinstance(value, list | tuple):
        return "".join(_element("item", entry) for entry in value)
    return xml_text(str(value))


@lru_cache(maxsize=4096)
def _tag(key: str) -> str:
    """Make an element's name of a field's; only free-form objects have names that need it."""
    if _NAME.fullmatch(key):
        return key
    return "_" + _NOT_IN_A_NAME.sub("_", key)
