"""The whole service under the load of the published test of the product it replaces, and nginx under the same.

A web role over SQLite with 100,000 accounts, 480 channels and a guide of seven days is started; how long that takes
until a device gets its list is `cold_start_s`. Then devices come that sign in again and fetch all anew, the storm after
a restart; then the eight calls in their published proportions at the published peak, 562 a second; then as many as one
core answers, of which nginx, serving the same bytes as files, is the measure. Source: the vendor's load test of 2016
with 100,000 users, by endpoint (requests a second): see MIX.
"""

import json
import os
import random
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.gate_service import ACCOUNTS, device_uid, token
from bench.nginx import CLIENT_CORE, alone_on, cpu_seconds, files, free_port, load, pinned, resident_bytes
from headend.simulator.rules import Ask
from headend.simulator.wire import API, address

RATE = 562
SECONDS = 20
STORM_ARRIVALS = 115  # devices a second, as they came in the published test
STORM_SECONDS = 10
ROUNDS, ROUND_SECONDS, WARM_UP_SECONDS = 16, 2, 8  # so many, for neighbours of the machine come and go
MIX = {
    "/account/status/": 88.8,
    "/channel/list/": 92.4,
    "/channel/programs/": 65.1,
    "/channel/url/": 65.9,
    "/health/check/": 70.4,
    "/portal/settings/list/": 95.7,
    "/program/list/": 65.3,
    "/program/url/": 18.3,
}
PROGRAMME_DAYS = 3  # make a list of programmes about as long as the published one, 79 KB


def measure(work: Path) -> dict[str, dict[str, float]]:
    """Give figures, limits and the ratio; see the module."""
    environment = os.environ | {"HEADEND_DATA": str(work), "DJANGO_SETTINGS_MODULE": "headend.settings.django"}
    made = subprocess.run(
        [sys.executable, "-m", "bench.gate_service"], env=environment, check=True, capture_output=True, text=True
    )
    calls = _Calls(json.loads(made.stdout))
    port = free_port()
    begun = time.monotonic()
    with web_role(environment, port) as gate:
        while not _is_listed(port, calls):
            time.sleep(0.05)
        figures = {"cold_start_s": round(time.monotonic() - begun, 2)}
        figures |= _storm(work, port, gate, calls) | _pace(work, port, calls)
        answers = {path.rstrip("/"): _fetch(port, calls.address(path, ACCOUNTS - 1)) for path in MIX}
        figures["bytes_per_answer"] = round(_mean_bytes(answers))
        with files(work, answers) as (limit_port, limit):
            ours, theirs = _throughput(work, calls, (gate, port), (limit, limit_port))
        figures |= {"requests_per_cpu_s": round(ours), "memory_mb": round(resident_bytes(gate) / 1e6)}
    return {
        "figures": figures,
        "limit": {"requests_per_cpu_s": round(theirs)},
        "ratio": {"mix": round(ours / theirs, 3)},
    }


class _Calls:
    """The addresses of the calls in the mix, for any account."""

    def __init__(self, service: dict[str, Any]) -> None:
        self._service = service
        self._chance = random.Random(2)

    def ask(self, path: str, place: int) -> Ask:
        """A call of the mix as the device of an account makes it."""
        service = self._service
        channel = service["channels"][place % len(service["channels"])]
        begin = service["begin"]
        programme, its_channel = service["programmes"][place % len(service["programmes"])]
        more: dict[str, Any] = {
            "/channel/programs/": {"cid": channel, "limit": 24},
            "/channel/url/": {"cid": channel, "redirect": 0},
            "/channel/list/": {"compact": 1},
            "/program/list/": {"cid": channel, "time_from": begin, "time_to": begin + PROGRAMME_DAYS * 86400},
            "/program/url/": {"cid": its_channel, "pid": programme, "redirect": 0},
            "/portal/settings/list/": {"api_key": service["key"]},
        }.get(path, {})
        session = {} if path in ("/portal/settings/list/", "/health/check/") else {"authkey": token(place)}
        return Ask(path, {"device": "android", **session, **more})

    def address(self, path: str, place: int) -> str:
        """The address of such a call."""
        ask = self.ask(path, place)
        return address("", ask.call, self._service["operator"], ask.parameters)

    def drawn(self, count: int, spare: int) -> Iterator[tuple[str, int]]:
        """Calls in the proportions of the mix, of accounts at random, without the first `spare` ones."""
        paths = self._chance.choices(list(MIX), weights=list(MIX.values()), k=count)
        for path in paths:
            yield path, self._chance.randrange(spare, ACCOUNTS)

    def coming(self, count: int) -> dict[str, Any]:
        """Devices that come back after a power cut, each of which signs in by its id and fetches all anew."""
        return {"api_key": self._service["key"], "devices": [device_uid(place) for place in range(count)]}

    def asking(self, count: int, spare: int) -> dict[str, Any]:
        """Devices that have been on for a while, each of which asks one thing."""
        asks = (self.ask(path, place) for path, place in self.drawn(count, spare))
        return {"asks": [(ask.call, ask.parameters) for ask in asks]}

    @property
    def client_id(self) -> int:
        """The operator's number."""
        number: int = self._service["operator"]
        return number


@contextmanager
def web_role(environment: dict[str, str], port: int) -> Iterator[int]:
    told = {
        "HEADEND_HOST": "127.0.0.1",
        "HEADEND_PORT": str(port),
        "HEADEND_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    with pinned([sys.executable, "-m", "headend.roles", "web"], port, environment | told) as process:
        yield process


def _is_listed(port: int, calls: _Calls) -> bool:
    try:
        return b'"error":0' in _fetch(port, calls.address("/channel/list/", 0))
    except (urllib.error.URLError, ConnectionError):
        return False


def _fetch(port: int, address: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=60) as answer:
        body: bytes = answer.read()
        return body


def _storm(work: Path, port: int, gate: int, calls: _Calls) -> dict[str, float]:
    arrivals = STORM_ARRIVALS * STORM_SECONDS
    before = cpu_seconds(gate)
    told = _ask(work, port, STORM_ARRIVALS, calls, calls.coming(arrivals))
    return {
        "storm_arrivals_per_s": STORM_ARRIVALS,
        "storm_p50_ms": told["p50_ms"],
        "storm_p99_ms": told["p99_ms"],
        "storm_failures": told["failures"] + told["refusals"],
        "storm_arrivals_per_cpu_s": round(arrivals / (cpu_seconds(gate) - before)),
    }


def _pace(work: Path, port: int, calls: _Calls) -> dict[str, float]:
    spare = STORM_ARRIVALS * STORM_SECONDS  # whose tokens the storm has replaced
    told = _ask(work, port, RATE, calls, calls.asking(RATE * SECONDS, spare))
    failures = told["failures"] + told["refusals"]
    return {"p50_ms": told["p50_ms"], "p99_ms": told["p99_ms"], "failures": failures, "rate_per_s": RATE}


def _ask(work: Path, port: int, rate: int, calls: _Calls, devices: dict[str, Any]) -> dict[str, Any]:
    plan = work / "plan.json"
    service = {"target": f"http://127.0.0.1:{port}", "client_id": calls.client_id}
    plan.write_text(json.dumps({**service, "rate": rate, **devices}))
    called = [sys.executable, "-m", "bench.pace", str(plan)]
    ran = subprocess.run(called, check=True, capture_output=True, text=True, preexec_fn=alone_on(CLIENT_CORE))
    told: dict[str, Any] = json.loads(ran.stdout)
    for wrong in (*told["failed"], *told["refused"]):
        print(f"headend: {wrong}", file=sys.stderr)
    return told


def _mean_bytes(answers: dict[str, bytes]) -> float:
    return sum(len(answers[path.rstrip("/")]) * weight for path, weight in MIX.items()) / sum(MIX.values())


# wrk asks for the addresses of a file, line by line, over and over.
_LUA = """
local requests, place = {}, 0
function init()  -- before it there is no Host to name
  for line in io.lines("FILE") do requests[#requests + 1] = wrk.format("GET", line) end
end
function request()
  place = place % #requests + 1
  return requests[place]
end
"""


def _throughput(work: Path, calls: _Calls, ours: tuple[int, int], theirs: tuple[int, int]) -> tuple[float, float]:
    """Requests per CPU second of both, in interleaved rounds; the best of each, being the least disturbed."""
    drawn = [calls.address(*each) for each in calls.drawn(50_000, STORM_ARRIVALS * STORM_SECONDS)]
    as_files = [each.removeprefix(API).partition("/?")[0] for each in drawn]
    scripts = [_script(work, "ours", drawn), _script(work, "theirs", as_files)]
    best = [0.0, 0.0]
    # Devices that are on for a while have asked before.
    load(ours[0], f"http://127.0.0.1:{ours[1]}/", WARM_UP_SECONDS, str(scripts[0]), {})
    for _ in range(ROUNDS):
        for side, (process, port) in enumerate((ours, theirs)):
            told = load(process, f"http://127.0.0.1:{port}/", ROUND_SECONDS, str(scripts[side]), {})
            best[side] = max(best[side], told.per_second)
    return best[0], best[1]


def _script(work: Path, name: str, addresses: list[str]) -> Path:
    (work / f"{name}.txt").write_text("\n".join(addresses) + "\n")
    script = work / f"{name}.lua"
    script.write_text(_LUA.replace("FILE", str(work / f"{name}.txt")))
    return script
