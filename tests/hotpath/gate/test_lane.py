"""The short way through uvicorn says what the long way says, and leaves the connection as it should be."""

import asyncio
import gzip
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
import uvicorn
from hypothesis import given, strategies
from tests.hotpath.gate.callers import API, House
from tests.hotpath.gate.snapshots import ANDROID, KEY, MAG, NEWS
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from headend.hotpath.gate.lane import Lane

STATUS = f"{API}/account/status/?client_id=1&authkey={ANDROID}"
HEALTH = f"{API}/health/check/?client_id=1"
LIST = f"{API}/channel/list/?client_id=1&authkey={ANDROID}"
KEEP_ALIVE_SECONDS = 1


@pytest.fixture(autouse=True, scope="module")
def steady_machine() -> Iterator[None]:
    """The health check tells how busy the machine is: two answers would differ by that alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headend.hotpath.gate.portal.Usage.at", lambda *_: 0.1)
        yield


@contextmanager
def serving(protocol: type[HttpToolsProtocol], **options: Any) -> Iterator[tuple[House, int]]:
    """A gate behind a real uvicorn in a thread of its own."""
    house = House()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        house.gate,
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        **options,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        yield house, listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="module")
def lane() -> Iterator[int]:
    with serving(Lane) as (_, port):
        yield port


@pytest.fixture(scope="module")
def usual() -> Iterator[int]:
    with serving(HttpToolsProtocol) as (_, port):
        yield port


def request(path: str, *headers: str, method: str = "GET", version: str = "1.1", body: str = "") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: tv", *headers, "", body]).encode()


def exchange(port: int, *pieces: bytes) -> bytes:
    """Send, and read until the server has answered all and closed, which the last request asks for."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b""
        while part := connection.recv(65536):
            received += part
    return re.sub(rb"date: [^\r]+", b"date: now", received)


LAST = request(f"{API}/logout/", "Connection: close")  # 403, by the long way


@pytest.mark.parametrize(
    "asked",
    [
        request(STATUS),
        request(STATUS, "X-Long: " + "x" * 5000),
        request(f"{API}/account/status?client_id=1&authkey={MAG}&device=mag"),
        request(f"{API}/account/status/?client_id=1"),
        request(f"{API}/account/status/?client_id=1", f"Cookie: authkey={ANDROID}"),
        request(LIST),
        request(LIST, "Accept-Encoding: gzip"),
        request(LIST, "If-None-Match: *"),
        request(LIST, "Origin: https://portal.example.net"),
        request(LIST, "Origin: https://other.example"),
        request(LIST + "&limit=1"),
        request(f"/api{LIST}"),
        request(f"{API}/channel/url/?client_id=1&authkey={ANDROID}&cid={NEWS}"),
        request(f"{API}/channel/url/?client_id=1&authkey={ANDROID}&cid=999"),
        request(f"{API}/channel/list/?client_id=2&authkey={ANDROID}"),
        request(f"{API}/login/?client_id=1&api_key={KEY.replace(' ', '+')}"),
        request(STATUS, method="HEAD"),
        request(STATUS, "Content-Length: 3", method="POST", body="a=1"),
        request(STATUS, "Content-Length: 3", body="abc"),
        request(STATUS, "Transfer-Encoding: chunked", body="3\r\nabc\r\n0\r\n\r\n"),
        request(STATUS, method="OPTIONS"),
        request(STATUS, method="PUT"),
        request(f"{API}/account%2Fstatus/?client_id=1"),
        request(f"{API}/%61ccount/status/?client_id=1&authkey={ANDROID}"),
        request("/no/such/path"),
        request("/get.php?username=1"),
        request(STATUS) + request(LIST) + request(f"{API}/login/?client_id=1") + request(STATUS),
        request(f"{API}/login/?client_id=1") + request(STATUS),
    ],
    ids=range(28),
)
def test_both_ways_say_the_same(lane: int, usual: int, asked: bytes) -> None:
    assert exchange(lane, asked + LAST) == exchange(usual, asked + LAST)
    assert exchange(lane, asked, LAST) == exchange(usual, asked, LAST)


@pytest.mark.parametrize(
    "asked",
    [
        request(STATUS, "Connection: close"),
        request(STATUS, version="1.0"),
        b"GET /tvmiddleware/api/account/status/ HTTP/1.1\r\nbad header\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_both_ways_close_alike(lane: int, usual: int, asked: bytes) -> None:
    assert exchange(lane, asked) == exchange(usual, asked)


# --- header lines that are known ---


def within(method: str) -> bytes:
    """A request whose body looks like one."""
    body = request(STATUS).decode()
    return request(STATUS, f"Content-Length: {len(body)}", method=method, body=body)


CASES = [
    request(STATUS),
    request(STATUS, "Accept: */*"),
    request(LIST, "Accept-Encoding: gzip"),
    request(f"{API}/channel/url/?client_id=1&authkey={ANDROID}&cid=999"),  # refused: by the long way
    request(f"{API}/login/?client_id=1"),  # waits: by the long way
    request(STATUS, "Content-Length: 3", body="abc"),
    request(STATUS, "Content-Length: 3", method="POST", body="a=1"),
    request(STATUS, "Transfer-Encoding: chunked", body="3\r\nabc\r\n0\r\n\r\n"),
    request("/no/such/path"),
    request(HEALTH),
    request(HEALTH) + request(STATUS),
    b"\r\n" + request(HEALTH),
    request(HEALTH).replace(b"GET ", b"GET  "),
    request(HEALTH).replace(b" HTTP", b"&a=\x00 HTTP"),
    request("http://tv" + HEALTH),
    request(STATUS, version="1.0"),
    request(STATUS, "Connection: close"),
    request(HEALTH).partition(b"\r\n")[0] + b"\r\n" + request(HEALTH),
    *(within(method) for method in ("GET", "POST")),
]


class Wire:
    """What a connection is to its protocol: keeps what is written."""

    def __init__(self) -> None:
        self.written, self.closed = bytearray(), False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("192.0.2.7", 5), "sockname": ("192.0.2.1", 80)}.get(name, default)

    def write(self, data: bytes) -> None:
        self.written += b"" if self.closed else data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Parsing(Lane):
    """A lane that knows no lines."""

    data_received = HttpToolsProtocol.data_received


async def said(protocol: type[HttpToolsProtocol], pieces: list[bytes], turns: int = 20) -> tuple[bytes, bool]:
    """What is answered to pieces with so many turns of the event loop between them, and whether that is the end."""
    config = uvicorn.Config(House().gate, http=protocol, ws="none", lifespan="off", log_config=None)
    config.load()
    state, wire = ServerState(), Wire()
    connection = protocol(config=config, server_state=state, app_state={})
    connection.connection_made(wire)  # type: ignore[arg-type]
    for piece in pieces:
        if not wire.closed:
            connection.data_received(piece)
        await _let_go_on(turns)
    await _let_go_on(20)
    connection.connection_lost(None)
    return bytes(wire.written), wire.closed


async def _let_go_on(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


@given(data=strategies.data())
def test_known_lines_change_nothing_in_whatever_pieces_requests_come(data: strategies.DataObject) -> None:
    asked = b"".join(data.draw(strategies.lists(strategies.sampled_from(CASES), min_size=1, max_size=6)))
    ends = [found.end() for found in re.finditer(rb"\r\n\r\n", asked)]  # mostly there, where a request is whole
    cuts = data.draw(strategies.sets(strategies.sampled_from(ends) | strategies.integers(1, len(asked)), max_size=8))
    places = [0, *sorted(cuts), len(asked)]
    pieces = [asked[start:end] for start, end in pairwise(places) if start < end]
    assert asyncio.run(said(Lane, pieces)) == asyncio.run(said(Parsing, pieces))


@pytest.mark.parametrize("second", CASES, ids=range(len(CASES)))
def test_known_lines_change_nothing_for_what_comes_next(second: bytes) -> None:
    for first in CASES:
        pieces = [each + b"\r\n\r\n" for each in (first + second).removesuffix(b"\r\n\r\n").split(b"\r\n\r\n")]
        for asked, turns in (([first, second], 20), (pieces, 20), ([request(HEALTH), first, second], 0)):
            assert asyncio.run(said(Lane, asked, turns)) == asyncio.run(said(Parsing, asked, turns))


def test_known_lines_are_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    receive = HttpToolsProtocol.data_received
    monkeypatch.setattr(
        HttpToolsProtocol, "data_received", lambda self, data: (parsed.append(data), receive(self, data))
    )
    first, other = request(STATUS, "X-Device: one"), request(LIST, "X-Device: one")
    long = request(STATUS, "X-Device: " + "x" * 3000)
    answers, _ = asyncio.run(said(Lane, [first, other, first, long, long]))
    assert parsed == [first, long, long]
    assert answers.count(b"HTTP/1.1 200 OK") == 5


def test_only_so_many_lines_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headend.hotpath.gate.lane._MOST_KNOWN", 3)
    monkeypatch.setattr("headend.hotpath.gate.lane._known", known := dict[bytes, Any]())
    asyncio.run(said(Lane, [request(STATUS, f"X-Device: {number}") for number in range(10)]))
    assert [b"X-Device: 9" in lines for lines in known] == [False, False, True]


def test_a_request_in_many_pieces(lane: int) -> None:
    asked = request(STATUS) + LAST
    assert exchange(lane, *(asked[place : place + 7] for place in range(0, len(asked), 7))) == exchange(lane, asked)


def test_the_lane_is_taken(monkeypatch: pytest.MonkeyPatch, lane: int) -> None:
    taken: list[int] = []
    write = Lane._write
    monkeypatch.setattr(Lane, "_write", lambda self, answer: (taken.append(answer.status), write(self, answer)))
    exchange(lane, request(STATUS) + request(LIST, "Accept-Encoding: gzip") + LAST)
    assert taken == [200, 200]


def test_a_compressed_list_arrives(lane: int) -> None:
    received = exchange(lane, request(LIST, "Accept-Encoding: gzip") + LAST)
    head, _, rest = received.partition(b"\r\n\r\n")
    length = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index]
    assert b'"channels":[{"id":11' in gzip.decompress(rest[:length])
    assert rest[length:].startswith(b"HTTP/1.1 200 OK")


def test_an_idle_connection_is_closed_and_a_busy_one_is_not(lane: int) -> None:
    with socket.create_connection(("127.0.0.1", lane), 10) as connection:
        for _ in range(3):
            connection.sendall(request(STATUS))
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")
        assert connection.recv(1) == b""  # after KEEP_ALIVE_SECONDS


def test_the_address_comes_from_a_trusted_proxy_alone() -> None:
    asked = request(STATUS, "X-Forwarded-For: 203.0.113.9") + LAST
    for trusted, address in ((["127.0.0.1"], "203.0.113.9"), (["192.0.2.1"], "127.0.0.1"), ([], "127.0.0.1")):
        with serving(Lane, proxy_headers=True, forwarded_allow_ips=trusted) as (house, port):
            exchange(port, asked)
            assert [beat[1] for beat in house.gate._accounts.beats.take().values()] == [address]
