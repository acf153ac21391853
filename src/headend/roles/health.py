"""`/livez`, `/readyz` and `/metrics` of the web role.

livez: the process answers. readyz: it can do its work; `degraded` (still 200) means that it serves from what it has
in memory because something behind it is gone. metrics: Prometheus text format 0.0.4.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from headend.operators.queries import last_change

Check = dict[str, Any]
Checks = dict[str, Check]
Probe = Callable[[], Awaitable[Check]]
DATABASE_TIMEOUT = 2.0

log = logging.getLogger(__name__)


class Health:
    """Asks its probes; each answers an object with `ok` and what else is worth knowing.

    `is_usable` says of the answers whether the service can do its work, if not all of it; `worker_metrics` is the
    file that the worker leaves its figures in.
    """

    def __init__(self, probes: dict[str, Probe], is_usable: Callable[[Checks], bool], worker_metrics: Path) -> None:
        self._probes = probes
        self._is_usable = is_usable
        self._worker_metrics = worker_metrics

    async def live(self) -> tuple[int, str, bytes]:
        return 200, "text/plain; charset=utf-8", b"alive\n"

    async def ready(self) -> tuple[int, str, bytes]:
        checks = dict(
            zip(self._probes, await asyncio.gather(*(probe() for probe in self._probes.values())), strict=True)
        )
        usable = self._is_usable(checks)
        status = "not ready" if not usable else "ready" if all(check["ok"] for check in checks.values()) else "degraded"
        body = json.dumps({"status": status, "checks": checks}).encode()
        return (200 if usable else 503), "application/json", body

    async def metrics(self) -> tuple[int, str, bytes]:
        body = generate_latest(REGISTRY)
        try:
            body += self._worker_metrics.read_bytes()  # the worker is another process and leaves its figures there
        except FileNotFoundError:
            log.debug("the worker has left no figures yet")
        return 200, CONTENT_TYPE_LATEST, body


def answering(check: Callable[[], Check]) -> Probe:
    """Make a probe of a function that answers at once."""

    async def probe() -> Check:
        return check()

    return probe


class DatabaseProbe:
    """Asks the database for one row, in a thread of its own; a database that hangs counts as gone."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database-probe")
        self._asking: asyncio.Future[Check] | None = None

    async def __call__(self) -> Check:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().run_in_executor(self._thread, _ask_database)
        try:
            return await asyncio.wait_for(asyncio.shield(self._asking), DATABASE_TIMEOUT)
        except TimeoutError:
            return {"ok": False, "error": f"no answer within {DATABASE_TIMEOUT:g} s"}


def _ask_database() -> Check:
    try:
        connection.close_if_unusable_or_obsolete()
        last_change()
    except DatabaseError as error:
        connection.close()
        log.warning("the database does not answer: %s", error)
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True, "engine": connection.vendor}
