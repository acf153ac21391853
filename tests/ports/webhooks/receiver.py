"""A real server that takes webhooks as somebody's system does, or does not."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

import msgspec

from headend.webhooks.rules import signed

LOCAL = ("127.0.0.0/8",)


@dataclass
class Got:
    """A request: its headers by small names, and its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def number(self) -> str:
        return self.headers["webhook-id"]

    def is_signed_with(self, secret: str) -> bool:
        """Whether it was signed as the specification says."""
        own = signed(secret, self.number, int(self.headers["webhook-timestamp"]), self.body)
        return own["webhook-signature"] == self.headers["webhook-signature"]


@dataclass
class Receiver:
    """What it got, in order. `answers` says with which status, after so many seconds; 200 at once if it is not set."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: Callable[[Got], tuple[int, float]] = lambda got: (200, 0.0)
    lock: Lock = field(default_factory=Lock)

    def told(self) -> list[tuple[str, Any]]:
        """Events and the numbers of their records."""
        return [(got.json["type"], got.json["data"].get("id")) for got in self.got]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a receiver on a free port."""
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got = Got(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            with made.lock:
                made.got.append(got)
            status, seconds = made.answers(got)
            time.sleep(seconds)
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", f"{made.url}/elsewhere")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        made.url = f"http://127.0.0.1:{running.server_port}"
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield made
        finally:
            running.shutdown()
            thread.join()
