"""Whatever is sent, the answer is the wire's own error or a clear 4xx, and never a traceback."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hotpath.gate.callers import API, Got, House
from tests.hotpath.gate.snapshots import ANDROID, KEY

from headend.hotpath.gate.calls import declared_calls
from headend.hotpath.gate.routes import BASES

CALLS = {
    BASES[call.api] + call.path: (*call.reads, "device", "device_uid", "lang") for call in declared_calls().values()
}
FILES = ("/get.php", "/xmltv.php", "/epg.xml", "/epg.xml.gz")
PLACES = ("/playlist/", "/play/", "/epg/")

BAD = [
    "", "x", "-1", "0", "1.5", "1e9", "9" * 18, "9" * 5000, "1,,2,x", "null", "[]", "{}", "\x00", "a\x00b", "\n",
    "\ud7ff", "١٢", "' OR 1=1 --", "<script>", "../../etc/passwd", "%s%n", "1" * 15_000, "31.02.2026", "01.01.9999",
    "99.99.9999", "29.02.0001",
]  # fmt: skip
RAW = [
    b"cid=%ff%fe", b"cid=%", b"cid=%zz", b"cid=%00", b"\xff\xfe=\xfd", b"=", b"&&&", b"cid", b"cid=1&cid=2&cid=x",
    b"a=" * 2000, b"%" * 999, b"authkey=%ED%A0%80", b"authkey=" + b"%F0%9F%92%A9" * 20, b"client_id=%31",
]  # fmt: skip


JSON_BODIES = [
    b'{"channel_ids":["x"]}', b'{"channel_ids":[[1]]}', b'{"channel_ids":{"a":1}}', b'{"channel_ids":[1e400]}',
    b'{"channel_ids":[-1]}', b'{"channel_ids":[11,999999]}', b'{"channel_ids":["11","\\u0000"]}', b'{"channel_ids":',
    b'{"channel_ids":[' + b"1," * 6000 + b"1]}", b"[" * 50_000, b'{"channel_ids":"[1,[2]]"}',
]  # fmt: skip


def assert_is_an_answer(got: Got) -> None:
    """An answer of the wire, a refusal that says why, or a redirect; nothing of our insides."""
    assert b"Traceback" not in got.body
    if got.status == 200 and "json" in got.headers["content-type"]:
        assert isinstance(got.json["error"], int)
    elif got.status == 200 and got.headers["content-type"].startswith("text/xml"):
        assert got.xml.findtext("error")
    else:
        assert got.status in (302, 304, 400, 403, 404, 413, 414, 415, 429), (got.status, got.body)
        assert len(got.body) < 60


@pytest.mark.parametrize("path", CALLS)
def test_bad_values(house: House, path: str) -> None:
    good: dict[str, Any] = {"authkey": ANDROID, "api_key": KEY, "client_id": 1, "cid": 11, "device": "android"}
    who = ("client_id", "authkey", "api_key")
    for name in who if path.endswith("/logout/") else {*CALLS[path], *who}:
        for bad in BAD:
            assert_is_an_answer(house.get(path, **(good | {name: bad})))


@pytest.mark.parametrize("path", [*CALLS, *FILES])
def test_bad_queries(house: House, path: str) -> None:
    known = urlencode({"authkey": ANDROID, "api_key": KEY, "client_id": 1}).encode()
    for raw in RAW:
        for query in (raw, known + b"&" + raw):
            assert_is_an_answer(house.ask("GET", path, query))
            assert_is_an_answer(house.ask("POST", path, b"", body=query))


@pytest.mark.parametrize("body", JSON_BODIES, ids=range(len(JSON_BODIES)))
def test_bad_lists_in_json(house: House, body: bytes) -> None:
    query = urlencode({"authkey": ANDROID, "api_key": KEY, "client_id": 1, "programs_from_ts": 1, "programs_to_ts": 2})
    for path in CALLS:
        if "channel_ids" in CALLS[path]:
            got = house.ask("POST", path, query, body=body, headers={"content-type": "application/json"})
            assert_is_an_answer(got)
            assert got.status == 400 or got.json["error"] in (2, 400, 404)


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("place", PLACES)
def test_bad_paths(house: House, place: str, bad: str) -> None:
    paths = (
        f"{place}{bad}",
        f"{place}{bad}.m3u8",
        f"{place}10001/{bad}",
        f"{place}{bad}/{bad}",
        f"{place}{bad}/11.m3u8",
    )
    for path in paths:
        got = house.get(path)
        assert got.status in (400, 403, 404)
        assert len(got.body) < 60


@pytest.mark.parametrize("path", ["/playlist", "/play", "/epg", "/playlist/", "/play/", "/epg/", "/play/../11"])
def test_paths_that_are_no_address(house: House, path: str) -> None:
    assert house.get(path).status == 404


@pytest.mark.parametrize("path", ["/", "/console/", "/tvmiddleware/api/", "/tvmiddleware/api/no/such/call/", "/livez"])
def test_the_rest_goes_to_the_next_application(house: House, path: str) -> None:
    assert house.get(path).headers["x-from"] == "the next application"


@pytest.mark.parametrize(
    ("status", "method", "query", "body", "kind"),
    [
        (414, "GET", "a" * 20_000, b"", None),
        (413, "POST", "", b"a=" + b"x" * 70_000, None),
        (415, "POST", "", b"<xml/>", "text/xml"),
        (400, "POST", "", b"{", "application/json"),
        (405, "PUT", "", b"", None),
        (405, "DELETE", "", b"", None),
        (405, "PROPFIND", "", b"", None),
    ],
)
def test_requests_that_are_no_calls(
    house: House, status: int, method: str, query: str, body: bytes, kind: str | None
) -> None:
    headers = {"content-type": kind} if kind else {}
    for path in (API + "/login", "/get.php", "/play/a/1"):
        assert house.ask(method, path, query, body=body, headers=headers).status == status


_name = st.sampled_from(sorted({name for names in CALLS.values() for name in names} | {"authkey", "client_id", "lang"}))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(CALLS)),
    st.lists(st.tuples(_name, st.text(max_size=30)), max_size=6),
    st.booleans(),
    st.booleans(),
)
def test_any_parameters(path: str, params: list[tuple[str, str]], is_form: bool, has_session: bool) -> None:
    given_params = [("client_id", "1"), ("authkey", ANDROID if has_session else ""), ("api_key", KEY), *params]
    text = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in given_params).encode()
    house = House()
    assert_is_an_answer(house.ask("POST", path, body=text) if is_form else house.ask("GET", path, text))


def test_extra_parameters_of_real_clients_are_passed_over(house: House) -> None:
    extra = {"sess_key": "10001", "timezone": "15", "timeshift": 0, "profile_id": -1, "timestamp": 1, "api_key": KEY}
    assert house.call("/channel/list/", authkey=ANDROID, **extra).json["error"] == 0


def test_every_way_to_call(house: House) -> None:
    """With and without a slash at the end, under /api, by GET and POST, parameters in the query or the form."""
    query = urlencode({"client_id": 1, "authkey": ANDROID, "cid": 11, "redirect": 0})
    expected = house.ask("GET", API + "/channel/url/", query).json
    assert expected["error"] == 0
    for prefix in ("", "/api"):
        for slash in ("", "/"):
            path = f"{prefix}{API}/channel/url{slash}"
            assert house.ask("GET", path, query).json == expected
            assert house.ask("POST", path, body=query.encode()).json == expected
            assert house.ask("POST", path, "cid=12", body=query.encode()).json == expected
            assert house.ask("HEAD", path, query).status == 200


def test_the_token_may_come_as_a_cookie(house: House) -> None:
    got = house.call("/account/status/", headers={"cookie": f"a=b; authkey={ANDROID}"})
    assert got.json["status"] == 0
