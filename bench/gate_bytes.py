"""The gate alone against nginx, which serves the same bytes: one process each on the same core, asked from another.

The unit is requests per CPU second of the server. Three cases: a channel list of about 350 KB, the same compressed,
and the account status, which is some hundred bytes with a session to be looked up. The gate gets each time another
device's token, and puts it into the address of every channel of the list; nginx gives the bytes one device had got.
"""

import gzip
import json
import os
import random
import sys
import tempfile
import time
import urllib.request
from hashlib import sha256
from pathlib import Path
from statistics import median

from bench.nginx import Load, free_port, load, nginx, pinned, resident_bytes
from headend.delivery.ports import ServerConfig
from headend.hotpath.gate import Gate, GateSettings
from headend.playback.ports import (
    AccountView,
    CategoryView,
    ChannelView,
    DeviceTypeView,
    HoldingView,
    Lineup,
    OperatorView,
    PersonalChannel,
    ProgrammeView,
    ServerView,
    Update,
)
from headend.playback.rules import ChannelTerms, TariffTerms
from headend.subscribers.rules import SessionView

REQUIRED = {"list": 0.40, "list_gzip": 0.30, "status": 0.18}
CHANNELS = 480
ACCOUNTS = int(os.environ.get("HEADEND_BENCH_ACCOUNTS", "20000"))
ROUNDS = 8
SECONDS = 1
WARM_UP_SECONDS = 2
API = "/tvmiddleware/api"
KEY = "bench"
PATHS = {"list": "/channel/list/?compact=1&", "list_gzip": "/channel/list/?compact=1&", "status": "/account/status/?"}
HEADERS = {"list": {}, "list_gzip": {"Accept-Encoding": "gzip"}, "status": {}}


def measure() -> dict[str, dict[str, float]]:
    """Measure all cases in interleaved rounds; the best of each side counts, being the least disturbed by others."""
    with tempfile.TemporaryDirectory(prefix="headend-bench-gate-") as folder:
        work = Path(folder)
        work.chmod(0o755)
        script = work / "ask.lua"
        port, limit_port = free_port(), free_port()
        with pinned([sys.executable, __file__, str(port)], port) as gate:
            body, personal = _fetch(port, PATHS["list"]), _fetch(port, PATHS["status"]).decode()
            packed = gzip.compress(body, 6)
            with nginx(work, limit_port, body=body, packed=packed, personal=personal) as limit:
                cases = {case: _measure(case, gate, port, limit, limit_port, script) for case in REQUIRED}
            memory = resident_bytes(gate)
        result = _result(cases)
        result["figures"] |= {"list_bytes": len(body), "accounts": ACCOUNTS, "memory_mb": round(memory / 1e6)}
        return result


def _measure(case: str, gate: int, port: int, limit: int, limit_port: int, script: Path) -> list[tuple[Load, Load]]:
    script.write_text(_LUA.replace("ACCOUNTS", str(ACCOUNTS)).replace("PATH", API + PATHS[case]))
    load(
        gate, f"http://127.0.0.1:{port}/", WARM_UP_SECONDS, str(script), HEADERS[case]
    )  # each account is asked for once
    limit_url = f"http://127.0.0.1:{limit_port}/{'personal' if case == 'status' else 'list'}"
    rounds = []
    for _ in range(ROUNDS):
        ours = load(gate, f"http://127.0.0.1:{port}/", SECONDS, str(script), HEADERS[case])
        theirs = load(limit, limit_url, SECONDS, "", HEADERS[case])
        rounds.append((ours, theirs))
    return rounds


# The tokens are numbers with zeros before them, so that wrk can make them by itself.
_LUA = """
local place = 0
function request()
  place = (place + 7919) % ACCOUNTS
  return wrk.format("GET", string.format("PATHclient_id=1&device=android&authkey=%032d", place))
end
"""


def _result(cases: dict[str, list[tuple[Load, Load]]]) -> dict[str, dict[str, float]]:
    figures, limit, ratio = {}, {}, {}
    for case, rounds in cases.items():
        ours, theirs = zip(*rounds, strict=True)
        figures[f"{case}_requests_per_cpu_s"] = round(max(each.per_second for each in ours))
        limit[f"{case}_requests_per_cpu_s"] = round(max(each.per_second for each in theirs))
        for key, side in ((figures, ours), (limit, theirs)):
            key[f"{case}_p50_ms"] = round(median(each.p50 for each in side), 3)
            key[f"{case}_p99_ms"] = round(median(each.p99 for each in side), 3)
        ratio[case] = round(max(a.per_second for a in ours) / max(b.per_second for b in theirs), 3)
    return {"figures": figures, "limit": limit, "ratio": ratio, "required": REQUIRED}


def _fetch(port: int, path: str) -> bytes:
    url = f"http://127.0.0.1:{port}{API}{path}client_id=1&device=android&authkey={0:032d}"
    with urllib.request.urlopen(url) as answer:
        body: bytes = answer.read()
    if json.loads(body)["error"]:
        raise RuntimeError(body[:200])
    return body


# --- the process that is measured ---


def snapshot(now: int) -> Update:
    """An operator with CHANNELS channels and a guide, and ACCOUNTS accounts, each with one signed-in device."""
    chance = random.Random(1)  # noqa: S311 - the same texts each time
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 9))) for _ in range(3000)]

    def text(count: int) -> str:
        return " ".join(chance.choices(words, k=count)).capitalize()

    channels = tuple(_channel(number, text(2)) for number in range(1, CHANNELS + 1))
    guides = {channel.id: tuple(_programmes(channel.id, now, text)) for channel in channels}
    tariffs = {1: TariffTerms(1, None, is_basic=True), 2: TariffTerms(2, frozenset(range(1, 100)))}
    servers = (_server(),)
    categories = tuple(CategoryView(number, (text(1),), number) for number in range(1, 13))
    return Update(
        change=1,
        is_complete=True,
        operators=(_operator(),),
        lineups=(Lineup(1, channels, categories, servers, tariffs),),
        guides=guides,
        programme_categories={number: (text(1),) for number in range(1, 9)},
        accounts=tuple(_account(number) for number in range(ACCOUNTS)),
        sessions=tuple(_session(number, now) for number in range(ACCOUNTS)),
    )


def _operator() -> OperatorView:
    device_type = DeviceTypeView("android", 2, "json", True, False, {})
    return OperatorView(
        id=1,
        name="Bench",
        is_active=True,
        key_digests=frozenset([sha256(KEY.encode()).hexdigest()]),
        languages=("en",),
        time_zone="Europe/Rome",
        currency="EUR",
        uid="1",
        uses_subscriptions=False,
        has_children=False,
        portal_url="",
        device_types={"android": device_type},
    )


def _channel(number: int, name: str) -> ChannelView:
    return ChannelView(
        id=number,
        names=(name,),
        terms=ChannelTerms(number, archive_seconds=7 * 86400),
        sort=number,
        lcn=number,
        category_id=number % 12 + 1,
        extra_category_ids=(),
        icon_url=f"/media/logos/{number}.png",
        show_in_all=True,
        guide_channel_id=number,
        guide_shift_minutes=0,
        guide_id=f"ch{number}",
        stream_url="",
        stream_id="",
        url_prefix="",
        multicast_address="",
        recording_days=7,
        pause_live_seconds=3600,
        catchup={},
        http_headers={},
        is_drm=False,
        aspect_ratio=0,
        options=("", "", ""),
        telemetry={},
        meta={},
    )


def _programmes(channel: int, now: int, text: object) -> list[ProgrammeView]:
    begin = now - now % 1800 - 7 * 3600 + channel * 60 % 1800
    return [
        ProgrammeView(
            id=channel * 1000 + place,
            start=begin + place * 1800,
            stop=begin + place * 1800 + 1800,
            title=text(3),  # type: ignore[operator]
            category_id=place % 8 + 1,
            age=12,
            details=json.dumps({"description": text(9)}),  # type: ignore[operator]
        )
        for place in range(48)
    ]


def _server() -> ServerView:
    from headend.adapters.streaming_servers import STREAMING_SERVERS  # noqa: PLC0415 - only the measured process needs it

    mask = "http://edge.example.net/$cid/index.m3u8?token=$token"
    server = STREAMING_SERVERS["mask"](ServerConfig(mask=mask, archive_mask=mask + "&from=$flpbt"))
    return ServerView(1, server, True, True, None, None, None, 0, 0, False, True)


def _account(number: int) -> AccountView:
    personal = {5: PersonalChannel(is_favourite=True)} if number % 1000 == 1 else {}
    return AccountView(number + 1, 1, 10_000 + number, True, "ACTIVE", None, (HoldingView(1, 0, None),), personal)


def _session(number: int, now: int) -> SessionView:
    digest = sha256(b"%032d" % number).hexdigest()
    return SessionView(digest, number + 1, number + 1, f"02:00:{number:08x}", "android", False, "", now, now)


class _NoRecords:
    """Nobody is asked for anything while it is measured."""

    def __getattr__(self, name: str) -> object:
        return lambda *_: None


async def _nothing(scope: object, receive: object, send: object) -> None:
    raise RuntimeError("nothing else is asked for here")


def serve(port: int) -> None:
    """Be the process that is measured."""
    import uvicorn  # noqa: PLC0415

    from headend.hotpath.gate.lane import Lane  # noqa: PLC0415

    gate = Gate(_NoRecords(), time.time, GateSettings(f"http://127.0.0.1:{port}", "bench" * 8), _nothing)  # type: ignore[arg-type]
    gate.apply(snapshot(int(time.time())))
    uvicorn.run(
        gate,
        port=port,
        loop="uvloop",
        http=Lane,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
    )


if __name__ == "__main__":
    serve(int(sys.argv[1]))
