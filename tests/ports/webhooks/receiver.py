"""A real server that takes webhooks as somebody's system does, or does not."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import msgspec
from tests.web_server import Quiet, web_server

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

    class Handler(Quiet):
        def do_POST(self) -> None:
            got = Got(self.path, {name.lower(): value for name, value in self.headers.items()}, self.body())
            with made.lock:
                made.got.append(got)
            status, seconds = made.answers(got)
            time.sleep(seconds)
            where = {"Location": f"{made.url}/elsewhere"} if status in (301, 302, 307) else {}
            self.answer(status, b"ok", **where)

    with web_server(Handler) as running:
        made.url = running.url
        yield made
