"""The gate as an ASGI application: which path is which call, and what goes around every call.

How the web role wires it:

    gate = Gate(records, time.time, GateSettings(public_url=..., secret=..., version=...), next_app=rest)
    await gate.start()            # at the start of the event loop: begins the background writing
    gate.apply(update)            # from the projector's thread, the first one complete, then at least every few
                                  # seconds one that may be empty: an empty one says that nothing has changed
    await gate.stop()             # at the end: writes what is left

Paths that the gate does not know go to `next_app`. `health()` is for /readyz: `ok` is False while the snapshot is
missing or older than `max_age_seconds`. `collect()` is for /metrics.
"""

import asyncio
import gc
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from headend.hotpath.gate import counters
from headend.hotpath.gate.accounts import AccountCalls, Attempts
from headend.hotpath.gate.answers import ALLOW, Answer, opened, plain, preflight, refused
from headend.hotpath.gate.asgi import Application, Receive, Scope, Send
from headend.hotpath.gate.asking import Asking
from headend.hotpath.gate.callers import Callers
from headend.hotpath.gate.categories import CategoryCalls
from headend.hotpath.gate.channels import ChannelCalls
from headend.hotpath.gate.counters import Metric, Sample
from headend.hotpath.gate.credentials import Credentials
from headend.hotpath.gate.errors import BadParameter, Forbidden, Later, Refusal, SessionUnknown, TooBusy, Unreadable
from headend.hotpath.gate.finds import FindCalls
from headend.hotpath.gate.interests import InterestCalls
from headend.hotpath.gate.lines import LineCalls
from headend.hotpath.gate.lists import Lists
from headend.hotpath.gate.open_calls import OpenCalls
from headend.hotpath.gate.packing import Tokened
from headend.hotpath.gate.portal import ClientCalls, PortalCalls
from headend.hotpath.gate.programmes import ProgrammeCalls
from headend.hotpath.gate.refusals import Line, Refusals
from headend.hotpath.gate.requests import Request, read_form
from headend.hotpath.gate.routes import Route, by_path, routes_of
from headend.hotpath.gate.rows import Addresses
from headend.hotpath.gate.settings import GateSettings
from headend.hotpath.gate.state import State, portions
from headend.hotpath.gate.streams import Playing, StreamCalls
from headend.hotpath.gate.token_checks import TokenChecks
from headend.hotpath.gate.watching import PlayNotice, hear, sweep_plays
from headend.kernel.cors import origins_of
from headend.playback.ports import Records, RecordsUnavailable, Update

_BEATS_IN_ONE_GO = 5000
_APPLIED_WITHIN = 10.0  # seconds; an event loop that is ending takes nothing any more
_REASONS = {400: "bad request", 405: "method not allowed", 413: "form too large", 414: "query too long", 415: "no form"}

log = logging.getLogger(__name__)


class Gate:
    """See the module. Everything but `apply` belongs to the event loop."""

    def __init__(
        self, records: Records, clock: Callable[[], float], settings: GateSettings, next_app: Application
    ) -> None:
        self.state = State(settings.locate)
        self._records = records
        self._clock = clock
        self._settings = settings
        self._next_app = next_app
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._writer: asyncio.Task[None] | None = None
        self._heard: float | None = None
        self._origins = frozenset(settings.origins)
        self._watching = 0
        self._asking = Asking()
        self._callers = Callers(self.state, records, self._asking)
        attempts = Attempts()
        self._accounts = AccountCalls(self.state, self._callers, records, self._asking, attempts, settings)
        self._playing = Playing(self.state)
        addresses = Addresses(settings.public_url)
        credentials = Credentials(self.state, self._callers, records, self._asking, attempts, settings.secret)
        lines = LineCalls(self.state, credentials, self._playing, addresses)
        self._routes = dict(by_path(self._calls(addresses)) | lines.routes())
        self._folders = lines.folders()

    def _calls(self, addresses: Addresses) -> Iterator[Route]:
        """The routes of the device API; `calls.GROUPS` names the classes."""
        state, callers, settings = self.state, self._callers, self._settings
        lists = Lists(state, addresses)
        yield from routes_of(self._accounts)
        yield from routes_of(PortalCalls(callers, addresses, settings, self.is_stale))
        channels = ChannelCalls(callers, lists)
        yield from routes_of(channels)
        yield from routes_of(CategoryCalls(callers, addresses))
        yield from routes_of(OpenCalls(state, callers, addresses, lists))
        yield from routes_of(ClientCalls(callers, addresses))
        yield from routes_of(InterestCalls(state, callers, addresses, lists, channels))
        yield from routes_of(FindCalls(state, callers, addresses))
        yield from routes_of(TokenChecks(state, callers))
        yield from routes_of(ProgrammeCalls(state, callers, addresses))
        yield from routes_of(StreamCalls(state, callers, self._playing, self._accounts.beats))

    # --- ASGI ---

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._route(scope["path"]) if scope["type"] == "http" else None
        if route is None:
            await self._next_app(scope, receive, send)
            return
        started = time.perf_counter()
        answer = self.answer_at_once(scope)
        if answer is None:
            answer = self._opened(scope, await self._answer(route, scope, receive))
            route.counter.count(answer.code, time.perf_counter() - started)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if isinstance(answer.body, bytes):
            await send({"type": "http.response.body", "body": answer.body})
        elif isinstance(answer.body, Tokened):
            await send({"type": "http.response.body", "body": answer.body.whole()})
        else:
            await _send_parts(answer.body, scope["method"], send)

    def answer_at_once(self, scope: Scope) -> Answer | None:
        """Answer a GET that waits for nobody and goes well, as nearly all do; None for everything else."""
        route = self._routes.get(scope["path"])
        if route is None or route.waits or scope["method"] != "GET":
            return None
        started = time.perf_counter()
        try:
            answer: Answer = route.call(Request(scope, int(self._clock())))
        except (Later, Refusal, Forbidden, SessionUnknown, Unreadable):
            return None
        route.counter.count(answer.code, time.perf_counter() - started)
        return self._opened(scope, answer)

    def _route(self, path: str) -> Route | None:
        return self._routes.get(path) or self._folders.get(path.partition("/")[2].partition("/")[0])

    def _opened(self, scope: Scope, answer: Answer) -> Answer:
        """Say who may read the answer in a browser: everybody, but with cookies only the portals we know."""
        for name, value in scope["headers"]:
            if name == b"origin":
                return opened(answer, value, self._origins)
        return answer

    async def _answer(self, route: Route, scope: Scope, receive: Receive) -> Answer:
        """Answer any call."""
        try:
            method = scope["method"]
            if method == "OPTIONS":
                return preflight()
            if method not in ("GET", "HEAD", "POST"):
                return plain(405, _REASONS[405], ALLOW)
            form = await read_form(scope, receive) if method == "POST" else ""
            request = Request(scope, int(self._clock()), form)
        except Unreadable as unreadable:
            return plain(unreadable.status, _REASONS[unreadable.status])
        try:
            return await self._call(route, request)
        except SessionUnknown as unknown:
            await self._callers.look_up(unknown.digest, request.now)
            request.looked_up = True
        return await self._call(route, request)

    async def _call(self, route: Route, request: Request) -> Answer:
        try:
            called: Any = route.call(request)
            answer: Answer = await called if route.waits else called
        except Later as later:
            answer = await later.answer()
        except (Refusal, Forbidden) as refusal:
            return self._refusal(route, request, refusal)
        return answer

    def _refusal(self, route: Route, request: Request, refusal: Refusal | Forbidden) -> Answer:
        if isinstance(refusal, Refusal):
            number = route.bad_parameter if isinstance(refusal, BadParameter) else refusal.number
            return refused(self._callers.wire_of_refused(request), number, refusal.message)
        after = [(b"retry-after", b"%d" % refusal.retry_after)] if refusal.retry_after else []
        return plain(refusal.status, refusal.reason, *after)

    # --- what the projector says ---

    def apply(self, update: Update) -> None:
        """Take in news, from any thread; when this returns, the gate answers by it."""
        if update.is_complete:
            fresh = State.of(update)
            # What has just been made lives long: no need to look through it for garbage again and again.
            gc.freeze()
            self._on_loop(self._become, fresh)
        else:
            for portion in portions(update):
                self._on_loop(self._take, portion)
        if self._loop is not None and threading.get_ident() != self._thread:
            applied = threading.Event()
            self._loop.call_soon_threadsafe(applied.set)
            applied.wait(_APPLIED_WITHIN)

    def _on_loop(self, do: Callable[..., None], *args: object) -> None:
        if self._loop is None or threading.get_ident() == self._thread:
            do(*args)
        else:
            self._loop.call_soon_threadsafe(do, *args)

    def _become(self, fresh: State) -> None:
        self.state.become(fresh, int(self._clock()))
        self._have_heard()

    def _take(self, portion: Update) -> None:
        self.state.apply(portion, int(self._clock()))
        self._have_heard()

    def _have_heard(self) -> None:
        self._heard = self._clock()
        portals = origins_of(operator.portal_url for operator in self.state.operators.values())
        self._origins = frozenset((*self._settings.origins, *portals))

    def is_stale(self) -> bool:
        """Say whether nothing was heard for longer than a snapshot may be old."""
        return self._heard is None or self._clock() - self._heard > self._settings.max_age_seconds

    # --- in the background ---

    async def start(self) -> None:
        """Begin to write beats and sign-outs down; from now on updates are applied on this event loop."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._writer = self._loop.create_task(self._write_regularly())

    async def stop(self) -> None:
        """Write down what is left and end."""
        if self._writer:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        await self.write()
        self._loop = None
        self._asking.close()

    async def _write_regularly(self) -> None:
        while True:
            await asyncio.sleep(self._settings.beat_seconds)
            await self.write()
            self._watching = sweep_plays(self.state.accounts.values(), int(self._clock()))

    async def write(self) -> None:
        """Write beats and sign-outs down; what the records do not take now is kept for the next time."""
        await self._accounts.write_sign_outs()
        beats = list(self._accounts.beats.take().items())
        for start in range(0, len(beats), _BEATS_IN_ONE_GO):
            try:
                await self._asking.ask(self._records.remember_beats, dict(beats[start : start + _BEATS_IN_ONE_GO]))
            except (RecordsUnavailable, TooBusy):
                self._accounts.beats.put_back(dict(beats[start:]))
                log.warning("the records are away; %s beats wait", len(beats) - start)
                return
        await self._write_refusals(self.state.refused_plays, self._records.remember_refused_plays)
        await self._write_refusals(self.state.refused_sign_ins, self._records.remember_refused_sign_ins)

    async def _write_refusals(self, refusals: Refusals[Line], remember: Callable[[Sequence[Line]], None]) -> None:
        refused = refusals.take()
        if not refused:
            return
        try:
            await self._asking.ask(remember, refused)
        except (RecordsUnavailable, TooBusy):
            refusals.put_back(refused)

    # --- beside other gates ---

    def begin_telling(self) -> None:
        """From now on `take_plays` is called several times a second, and what it gives is told to the other gates."""
        self.state.play_news.begin()

    def take_plays(self) -> list[PlayNotice]:
        """What the other gates should hear of who watches here."""
        return self.state.play_news.take()

    def hear_plays(self, notices: Iterable[PlayNotice]) -> None:
        """Take in what another gate tells of who watches there: limits count devices wherever they are served."""
        hear(self.state.accounts, notices)

    # --- what operations ask ---

    def health(self) -> dict[str, object]:
        """Say for /readyz how the gate is: not `ok` means that it answers from a snapshot that may be old."""
        age = None if self._heard is None else round(self._clock() - self._heard, 1)
        return {
            "ok": not self.is_stale() and not self._asking.is_down,
            "stale": self.is_stale(),
            "change": self.state.change,
            "age_seconds": age,
            "operators": len(self.state.operators),
            "accounts": len(self.state.accounts),
            "sessions": len(self.state.seats),
            "beats_waiting": len(self._accounts.beats),
        }

    def collect(self) -> Iterator[Metric]:
        """Give the figures for /metrics."""
        routes = {route.counter.call: route for route in (*self._routes.values(), *self._folders.values())}
        yield from counters.collect(route.counter for route in routes.values())
        age = -1.0 if self._heard is None else self._clock() - self._heard
        gauges = {
            "headend_gate_accounts": ("Accounts in memory.", len(self.state.accounts)),
            "headend_gate_sessions": ("Signed-in devices in memory.", len(self.state.seats)),
            "headend_gate_plays": ("Devices that watch, some seconds ago.", self._watching),
            "headend_gate_beats_waiting": ("Beats not yet written down.", len(self._accounts.beats)),
            "headend_gate_change": ("Number of the last change taken in.", self.state.change),
            "headend_gate_age_seconds": ("Time since the projector was heard of; -1: never.", age),
        }
        for name, (text, value) in gauges.items():
            yield Metric(name, text, "gauge", [Sample(name, {}, value)])


async def _send_parts(parts: Iterable[bytes], method: str, send: Send) -> None:
    if method != "HEAD":
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
