"""The ingest's stress test: a provider leaves thousands of mixed packages in one go.

Inserts, updates, unpublishings and guides, one in ten broken in a way of its own, all of them words without films, so
that the work is the platform's own. Packages a second of `headend ingest run --until-idle` in its own process, against
parsing and moving the same files bare; with 200, 2,000 and 20,000 packages, so that it shows how the cost of one grows.
`growth` is the rate with the most over that with the fewest. Nothing may be lost, whatever was broken.
`takeover_s` is how long after kill -9 the other one of two processes was at work.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

from bench.nginx import resident_bytes

RUN = (sys.executable, "-m", "headend", "ingest", "run")
SIZES = tuple(map(int, os.environ.get("HEADEND_BENCH_PACKAGES", "200,2000,20000").split(",")))
REQUIRED_GROWTH = 0.80
TAKEOVERS = 5
ASSETS_IN = 4  # packages for each asset on average
AMS = (
    '<AMS Asset_Name="{kind}" Asset_ID="{asset}" Asset_Class="{kind}" Provider="Films" Provider_ID="films.example" '
    'Product="MOD" Version_Minor="0" Version_Major="1" Description="{kind}" Creation_Date="2026-11-22"/>'
)
ADI = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE ADI SYSTEM "ADI.DTD">\n<ADI><Metadata>'
    + AMS.replace("{kind}", "package").replace("{asset}", "P{asset}")
    + '<App_Data App="MOD" Name="Metadata_Spec_Version" Value="CableLabsVOD1.1"/>'
    '<App_Data App="MOD" Name="LoadMode" Value="{mode}"/></Metadata><Asset><Metadata>'
    + AMS.replace("{kind}", "title")
    + "{values}"
    "</Metadata></Asset></ADI>\n"
)
VALUES = {
    "Type": "title",
    "Title_Brief": "Film",
    "Summary_Short": "A keeper and a storm, " * 8,
    "Rating": "PG-13",
    "Closed_Captioning": "N",
    "Run_Time": "01:30:00",
    "Display_Run_Time": "01:30",
    "Year": "2024",
    "Category": "Movies/Drama",
    "Genre": "Drama",
    "Show_Type": "Movie",
    "Billing_ID": "00001",
    "Licensing_Window_Start": "2026-01-01",
    "Licensing_Window_End": "2030-12-31",
    "Preview_Period": "0",
    "Provider_QA_Contact": "qa@films.example",
    "Actors": "Doe,Jane",
    "Director": "Roe,Richard",
}
EVENTS = (
    '<?xml version="1.0" encoding="utf-8"?>\n<epgdata>{events}</epgdata>\n',
    "<Event><EventId>{number}</EventId><EventType>PPV</EventType><ServiceId>CLC6</ServiceId>"
    "<StartTime>2026-12-{day:02} {hour:02}:00</StartTime><EndTime>2026-12-{day:02} {hour:02}:55</EndTime>"
    "<Category>Sport</Category><AgeRating>G</AgeRating><Title>Match {number}</Title><Duration>3300</Duration>"
    "<ShortDescription>A match</ShortDescription><Year>2026</Year><LoadMode>insert</LoadMode>"
    "<Provider>Sport</Provider></Event>",
)


def run() -> dict[str, object]:
    """Measure all sizes, then take-overs."""
    figures: dict[str, float] = {}
    limit: dict[str, float] = {}
    ratio: dict[str, float] = {}
    for size in SIZES:
        with TemporaryDirectory(prefix="headend-bench-ingest-") as folder:
            measured = _measured(Path(folder), size)
        figures |= {f"{name}_{size}": value for name, value in measured.items() if name != "bare"}
        limit[f"bare_per_cpu_s_{size}"] = measured["bare"]
        ratio[f"of_bare_{size}"] = round(measured["per_cpu_s"] / measured["bare"], 4)
    ratio["growth"] = round(figures[f"per_cpu_s_{SIZES[-1]}"] / figures[f"per_cpu_s_{SIZES[0]}"], 3)
    figures["takeover_s"] = _takeover()
    return {"figures": figures, "limit": limit, "ratio": ratio, "required": {"growth": REQUIRED_GROWTH}}


def _measured(data: Path, size: int) -> dict[str, float]:
    inbox = data / "films"
    inbox.mkdir()
    told = _leave(inbox, size)
    bare = _bare(data, inbox, size)
    environment = _service(data)
    cpu, wall, memory, printed = _run([*RUN, "--inbox", str(inbox), "--until-idle", "--json"], environment)
    _check(json.loads(printed.splitlines()[-1]), told, inbox)
    (data / "empty").mkdir()
    start_up = _run([*RUN, "--inbox", str(data / "empty"), "--until-idle"], environment)[0]
    per_cpu_s = round(size / (cpu - start_up), 1)
    return {"per_s": round(size / wall, 1), "per_cpu_s": per_cpu_s, "memory_mb": memory, "bare": bare}


def _run(command: list[str], environment: dict[str, str]) -> tuple[float, float, int, str]:
    """Run a process to its end: its CPU seconds and seconds, its most memory in MB, and what it printed."""
    before, began, memory = _children_cpu(), time.monotonic(), 0
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            memory = max(memory, resident_bytes(process.pid))
            time.sleep(0.1)
        printed = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return _children_cpu() - before, time.monotonic() - began, round(memory / 1e6), printed


def _children_cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _service(data: Path) -> dict[str, str]:
    """A data directory with tables, an operator and the channel that guides speak of."""
    environment = os.environ | {"HEADEND_DATA": str(data), "HEADEND_LOG_LEVEL": "error"}
    subprocess.run([sys.executable, "-m", "bench.ingest", "make"], env=environment, check=True)
    return environment


def _leave(inbox: Path, size: int) -> dict[str, int]:
    """Leave packages, each a millisecond after the one before; says how many of them are broken."""
    chance, broken, moment = random.Random(size), 0, time.time() - 3600
    for number, (content, is_broken) in enumerate(_packages(chance, size)):
        path = inbox / f"p{number:06}.xml"
        path.write_bytes(content)
        os.utime(path, (moment + number / 1000,) * 2)
        broken += is_broken
    return {"size": size, "broken": broken}


def _packages(chance: random.Random, size: int) -> Iterator[tuple[bytes, bool]]:
    published: set[int] = set()
    for number in range(size):
        if number % 10 == 9:
            yield _broken(chance, number), True
        elif number % 10 == 5:
            yield _guide(number), False
        else:
            yield _title(chance, number, size, published), False


def _title(chance: random.Random, number: int, size: int, published: set[int]) -> bytes:
    asset = chance.randrange(max(1, size // ASSETS_IN))
    mode = "insert" if asset not in published else chance.choice(["update", "update", "unpublish"])
    (published.discard if mode == "unpublish" else published.add)(asset)
    return _adi(f"FILM{asset:016}", mode, f"Film {number}")


def _adi(asset: str, mode: str, name: str) -> bytes:
    values = "".join(
        f'<App_Data App="MOD" Name="{key}" Value="{value}"/>' for key, value in {"Title": name, **VALUES}.items()
    )
    return ADI.format(asset=asset, mode=mode, values=values).encode()


def _guide(number: int) -> bytes:
    event = EVENTS[1].format(number=number, day=1 + number // 240 % 28, hour=number // 10 % 24)
    return EVENTS[0].format(events=event).encode()


def _broken(chance: random.Random, number: int) -> bytes:
    good = _adi(f"BRKN{number:016}", "insert", "Broken")
    return [
        good[: chance.randrange(1, len(good) - 10)],
        b"",
        good.replace(b'Value="insert"', b'Value="perhaps"'),
        good.replace(b'Name="Title', b'Name="Titel'),
        good.replace(b"BRKN", b"../../"),
        good.replace(b"2030-12-31", b"the end of time"),
        b"<html><body>404</body></html>",
        good.replace(b"</ADI>", b"</ADI><ADI/>"),
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + good.partition(b"?>")[2].replace(b"Film", b"&e;"),
        good.replace(b"2030-12-31", b"2020-12-31"),
    ][number // 10 % 10]


def _bare(data: Path, inbox: Path, size: int) -> float:
    """Packages that are only parsed and moved to another folder and back, per CPU second."""
    other = data / "moved"
    other.mkdir()
    before = time.process_time()
    for path in sorted(inbox.iterdir()):
        with suppress(ElementTree.ParseError):
            ElementTree.parse(path)  # noqa: S314 - made here
        os.rename(path, other / path.name)
    cpu = time.process_time() - before
    for path in other.iterdir():
        os.rename(path, inbox / path.name)
    other.rmdir()
    return round(size / cpu, 1)


def _check(done: dict[str, Any], told: dict[str, int], inbox: Path) -> None:
    good = told["size"] - told["broken"]
    counts = (done["taken"], done["published"], done["rejected"], done["waiting"])
    if counts != (told["size"], good, told["broken"], 0):
        raise SystemExit(f"the ingest of {told} did {done}")
    published, errors = (len(list((inbox / name).glob("*.xml"))) for name in ("pubblicati", "errori"))
    if (published, errors) != (good, told["broken"]) or list(inbox.glob("*.xml")):
        raise SystemExit(f"{published} and {errors} files are where {good} and {told['broken']} should be")


def _takeover() -> float:
    """How long after the death of the one the other was at work: the longest of some."""
    with TemporaryDirectory(prefix="headend-bench-ingest-") as folder:
        (Path(folder) / "films").mkdir()
        environment = _service(Path(folder))
        command = [sys.executable, "-m", "bench.ingest", "takeover"]
        ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return float(ran.stdout.splitlines()[-1])


def make() -> None:
    """Make what a run needs in the data directory that the environment names."""
    from headend.catalog.models import Channel  # noqa: PLC0415 - the module is also imported without Django
    from headend.operators.models import Operator  # noqa: PLC0415
    from headend.roles.tables import make_tables  # noqa: PLC0415

    make_tables()
    operator = Operator.objects.create(name="Bench")
    Channel.objects.create(operator=operator, name="CLC6")


def take_over() -> None:
    """Let two processes work, kill the one that does, and see when the other one begins; prints the longest time."""
    from headend.ingest.actions.lease import the_lease  # noqa: PLC0415

    films = Path(os.environ["HEADEND_DATA"]) / "films"

    def start(stands_by: str) -> None:
        environment = os.environ | {"HEADEND_LOG_LEVEL": "info"}
        process = subprocess.Popen([*RUN, "--inbox", str(films)], env=environment, stderr=subprocess.PIPE, text=True)
        next(line for line in process.stderr or () if stands_by in line)

    def holder_after(number: int) -> int:
        deadline = time.monotonic() + 60
        while (lease := the_lease()).number <= number:
            if time.monotonic() > deadline:
                raise SystemExit("nobody took over")
            time.sleep(0.005)
        return int(lease.holder.rpartition(" ")[2])

    start("at work as")
    holder, took = holder_after(0), []
    for _ in range(TAKEOVERS):
        start("standing by")
        number, began = the_lease().number, time.monotonic()
        os.kill(holder, signal.SIGKILL)
        holder = holder_after(number)
        took.append(time.monotonic() - began)
    os.kill(holder, signal.SIGKILL)
    print(round(max(took), 3))


if __name__ == "__main__":
    import django

    django.setup()
    {"make": make, "takeover": take_over}[sys.argv[1]]()
