"""A short way through uvicorn for what devices ask all day.

uvicorn makes a task, an event and a cycle of messages for every request; that costs more than the answer. A connection
with a lane lets the gate answer in the parser's callback and writes the answer out. Whatever is not a plain GET that
the gate answers at once goes the usual way, so that there is one meaning and two speeds.

    uvicorn.Config(gate, http=Lane, ...)  # or a class derived from it
"""

import re
from asyncio import Transport
from asyncio.events import TimerHandle
from functools import lru_cache
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from headend.hotpath.gate.answers import Answer, written
from headend.hotpath.gate.app import Gate
from headend.hotpath.gate.packing import Tokened


class _Nobody:
    """Stands where uvicorn keeps who waits for the rest of a request."""

    def set(self) -> None:
        """Nobody waits."""


class _Answered:
    """Stands where uvicorn keeps the request it is at: it has been answered."""

    response_complete = True
    message_event = _Nobody()


_ANSWERED: Any = _Answered()

_PLAIN = re.compile(rb"GET (/[!-~]*) HTTP/1\.1").fullmatch
_MOST_KNOWN = 1024
_LONGEST_KNOWN = 2048  # bytes

_known: dict[bytes, list[tuple[bytes, bytes]]] = {}
"""Of requests that were answered at once: all that came after the request line, and the headers read there."""


def _remember(rest: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    if len(_known) >= _MOST_KNOWN:
        del _known[next(iter(_known))]
    _known[rest] = headers


@lru_cache(maxsize=4)
def _default_block(*headers: tuple[bytes, bytes]) -> bytes:
    """What every answer has: the date, which changes once a second."""
    return written(list(headers))


class Lane(HttpToolsProtocol):
    """uvicorn's connection over httptools, with a lane to the application if that is a gate."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        application = self.config.app
        self._gate = application if isinstance(application, Gate) else None
        proxied = self.config.loaded_app
        self._trusted: Any = proxied.trusted_hosts if isinstance(proxied, ProxyHeadersMiddleware) else ()
        self._is_behind_proxy = False
        self._begun = 0  # requests in what was received last
        self._is_between = True  # two requests: the parser has nothing of the next one yet
        self._answered_at = 0.0
        self._is_idle = False  # since an answer of the lane
        self._idle_timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._is_behind_proxy = self.client is not None and self.client[0] in self._trusted

    def data_received(self, data: bytes) -> None:
        """Answer a request whose header lines are known; let the parser read all else."""
        line, _, rest = data.partition(b"\r\n") if len(data) <= _LONGEST_KNOWN else (b"", b"", b"")
        plain = _PLAIN(line) if self._is_between else None
        if plain and rest in _known and self._answers_known(plain[1], _known[rest]):
            return
        self._begun = 0
        super().data_received(data)
        if plain and self._begun == 1 and self._is_between and self.cycle is _ANSWERED:
            _remember(rest, self.headers)

    def _answers_known(self, url: bytes, headers: list[tuple[bytes, bytes]]) -> bool:
        """Answer a request that differs from one before in its address alone; False when that takes longer."""
        cycle = self.cycle
        if self.flow.write_paused or not (cycle is None or cycle.response_complete):
            return False
        self.url, self.headers = url, headers
        answer = self._answer_at_once()
        if answer is None:
            return False
        self._unset_keepalive_if_required()
        self._finish(answer)
        return True

    def on_message_begin(self) -> None:
        """Begin as uvicorn does, but for the scope: the lane needs only a part of it."""
        self._is_idle = self._is_between = False
        self._begun += 1
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        answer = self._answer_at_once() if self._gate and self._is_plain() else None
        if answer is None:
            self._go_the_usual_way()
        else:
            self._finish(answer)

    def _finish(self, answer: Answer) -> None:
        self.cycle = _ANSWERED
        self.server_state.total_requests += 1
        self._write(answer)
        self._await_next()

    def on_message_complete(self) -> None:
        self._is_between = True
        if self.cycle is not _ANSWERED:
            super().on_message_complete()

    def _go_the_usual_way(self) -> None:
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers  # the scope has this very list
        super().on_headers_complete()

    def _await_next(self) -> None:
        """Close the connection when nothing comes for a while; the timer is set once, not for every answer."""
        self._is_idle, self._answered_at = True, self.loop.time()
        if self._idle_timer is None and not self.transport.is_closing():
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._look_whether_idle)

    def _look_whether_idle(self) -> None:
        self._idle_timer = None
        waited = self.loop.time() - self._answered_at
        if not self._is_idle or self.transport.is_closing():
            return
        if waited >= self.timeout_keep_alive:
            self.transport.close()
        else:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive - waited, self._look_whether_idle)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        super().connection_lost(exc)

    def _is_plain(self) -> bool:
        """Say whether nothing else is under way here and the connection goes on after the answer."""
        cycle, parser = self.cycle, self.parser
        return (
            (cycle is None or cycle.response_complete)
            and parser.get_method() == b"GET"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not (self.flow.write_paused or self.expect_100_continue or parser.should_upgrade())
        )

    def _answer_at_once(self) -> Answer | None:
        path, _, query = self.url.partition(b"?")
        if not path.isascii() or b"%" in path or self.root_path:
            return None
        scope = {
            "method": "GET",
            "path": path.decode("ascii"),
            "query_string": query,
            "headers": self.headers,
            "client": self.client,
        }
        if self._is_behind_proxy:
            self._name_client(scope)
        return self._gate.answer_at_once(scope) if self._gate else None

    def _name_client(self, scope: dict[str, Any]) -> None:
        """Take the client's address from a trusted proxy, as uvicorn's middleware does."""
        said = [value for name, value in self.headers if name == b"x-forwarded-for"]
        if said:
            host, port = self._trusted.get_trusted_client_address(b", ".join(said).decode("latin-1"))
            scope["client"] = (host, port) if host else self.client

    def _write(self, answer: Answer) -> None:
        default = _default_block(*self.server_state.default_headers)
        head = b"".join((STATUS_LINE[answer.status], default, answer.block or written(answer.headers), b"\r\n"))
        body = answer.body
        if isinstance(body, bytes):
            self.transport.write(head + body)  # a second write would cost more than the copy
        elif isinstance(body, Tokened):
            self.transport.write(body.whole(head))
        else:
            raise TypeError("what comes in parts is not answered at once")
