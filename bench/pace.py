"""Asks a server at a set pace, whatever it answers and when: `python -m bench.pace PLAN` in a process of its own.

The plan is a JSON file: {"port", "rate" (of visits, a second), "visits": [[request, ...], ...]}. A visit is what one
device asks, one after the other on one connection; TOKEN in a request stands for the token that the visit's sign-in
brought. Visits begin when they are due, not when the server is ready for them, and the time of an answer counts from
when its visit, or the answer before it, was due: waiting in line is not forgotten.
"""

import asyncio
import json
import re
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import uvloop

LONGEST = 20.0  # seconds for one answer
_TOKEN = re.compile(rb'"authkey":"([^"]+)"')
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class _Line(asyncio.Protocol):
    """A connection on which one answer at a time is awaited."""

    def __init__(self) -> None:
        self._waiting: asyncio.Future[bytes] | None = None
        self._parts: list[bytes] = []
        self._missing: int | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the server closed the connection"))

    def ask(self, request: bytes) -> "asyncio.Future[bytes]":
        self._waiting = asyncio.get_running_loop().create_future()
        self._parts, self._missing = [], None
        self._transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        if self._missing is None:
            head = b"".join(self._parts)
            end = head.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _LENGTH.search(head, 0, end)
            self._missing = int(length[1]) + end + 4 - len(head) if length else 0
        else:
            self._missing -= len(data)
        if self._missing <= 0 and self._waiting and not self._waiting.done():
            self._waiting.set_result(b"".join(self._parts))


class _Pace:
    def __init__(self, port: int) -> None:
        self._port = port
        self._lines: deque[_Line] = deque()
        self.seconds: list[float] = []
        self.failures: list[str] = []

    async def visit(self, requests: list[str], due: float) -> None:
        token = b""
        line = self._lines.popleft() if self._lines else await self._connect()
        for request in requests:
            try:
                answer = await asyncio.wait_for(line.ask(request.encode().replace(b"TOKEN", token)), LONGEST)
            except (TimeoutError, OSError) as error:
                self.failures.append(f"{type(error).__name__}: {request[:80]}")
                return
            now = time.monotonic()
            self.seconds.append(now - due)
            due = now
            if not _is_good(answer):
                self.failures.append(f"{request[:60]} -> {answer[:200]!r}")
            found = _TOKEN.search(answer, 0, 4096)
            token = found[1] if found else token
        self._lines.append(line)

    async def _connect(self) -> _Line:
        _, line = await asyncio.get_running_loop().create_connection(_Line, "127.0.0.1", self._port)
        return line


def _is_good(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200") and b'"error":0' in answer[-4096:]


async def _run(plan: dict[str, Any]) -> dict[str, Any]:
    pace = _Pace(plan["port"])
    begun, visits = time.monotonic(), []
    for number, requests in enumerate(plan["visits"]):
        due = begun + number / plan["rate"]
        while (early := due - time.monotonic()) > 0:
            await asyncio.sleep(early)
        visits.append(asyncio.ensure_future(pace.visit(requests, due)))
    await asyncio.gather(*visits)
    return {
        "answers": len(pace.seconds),
        "seconds": time.monotonic() - begun,
        "failures": len(pace.failures),
        "first_failures": pace.failures[:3],
        **_percentiles(sorted(pace.seconds)),
    }


def _percentiles(ordered: list[float]) -> dict[str, float]:
    def share(part: float) -> float:
        return round(1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))], 3) if ordered else 0.0

    return {"p50_ms": share(0.5), "p99_ms": share(0.99)}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_run(json.loads(Path(sys.argv[1]).read_text())))))
