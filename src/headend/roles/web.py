"""The web role: one port that answers everything.

The gate (device calls) first, then health and the streams, and Django, in threads, for all the rest.
"""

import argparse
import asyncio
import logging
import socket
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import uvicorn
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from prometheus_client import REGISTRY

from headend import __version__
from headend.adapters.geo.mmdb import locator_for
from headend.hotpath.gate import Gate, GateSettings
from headend.hotpath.origin.app import Origin
from headend.interfaces.wire import dispatch
from headend.roles.connection import Connection
from headend.roles.gate_feed import Feed, feed
from headend.roles.gate_records import DjangoRecords
from headend.roles.health import DatabaseProbe, Health, Probe, answering
from headend.roles.metrics import BUILD, CONSOLE_REQUESTS, CONSOLE_SECONDS, GateFigures
from headend.roles.neighbours import Neighbours
from headend.roles.processes import listening_socket
from headend.settings.config import Config, current
from headend.settings.keys import ORIGIN, PLAYLISTS, SEALING, key

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

GRACE_SECONDS = 3
SNAPSHOT_SECONDS = 10  # how long callers wait at the start when the records are away
ORIGIN_PATH = "/origin"

log = logging.getLogger(__name__)


def main(arguments: list[str]) -> None:
    """Serve on the listening socket that the supervisor gives, or on host and port of the settings."""
    parser = argparse.ArgumentParser(prog="headend.roles web")
    parser.add_argument("--socket", type=int, help="file descriptor of a listening socket")
    parser.add_argument("--port", type=int, help="a further port, on 127.0.0.1, of this process alone")
    given = parser.parse_args(arguments)
    config = current()
    shared = socket.socket(fileno=given.socket) if given.socket else listening_socket(config.host, config.port)
    own = [listening_socket("127.0.0.1", given.port)] if given.port else []
    server = uvicorn.Server(
        uvicorn.Config(
            build(config, given.port),
            loop="uvloop",
            http=Connection,
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            proxy_headers=True,
            forwarded_allow_ips=list(config.trusted_proxies),
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    server.run(sockets=[shared, *own])


def build(config: Config, own_port: int | None = None) -> Application:
    """The whole of the web role as one ASGI application; `own_port` names this process where there are several."""
    BUILD.info({"version": __version__})
    sealing_key = key(config.data / SEALING)
    records = DjangoRecords(sealing_key)
    console = count_console(WSGIMiddleware(get_wsgi_application(), workers=config.web_threads))  # type: ignore[arg-type]
    origin = Origin(config.data / "loops", key(config.data / ORIGIN))
    front = Front(mounted(ORIGIN_PATH, origin, console))
    gate_settings = GateSettings(
        public_url=config.base_url,
        secret=key(config.data / PLAYLISTS),
        version=__version__,
        list_refresh_seconds=config.list_refresh_seconds,
        locate=locator_for(config.geo_file),
    )
    gate = Gate(records, time.time, gate_settings, next_app=front)
    gate_feed = feed(gate, records, sealing_key, config.base_url)
    dispatch.after_write = gate_feed.catch_up  # who has written reads what it wrote
    REGISTRY.register(GateFigures(gate.collect))
    front.open(gate, gate_feed, config.data / "worker.prom")
    if own_port is not None:
        others = [str(port) for port in config.web_ports if port != own_port]
        front.neighbours = Neighbours(gate, config.data / "gates", str(own_port), others)
    return gate


class Front:
    """What the gate hands on: health is answered here, the rest goes on. Starts and stops the gate and its feed."""

    def __init__(self, rest: Application) -> None:
        self._rest = rest
        self.neighbours: Neighbours | None = None

    def open(self, gate: Gate, gate_feed: Feed, worker_metrics: Path) -> None:
        """Learn about the gate, which is made with this object and so comes after it."""
        self._gate, self._feed = gate, gate_feed
        probes: dict[str, Probe] = {
            "database": DatabaseProbe(),
            "gate": answering(gate.health),
            "feed": answering(gate_feed.health),
        }
        health = Health(probes, lambda checks: has_snapshot(checks["gate"]), worker_metrics)
        self._own = {"/livez": health.live, "/readyz": health.ready, "/metrics": health.metrics}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        own = self._own.get(scope["path"])
        if own is None:
            await self._rest(scope, receive, send)
            return
        status, content_type, body = await own()
        headers = [
            (b"content-type", content_type.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _live(self, receive: Receive, send: Send) -> None:
        """ASGI's lifespan: told when the event loop begins and before it ends.

        Until it says that the start is complete, callers wait: better than to tell a device that nobody knows it.
        """
        await receive()
        await self._gate.start()
        if self.neighbours:
            await self.neighbours.start()
        self._feed.start()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._snapshot(), SNAPSHOT_SECONDS)
        await send({"type": "lifespan.startup.complete"})
        warming = asyncio.create_task(asyncio.to_thread(import_module, settings.ROOT_URLCONF))
        await receive()
        warming.cancel()
        await asyncio.to_thread(self._feed.stop)
        if self.neighbours:
            await self.neighbours.stop()
        await self._gate.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _snapshot(self) -> None:
        while not has_snapshot(self._gate.health()):
            await asyncio.sleep(0.02)


def has_snapshot(gate: dict[str, Any]) -> bool:
    """Say of the gate's health whether there is anything to answer from, however old."""
    return gate["age_seconds"] is not None


def mounted(path: str, application: Application, rest: Application) -> Application:
    """Hand what is below `path` to `application`, with `path` as its root, and the rest to `rest`."""
    below = path + "/"

    async def choose(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(below):
            await application({**scope, "root_path": path}, receive, send)
        else:
            await rest(scope, receive, send)

    return choose


def count_console(application: Application) -> Application:
    """Count what `application` answers and how long it takes."""

    async def counted(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await application(scope, receive, watch)
        finally:
            method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST") else "other"
            CONSOLE_REQUESTS.labels(method, f"{status // 100}xx").inc()
            CONSOLE_SECONDS.observe(time.perf_counter() - started)

    return counted
