"""Address masks: what they put in, how they encode it, and how they say what is wrong."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headend.delivery.errors import MaskRefused, MaskValueRefused, UnknownMaskVariable
from headend.delivery.rules import ARCHIVE_VARIABLES, LIVE_VARIABLES, Verbatim, check_mask, compile_mask


def fill(text, variables=LIVE_VARIABLES, head="", **values):
    return compile_mask(text, variables, head).fill(values)


@pytest.mark.parametrize(
    ("mask", "values", "address"),
    [
        ("http://h/$cid/index.m3u8?token=$token", {"cid": "12", "token": "abc"}, "http://h/12/index.m3u8?token=abc"),
        ("http://h/$cid_hd/${cid}hd/$cid2", {"cid": "x"}, "http://h/x_hd/xhd/x2"),
        ("http://h/$$cid/$$$cid", {"cid": "x"}, "http://h/$cid/$x"),
        ("http://h/$cid", {"cid": "a b/ü?#&"}, "http://h/a%20b%2F%C3%BC%3F%23%26"),
        ("http://h/x?u=$cid&t=$token", {"cid": "a&b=c+d", "token": "%41"}, "http://h/x?u=a%26b%3Dc%2Bd&t=%2541"),
        ("http://h/$flpbt-$flpdur", {"flpbt": 1790000000, "flpdur": 3600}, "http://h/1790000000-3600"),
        ("http://h/$flpbt-$flpdur", {"flpbt": 1790000000, "flpdur": "now"}, "http://h/1790000000-now"),
        ("http://h/$ip", {"ip": "2001:db8::1"}, "http://h/2001%3Adb8%3A%3A1"),
        ("udp://239.1.1.$cid:1234", {"cid": "7"}, "udp://239.1.1.7:1234"),
        ("/live/$cid", {"cid": "7"}, "/live/7"),
        ("http://h/plain", {}, "http://h/plain"),
    ],
)
def test_variables_are_filled_in_and_encoded(mask, values, address):
    assert fill(mask, ARCHIVE_VARIABLES, **values) == address


@pytest.mark.parametrize(
    ("mask", "prefix", "address"),
    [
        ("http://h/$prefix/$cid", "sport/hd", "http://h/sport/hd/1"),
        ("http://h/$prefix/$cid", "/sport/", "http://h/sport/1"),
        ("http://h/$prefix/$cid", "", "http://h/1"),
        ("http://h/tv-$prefix/$cid", "a b", "http://h/tv-a%20b/1"),
        ("http://$prefix/$cid", "edge1.example:8080", "http://edge1.example:8080/1"),
        ("http://$prefix/$cid", "edge1.example/tv", "http://edge1.example/tv/1"),
        ("http://$prefix/$cid", "user@evil", "http://user%40evil/1"),
        ("$prefix/$cid", "https://edge1.example:8080/tv", "https://edge1.example:8080/tv/1"),
        ("${prefix}", "udp://@239.1.1.1:1234", "udp://@239.1.1.1:1234"),
        ("http://h/$cid?p=$prefix", "a/b", "http://h/1?p=a%2Fb"),
    ],
)
def test_the_prefix_may_bring_folders_a_host_or_the_whole_beginning(mask, prefix, address):
    values = {"prefix": prefix, "cid": "1"}
    assert fill(mask, **values) == address


def test_a_placeholder_stays_as_it_is():
    assert fill("http://h/$cid/$now.m3u8", cid="1", now=Verbatim("${start}")) == "http://h/1/${start}.m3u8"


@pytest.mark.parametrize(
    ("mask", "name", "column"),
    [
        ("http://h/$cidhd/x", "cidhd", 10),
        ("http://h/$CID", "CID", 10),
        ("http://h/$cid/${nope}", "nope", 15),
        ("http://h/$flpbt.m3u8", "flpbt", 10),
    ],
)
def test_an_unknown_variable_is_named_with_its_place(mask, name, column):
    with pytest.raises(UnknownMaskVariable) as refused:
        check_mask(mask)
    assert (refused.value.name, refused.value.column, refused.value.place) == (name, column, f"column {column}")
    assert refused.value.code == "mask_unknown_variable"
    assert f"${name}" in str(refused.value)
    assert "$prefix" in str(refused.value)


@pytest.mark.parametrize(
    ("mask", "column"),
    [
        ("", 1),
        ("host/$cid", 1),
        ("javascript:alert(1)", 1),
        ("file:///etc/passwd", 1),
        ("//h/$cid", 1),
        ("$cid$prefix", 1),
        ("http://h/$", 10),
        ("http://h/$cid/$/x", 15),
        ("http://h/${}", 10),
        ("http://h/${cid", 10),
        ("http://h/a b", 11),
        ("http://h/\n", 10),
        ("http://h/ü", 10),
        ("http://h/<$cid>", 10),
        ("http://h/{cid}", 10),
    ],
)
def test_a_bad_mask_is_refused_with_its_place(mask, column):
    with pytest.raises(MaskRefused) as refused:
        check_mask(mask)
    assert refused.value.column == column


def test_columns_count_from_the_field_when_another_field_gives_the_beginning():
    with pytest.raises(UnknownMaskVariable) as refused:
        compile_mask("a-$nope.m3u8", ("cid",), head="http://host/$cid/")
    assert refused.value.column == 3


@pytest.mark.parametrize(
    ("mask", "values", "name"),
    [
        ("http://h/$cid/x", {"cid": ".."}, "cid"),
        ("http://h/$cid/x", {"cid": "."}, "cid"),
        ("http://h/$prefix/x", {"prefix": "a/../b"}, "prefix"),
        ("http://h/$prefix/x", {"prefix": ".."}, "prefix"),
        ("$prefix/x", {"prefix": "javascript:alert(1)//"}, "prefix"),
        ("$prefix/x", {"prefix": "http:/h"}, "prefix"),
        ("$prefix/x", {"prefix": ""}, "prefix"),
    ],
)
def test_a_value_that_would_leave_its_place_is_refused(mask, values, name):
    with pytest.raises(MaskValueRefused) as refused:
        fill(mask, **values)
    assert refused.value.place == name


@given(st.text(), st.text(), st.text())
def test_no_value_changes_the_address_around_it(cid, token, prefix):
    assume(cid not in (".", "..") and not {".", ".."} & set(prefix.split("/")))
    parts = urlsplit(fill("http://h/$prefix/x$cid/i.m3u8?token=$token&a=1#$token", cid=cid, token=token, prefix=prefix))
    assert (parts.scheme, parts.netloc) == ("http", "h")
    assert unquote(parts.path.split("/")[-2]) == f"x{cid}"
    assert parse_qs(parts.query, keep_blank_values=True) == {"token": [token], "a": ["1"]}
    assert unquote(parts.fragment) == token


@given(st.text() | st.lists(st.sampled_from(["http://", "$", "{", "}", "cid", "/", " "])).map("".join))
def test_any_text_is_a_mask_or_is_refused_with_a_place_in_it(text):
    found = outcome_of(text)
    assert found == "mask" or 1 <= found <= len(text) + 1


def outcome_of(text):
    try:
        check_mask(text, ARCHIVE_VARIABLES)
    except MaskRefused as refused:
        return refused.column
    return "mask"


@given(st.lists(st.sampled_from(["${cid}", "${prefix}", "$$", "/", "?", "x", "${token}", "${flpbt}", "=", "#"])))
def test_a_mask_of_known_variables_is_always_filled(pieces):
    values = {"cid": "1", "prefix": "p", "token": "t", "flpbt": 5}
    address = compile_mask("http://h/" + "".join(pieces), ARCHIVE_VARIABLES).fill(values)
    assert address.startswith("http://h/")
    assert address.count("$") == pieces.count("$$")
