"""The two encodings of the wire: what they say, and that they carry whatever they are given."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headend.kernel.formats import JSON, XML, to_json, to_xml, xml_text

ANSWER = {
    "channels": [{"hbb": [], "id": 1, "name": "A & B", "meta": {"x": 1}, "url": "http://h/?a=1&b=2"}, {"id": 2}],
    "menu": ["tvchannels", "archive"],
    "nothing": None,
    "flag": True,
    "error": 0,
}


def test_json_has_no_white_space() -> None:
    assert to_json(ANSWER) == (
        b'{"channels":[{"hbb":[],"id":1,"name":"A & B","meta":{"x":1},"url":"http://h/?a=1&b=2"},{"id":2}],'
        b'"menu":["tvchannels","archive"],"nothing":null,"flag":true,"error":0}'
    )


def test_xml_has_items_no_attributes_and_scalars_first() -> None:
    assert to_xml(ANSWER).decode() == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<rss><nothing></nothing><flag>1</flag><error>0</error>"
        "<channels><item><id>1</id><name>A &amp; B</name><url>http://h/?a=1&amp;b=2</url><hbb></hbb>"
        "<meta><x>1</x></meta></item><item><id>2</id></item></channels>"
        "<menu><item>tvchannels</item><item>archive</item></menu></rss>"
    )


def test_names_that_xml_does_not_allow() -> None:
    assert to_xml({"a b": 1, "1": 2, "ok-1.x": 3}).endswith(b"<rss><_a_b>1</_a_b><_1>2</_1><ok-1.x>3</ok-1.x></rss>")


@pytest.mark.parametrize("wire", [JSON, XML], ids=["json", "xml"])
def test_a_list_can_be_put_together_from_entries_made_before(wire: Any) -> None:
    head, tail = wire.around("channels", {"error": 0, "error_message": ""})
    items = [wire.encode_item({"id": number}) for number in (1, 2)]
    whole = {"channels": [{"id": 1}, {"id": 2}], "error": 0, "error_message": ""}
    assert head + wire.separator.join(items) + tail == wire.encode(whole)


def test_text_that_xml_cannot_carry_is_left_out() -> None:
    assert xml_text("a\x00\x08\x0b\x1f\ufffe\ud800b\t\n\rc") == "ab\t\n&#13;c"


_scalars = st.one_of(st.integers(-(2**53), 2**53), st.booleans(), st.none(), st.text())
_names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_names, inner, max_size=4)),
    max_leaves=20,
)


def _as_xml_says(value: Any) -> Any:
    """What is left of a value in XML, where everything is text."""
    if isinstance(value, dict):
        return {key: _as_xml_says(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_xml_says(each) for each in value]
    if isinstance(value, bool):
        return str(int(value))
    return (
        ""
        if value is None
        else xml_text(str(value)).replace("&#13;", "\r").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    )


def _read(element: ElementTree.Element, like: Any) -> Any:
    if isinstance(like, dict):
        found = {child.tag: child for child in element}
        assert len(found) == len(element)
        return {key: _read(found[key], each) for key, each in like.items()}
    if isinstance(like, list):
        assert [child.tag for child in element] == ["item"] * len(like)
        return [_read(child, each) for child, each in zip(element, like, strict=True)]
    return element.text or ""


@settings(deadline=None)
@given(st.dictionaries(_names, _values, max_size=6))
def test_whatever_is_given_comes_back(fields: dict[str, Any]) -> None:
    root = ElementTree.fromstring(to_xml(fields))
    assert root.tag == "rss"
    assert _read(root, fields) == _as_xml_says(fields)
    assert json.loads(to_json(fields)) == fields


@settings(deadline=None)
@given(st.text())
def test_escaped_text_is_always_well_formed(text: str) -> None:
    assert ElementTree.fromstring(f"<a>{xml_text(text)}</a>".encode()).tag == "a"
