"""What a hostile client can send before it is known what it wants."""

import asyncio
import socket
from collections.abc import Sequence

import pytest
import uvicorn

from headend.roles import connection


async def answer(_scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def conversation(parts: Sequence[bytes]) -> bytes:
    """Send these parts to a server of one connection class, and answer all that comes until it closes."""
    listener = socket.create_server(("127.0.0.1", 0))
    options = {"http": connection.Connection, "ws": "none", "lifespan": "off", "log_config": None}
    server = uvicorn.Server(uvicorn.Config(answer, timeout_keep_alive=1, **options))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    received = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        received = await reader.read()
    except ConnectionResetError:
        received = b"reset"
    finally:
        writer.close()
        server.should_exit = True
        await serving
    return received


def talk(*parts: bytes) -> bytes:
    return asyncio.run(conversation(parts))


HEAD = b"GET / HTTP/1.1\r\nHost: tv\r\n"
BAD = b"HTTP/1.1 400 Bad Request"


def test_a_usual_request_is_answered():
    assert talk(HEAD + b"Connection: close\r\n\r\n").endswith(b"\r\n\r\nok")


def test_a_head_in_many_pieces_is_answered():
    request = HEAD + b"Connection: close\r\n\r\n"
    assert talk(*(request[place : place + 1] for place in range(len(request)))).endswith(b"\r\n\r\nok")


def test_a_long_body_right_behind_the_head_is_no_long_head():
    body = b"x" * 500_000
    head = b"POST / HTTP/1.1\r\nHost: tv\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert talk(head + body).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "endless",
    [b"a: b\r\n" * 1000, b"x" * 10_000, b"a" * 10_000 + b": b\r\n"],
    ids=["many headers", "one header's name", "long names"],
)
def test_a_head_that_does_not_end_is_refused(endless):
    received = talk(HEAD, *[endless] * 100)
    assert received == b"reset" or received.startswith(BAD)


def test_an_address_that_does_not_end_is_refused():
    received = talk(b"GET /", *[b"a" * 10_000] * 100)
    assert received == b"reset" or received.startswith(BAD)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", HEAD], ids=["nothing", "half a line", "half a head"])
def test_a_head_that_does_not_come_is_not_waited_for(monkeypatch, sent):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    assert talk(sent) == b""


def test_a_second_head_on_the_same_connection_is_not_waited_for_either(monkeypatch):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    assert talk(HEAD + b"\r\n", b"GET / HT").count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize("request_line", [b"GET \xff\xfe HTTP/1.1", b"\x16\x03\x01", b"GET / HTTP/9.9", b"\0" * 20])
def test_what_is_no_http_is_refused(request_line):
    assert talk(request_line + b"\r\nHost: tv\r\n\r\n").startswith(BAD)
