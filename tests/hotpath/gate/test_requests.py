"""Parameters: what is read, and what is refused."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headend.hotpath.gate.errors import BadParameter, Unreadable
from headend.hotpath.gate.requests import LARGEST_FORM, LONGEST_QUERY, MOST_ENTRIES, Request, parse_form, read_form


def request(query: str | bytes = "", form: str = "", **headers: str) -> Request:
    raw = query.encode() if isinstance(query, str) else query
    given_headers = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"query_string": raw, "headers": given_headers, "client": ("192.0.2.1", 1), "type": "http"}
    return Request(scope, 0, form)


def test_the_last_of_a_repeated_parameter_counts_and_the_form_comes_after_the_query() -> None:
    assert request("a=1&a=2&b=3", "b=4&c=5").params == {"a": "2", "b": "4", "c": "5"}


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("", {"": ""}),
        ("a", {"a": ""}),
        ("a&b=1", {"a": "", "b": "1"}),
        ("a=1=2", {"a": "1=2"}),
        ("a=%D0%9F+b%26", {"a": "П b&"}),
        ("a=%ff%ed%a0%80", {"a": "\ufffd\ufffd\ufffd\ufffd"}),
        ("a=%zz%", {"a": "%zz%"}),
        ("&&=&a=1", {"": "", "a": "1"}),
    ],
)
def test_queries(query: str, params: dict[str, str]) -> None:
    assert request(query).params == params


def test_bytes_that_are_no_utf8() -> None:
    assert request(b"a=\xff\xfe").params == {"a": "\ufffd\ufffd"}


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=10), st.text(max_size=20), max_size=5))
def test_whatever_is_encoded_is_read(params: dict[str, str]) -> None:
    text = urlencode(params, errors="replace")
    assert parse_form(text) == (dict(parse_qsl(text, keep_blank_values=True)) if text else {"": ""})


@pytest.mark.parametrize("text", ["x", "1.5", "1e3", "1_0", "٣", " 1", "+1", "--1", "-", "9" * 19, "0x1"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(BadParameter):
        request(urlencode({"n": text})).whole("n")


def test_numbers() -> None:
    asked = request("a=0012&b=-5&c=&d=" + "9" * 18)
    assert [asked.whole(name) for name in "abcd"] == [12, -5, None, 10**18 - 1]
    assert asked.whole("e", 7) == 7


def test_flags() -> None:
    asked = request("a=1&b=0&c=True&d=false&e=&f=2")
    assert [asked.flag(name, default=True) for name in "abcdeg"] == [True, False, True, False, True, True]
    with pytest.raises(BadParameter):
        asked.flag("f")


def test_several_numbers_in_one_or_more_parameters() -> None:
    asked = request("x=1,2&x=3&y=4", "x=5")
    assert asked.wholes("x") == (1, 2, 3, 5)
    assert asked.wholes("z") == ()
    assert request("x=[3, 1,2]&x=1").wholes("x") == (3, 1, 2)
    assert request("x[]=2&x[]=1").wholes("x") == (2, 1)
    assert request("x=[]&x=").wholes("x") == ()


@pytest.mark.parametrize("query", ["x=1,b", "x=[1", "x=1]", "x=[[1]]", "x=[1;2]", "x=1.5", "x=%7B%7D", "x=['1']"])
def test_what_is_no_list_of_numbers(query: str) -> None:
    with pytest.raises(BadParameter):
        request(query).wholes("x")


def test_a_list_of_numbers_that_is_too_long() -> None:
    assert len(request(form="x=" + ",".join(map(str, range(MOST_ENTRIES)))).wholes("x")) == MOST_ENTRIES
    with pytest.raises(BadParameter):
        request(form="x=" + ",".join("1" * (MOST_ENTRIES + 1))).wholes("x")


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "\x7f", "x" * 201])
def test_texts_that_are_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        request(urlencode({"t": text})).text("t")


def test_texts() -> None:
    assert request(urlencode({"t": "Пароль \u00a0 ✓"})).text("t") == "Пароль \u00a0 ✓"
    assert request().text("t") == ""


def test_cookies() -> None:
    asked = request(cookie='a=1; authkey="abc"; device_uid=02:00; bad=\x01')
    assert [asked.cookie(name) for name in ("a", "authkey", "device_uid", "bad", "none")] == [
        "1",
        "abc",
        "02:00",
        "",
        "",
    ]


def test_a_query_that_is_too_long() -> None:
    with pytest.raises(Unreadable) as caught:
        request("a" * (LONGEST_QUERY + 1))
    assert caught.value.status == 414


def read(*parts: bytes, kind: str | None = None, ends: bool = True) -> str:
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.request", "body": b"", "more_body": False} if ends else {"type": "http.disconnect"})
    headers = [] if kind is None else [(b"content-type", kind.encode())]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    return asyncio.run(read_form({"headers": headers}, receive))


def test_forms() -> None:
    assert read(b"a=1&", b"b=2") == "a=1&b=2"
    assert read(b"a=1", kind="application/x-www-form-urlencoded; charset=UTF-8") == "a=1"
    assert read(b'{"a":1,"b":"x y","c":null,"d":true}', kind="application/json") == "a=1&b=x+y&c=&d=True"
    assert read(b'{"a":[1,2],"b":[],"c":["x"]}', kind="application/json") == "a=1&a=2&c=x"
    assert read(b"a=1", kind="text/plain;charset=UTF-8") == "a=1"
    assert read(b"", kind="multipart/form-data; boundary=x") == ""


@pytest.mark.parametrize(
    ("status", "body", "kind", "ends"),
    [
        (413, b"x" * (LARGEST_FORM + 1), None, True),
        (415, b"--x", "multipart/form-data; boundary=x", True),
        (400, b"a=1", None, False),
        (400, b"[1]", "application/json", True),
        (400, b'{"a":{"b":1}}', "application/json", True),
        (400, b'{"a":[[1]]}', "application/json", True),
        (400, b'{"a":"\xff"}', "application/json", True),
        (400, b'{"a":"\\ud800"}', "application/json", True),
        (400, b"[" * 60_000, "application/json", True),
    ],
)
def test_forms_that_are_refused(status: int, body: bytes, kind: str | None, ends: bool) -> None:
    with pytest.raises(Unreadable) as caught:
        read(body, kind=kind, ends=ends)
    assert caught.value.status == status
