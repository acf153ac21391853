"""Lets devices live: their steps in time, over real connections.

A step is due when its pause is over, not when this process comes to it, and an answer's time counts from then: waiting
in line is not forgotten. Connections are shared by all devices, as many as are needed at once.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import aiohttp

from headend.simulator.report import Report
from headend.simulator.rules import Ask, Life, Oddity, Pause
from headend.simulator.wire import UNREADABLE, Answer, address

LONGEST = 20.0  # seconds for one answer


@dataclass(frozen=True, slots=True)
class Service:
    """Where the devices ask, as whose subscribers."""

    target: str
    client_id: int


@dataclass(frozen=True, slots=True)
class PowerCut:
    """All devices are off `at` seconds after the beginning for `away` seconds, and come back within `back`."""

    at: float
    away: float
    back: float


class Crew:
    """Devices of one service. `speed` is how much faster than ours their time goes; `packed`, that they take gzip."""

    def __init__(self, service: Service, report: Report, *, speed: float = 1.0, packed: bool = True) -> None:
        self.report = report
        self._service = service
        self._speed = speed
        self._headers = {"Accept-Encoding": "gzip" if packed else "identity"}
        self._http: aiohttp.ClientSession

    async def all_of(self, lives: Iterable[Life], rate: float) -> None:
        """Let finite lives begin, `rate` a second, and see them all to their end."""
        async with self._session():
            begun, tasks = time.monotonic(), []
            for place, life in enumerate(lives):
                due = begun + place / rate
                await _until(due)
                tasks.append(asyncio.ensure_future(self._live(life, due, place)))
            await asyncio.gather(*tasks)

    async def for_a_while(
        self, lives: Sequence[Callable[[], Life]], seconds: float, arrive: float, cut: PowerCut | None = None
    ) -> None:
        """Let lives without an end begin within `arrive` seconds, and end them all; `cut` lets them begin anew."""
        end = time.monotonic() + seconds
        if cut and cut.at < seconds:
            await self._together(lives, time.monotonic() + cut.at, arrive)
            await _until(time.monotonic() + cut.away)
            arrive = cut.back
        await self._together(lives, end, arrive)

    async def _together(self, lives: Sequence[Callable[[], Life]], end: float, arrive: float) -> None:
        """Connections and all are gone at the end, as in a power cut."""
        async with self._session():
            begun = time.monotonic()
            due = (begun + arrive * place / len(lives) for place in range(len(lives)))
            tasks = [
                asyncio.ensure_future(self._live(begin(), at, place))
                for place, (begin, at) in enumerate(zip(lives, due, strict=True))
            ]
            await asyncio.wait(tasks, timeout=end - begun)
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome

    def _session(self) -> aiohttp.ClientSession:
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=LONGEST),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
        )
        return self._http

    async def _live(self, life: Life, due: float, place: int) -> None:
        await _until(due)
        answer: Answer | None = None
        while True:
            try:
                step = life.send(answer)
            except StopIteration:
                return
            answer = None
            if isinstance(step, Ask):
                answer = await self._ask(step, due, place)
                due = time.monotonic()
            elif isinstance(step, Pause):
                due += step.seconds / self._speed
                await _until(due)
            elif isinstance(step, Oddity):
                self.report.oddities[step.what] += 1

    async def _ask(self, step: Ask, due: float, place: int) -> Answer | None:
        url = address(self._service.target, step.call, self._service.client_id, step.parameters)
        # Attempts to sign in count by address, and behind a proxy devices have addresses of their own.
        own = {"X-Forwarded-For": f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"}
        try:
            async with self._http.get(url, headers=own) as got:
                answer, status = Answer(await got.read()), got.status
        except (aiohttp.ClientError, TimeoutError) as error:
            self.report.failures[step.call, type(error).__name__] += 1
            return None
        self.report.seconds[step.call].append(time.monotonic() - due)
        self.report.bytes[step.call] += len(answer.body)
        return self._judged(step.call, status, answer)

    def _judged(self, call: str, status: int, answer: Answer) -> Answer | None:
        if status >= 500 or answer.error == UNREADABLE:
            self.report.failures[call, f"HTTP {status}"] += 1
            return None
        if answer.error:
            self.report.refusals[call, f"{answer.error} {answer.reason}"] += 1
        return answer


async def _until(moment: float) -> None:
    while (early := moment - time.monotonic()) > 0:
        await asyncio.sleep(early)
