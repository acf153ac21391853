"""What stands around the gate in tests: records that are not there, a clock that is set, and a caller."""

import asyncio
import json
import weakref
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from tests.hotpath.gate.snapshots import NOW, PUBLIC_URL, SNAPSHOT

from headend.hotpath.gate import Gate, GateSettings
from headend.messaging.rules import Notices
from headend.playback.ports import RecordsUnavailable
from headend.subscribers.rules import Refused, RefusedSignIn, SessionView, SignedIn, SignInRefusal, SignInRequest
from headend.viewing.rules import RefusedPlay

API = "/tvmiddleware/api"
SECRET = "a secret for the addresses in playlists"


@dataclass
class FakeRecords:
    """Records as the gate may meet them; `is_away` makes every question fail."""

    is_away: bool = False
    answer: SignedIn | Refused = field(default_factory=lambda: Refused(SignInRefusal.NO_ACCOUNT))
    passwords: dict[tuple[int, int, str], int] = field(default_factory=dict)
    sessions: dict[str, SessionView] = field(default_factory=dict)
    asked: list[SignInRequest] = field(default_factory=list)
    signed_out: list[str] = field(default_factory=list)
    checked: list[tuple[int, int, str]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    beats: dict[str, tuple[int, str]] = field(default_factory=dict)
    refused_plays: list[RefusedPlay] = field(default_factory=list)
    refused_sign_ins: list[RefusedSignIn] = field(default_factory=list)
    notices: list[Notices] = field(default_factory=list)
    noticed: list[str] = field(default_factory=list)

    def _answer(self) -> None:
        if self.is_away:
            raise RecordsUnavailable("away")

    def sign_in(self, request: SignInRequest, now: int) -> SignedIn | Refused:
        self._answer()
        self.asked.append(request)
        return self.answer

    def sign_in_together(self, requests: Sequence[SignInRequest], now: int) -> list[SignedIn | Refused]:
        return [self.sign_in(request, now) for request in requests]

    def sign_out(self, token_digest: str) -> None:
        self._answer()
        self.signed_out.append(token_digest)

    def check_password(self, operator_id: int, number: int, password: str) -> int | None:
        self._answer()
        self.checked.append((operator_id, number, password))
        return self.passwords.get((operator_id, number, password))

    def find_session(self, token_digest: str) -> SessionView | None:
        self._answer()
        self.looked_up.append(token_digest)
        return self.sessions.get(token_digest)

    def take_notices(self, token_digest: str, now: int) -> Notices:
        self._answer()
        self.noticed.append(token_digest)
        return self.notices.pop(0) if self.notices else Notices()

    def remember_beats(self, beats: dict[str, tuple[int, str]]) -> None:
        self._answer()
        self.beats |= beats

    def remember_refused_plays(self, refusals: Sequence[RefusedPlay]) -> None:
        self._answer()
        self.refused_plays += refusals

    def remember_refused_sign_ins(self, refusals: Sequence[RefusedSignIn]) -> None:
        self._answer()
        self.refused_sign_ins += refusals


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Got:
    """An answer: headers by lower-case name, cookies apart."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["content-type"].startswith("application/json"), self.body
        return json.loads(self.body)

    @property
    def xml(self) -> ElementTree.Element:
        assert self.headers["content-type"].startswith("text/xml"), self.body
        return ElementTree.fromstring(self.body)


async def _nobody(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": [(b"x-from", b"the next application")]})
    await send({"type": "http.response.body", "body": b""})


class House:
    """A gate with everything around it."""

    def __init__(self, **settings: Any) -> None:
        self.records = FakeRecords()
        self.clock = Clock()
        given = {"public_url": PUBLIC_URL, "secret": SECRET, "version": "1.0"} | settings
        self.gate = Gate(self.records, self.clock, GateSettings(**given), _nobody)
        # Whoever asked the records left threads waiting; hundreds of them add up in one test process.
        weakref.finalize(self, self.gate._asking.close)
        self.gate.apply(SNAPSHOT)

    def call(
        self, path: str, /, *, key: str | None = None, headers: dict[str, str] | None = None, **params: Any
    ) -> Got:
        """Call the device API: `/channel/list/` with these parameters; `key` is the operator's."""
        given = {"client_id": "1"} | ({} if key is None else {"api_key": key}) | params
        return self.get(API + path, headers=headers, **given)

    def get(self, path: str, /, *, headers: dict[str, str] | None = None, **params: Any) -> Got:
        return self.ask("GET", path, urlencode(params), headers=headers)

    def ask(
        self,
        method: str,
        path: str,
        query: str | bytes = b"",
        *,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        address: str = "192.0.2.1",
    ) -> Got:
        """Ask as a server would: `query` is not decoded, `path` is."""
        raw = query.encode() if isinstance(query, str) else query
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": raw,
            "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
            "client": (address, 50_000),
        }
        return asyncio.run(_exchange(self.gate, scope, body))


async def _exchange(app: Callable[..., Awaitable[None]], scope: dict[str, Any], body: bytes) -> Got:
    sent: list[dict[str, Any]] = []
    halves = [body[: len(body) // 2], body[len(body) // 2 :]]

    async def receive() -> dict[str, Any]:
        part = halves.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(halves)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *parts = sent
    headers = [(name.decode(), value.decode()) for name, value in start["headers"]]
    got = b"".join(part["body"] for part in parts)
    told = dict(headers).get("content-length")
    if told is not None and scope["method"] != "HEAD":
        assert int(told) == len(got)
    return Got(start["status"], dict(headers), [value for name, value in headers if name == "set-cookie"], got)
