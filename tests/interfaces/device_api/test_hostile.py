"""Whatever is sent, the answer is the wire's own error or a clear 4xx, and never a traceback."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hotpath.gate.callers import API, Got, House
from tests.hotpath.gate.snapshots import ANDROID, KEY

CALLS = {
    "/login/": (
        "abonement",
        "password",
        "device",
        "device_uid",
        "reset_block_status_reason",
        "device_id_for_unbinding",
    ),
    "/logout/": (),
    "/account/status/": ("with_tariffs", "device"),
    "/portal/settings/list/": ("device",),
    "/health/check/": ("check_db_conn", "device"),
    "/category/list/": ("lang",),
    "/channel/list/": ("compact", "limit", "page", "search", "channel_sort_id", "account_sort", "reject_multicast"),
    "/channel/url/": ("cid", "redirect", "exclude_service_id", "get_drm_info"),
    "/channel/programs/": ("cid", "limit", "timeshift_offset", "compact"),
    "/program/list/": ("cid", "time_from", "time_to", "date", "pid_from"),
    "/program/url/": ("cid", "pid", "time", "redirect", "tv_pause", "exclude_service_id"),
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


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("path", CALLS)
def test_bad_values(house: House, path: str, bad: str) -> None:
    good: dict[str, Any] = {"authkey": ANDROID, "api_key": KEY, "client_id": 1, "cid": 11, "device": "android"}
    for name in (*CALLS[path], "client_id", "authkey", "lang"):
        if path == "/logout/" and name not in ("client_id", "authkey"):
            continue
        assert_is_an_answer(house.get(API + path, **(good | {name: bad})))


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
@pytest.mark.parametrize("path", [API + path for path in CALLS] + list(FILES))
def test_bad_queries(house: House, path: str, raw: bytes) -> None:
    known = urlencode({"authkey": ANDROID, "api_key": KEY, "client_id": 1}).encode()
    for query in (raw, known + b"&" + raw):
        assert_is_an_answer(house.ask("GET", path, query))
        assert_is_an_answer(house.ask("POST", path, b"", body=query))


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
    assert_is_an_answer(house.ask("POST", API + path, body=text) if is_form else house.ask("GET", API + path, text))


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
