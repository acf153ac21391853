"""Posting to real servers: that answer well, badly, slowly, elsewhere, or are none of ours to reach."""

import socket
import time
from collections.abc import Iterator
from threading import Thread

import pytest
from tests.ports.webhooks.receiver import LOCAL, Receiver, receiver

from headend.adapters.webhooks import http
from headend.adapters.webhooks.http import post
from headend.webhooks.errors import NotDelivered

BODY = '{"type":"test","text":"Привет"}'.encode()


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def test_it_arrives_as_it_is(server: Receiver) -> None:
    assert post(f"{server.url}/hook?a=1", {"webhook-id": "evt_1"}, BODY, allowed=LOCAL) == 200
    (got,) = server.got
    assert (got.path, got.number, got.body) == ("/hook?a=1", "evt_1", BODY)
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"].startswith("headend/")


@pytest.mark.parametrize("status", [201, 202, 204])
def test_every_2xx_is_good(server: Receiver, status: int) -> None:
    server.answers = lambda got: (status, 0)
    assert post(server.url, {}, BODY, allowed=LOCAL) == status


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 410, 429, 500, 503])
def test_the_others_are_not_and_redirects_are_not_followed(server: Receiver, status: int) -> None:
    server.answers = lambda got: (status, 0)
    with pytest.raises(NotDelivered) as failed:
        post(server.url, {}, BODY, allowed=LOCAL)
    assert (failed.value.status, len(server.got)) == (status, 1)


def test_a_slow_one_is_not_waited_for(server: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.3)
    server.answers = lambda got: (200, 2)
    began = time.monotonic()
    with pytest.raises(NotDelivered):
        post(server.url, {}, BODY, allowed=LOCAL)
    assert time.monotonic() - began < 1.5


def test_a_trickle_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_trickle, args=(listener,), daemon=True).start()
        began = time.monotonic()
        with pytest.raises(NotDelivered):
            post(f"http://127.0.0.1:{listener.getsockname()[1]}", {}, BODY, allowed=LOCAL)
        assert time.monotonic() - began < 3


def _trickle(listener: socket.socket) -> None:
    caller, _ = listener.accept()
    with caller:
        caller.recv(65536)
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            try:
                caller.sendall(b"x")
            except OSError:
                return
            time.sleep(0.1)


def test_nobody_listens(free_port: int) -> None:
    with pytest.raises(NotDelivered) as failed:
        post(f"http://127.0.0.1:{free_port}", {}, BODY, allowed=LOCAL)
    assert failed.value.status == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f000001", "[::1]", "169.254.169.254", "10.0.0.1"])
def test_the_own_network_is_not_reached(server: Receiver, host: str) -> None:
    port = server.url.rpartition(":")[2]
    with pytest.raises(NotDelivered):
        post(f"http://{host}:{port}/", {}, BODY, allowed=())
    assert server.got == []


@pytest.mark.parametrize("url", ["", "x", "ftp://example.com/", "http://", "http://[", "http://a b/"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(NotDelivered):
        post(url, {}, BODY, allowed=LOCAL)
