"""A script that keeps a catalogue of titles in step, over HTTP with signed calls, while the catalogue grows.

Calls per CPU second of the web role with 1,000, 10,000 and 50,000 titles: creating, changing and looking up titles,
and listing them a hundred at a time, on pages from the first to the last. The records are SQLite's. `growth` is the
rate with the most titles over that with the fewest, which is the limit: 1 when a call costs the same in a catalogue of
any length. The best of some rounds counts, being the least disturbed.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from bench.gate_mix import web_role
from bench.nginx import cpu_seconds, free_port, resident_bytes
from headend.interfaces.wire.signatures import signature_of

SIZES: Sequence[int] = (1_000, 10_000, 50_000)
ROUNDS, CALLS, WARM_UP = 4, 60, 20
PAGE = 100
GENRES, PERSONS = 20, 2000
REQUIRED = 0.80
BATCH = 1000


def run() -> dict[str, object]:
    """Measure all cases at all sizes."""
    with TemporaryDirectory(prefix="headend-bench-content-") as folder:
        environment = os.environ | {"HEADEND_DATA": folder, "DJANGO_SETTINGS_MODULE": "headend.settings.django"}
        made = _make(environment, SIZES[0])
        port = free_port()
        with web_role(environment, port) as server:
            figures: dict[str, dict[int, float]] = {}
            for size in SIZES:
                made = _make(environment, size)
                script = _Script(made, port)
                for case, rate in _measured(server, script).items():
                    figures.setdefault(case, {})[size] = rate
                figures.setdefault("memory_mb", {})[size] = round(resident_bytes(server) / 1e6)
    first, last = SIZES[0], SIZES[-1]
    cases = [case for case in figures if case != "memory_mb"]
    return {
        "figures": {_named(case, size): rate for case, rates in figures.items() for size, rate in rates.items()},
        "limit": {_named(case, first): figures[case][first] for case in cases},
        "ratio": {f"growth_{case}": round(figures[case][last] / figures[case][first], 3) for case in cases},
        "required": {f"growth_{case}": REQUIRED for case in cases},
    }


def _named(case: str, size: int) -> str:
    return f"{case}_{size}" if case == "memory_mb" else f"{case}_calls_per_cpu_s_{size}"


def _measured(server: int, script: "_Script") -> dict[str, float]:
    cases: dict[str, Callable[[int], None]] = {
        "create": script.create,
        "modify": script.modify,
        "detail": script.detail,
        "list": script.list_page,
        "last_page": script.last_page,
    }
    for case in cases.values():
        _rate(server, case, WARM_UP)
    rounds = [{name: _rate(server, case, CALLS) for name, case in cases.items()} for _ in range(ROUNDS)]
    return {name: max(each[name] for each in rounds) for name in cases}


def _rate(server: int, case: Callable[[int], None], calls: int) -> float:
    before = cpu_seconds(server)
    for number in range(calls):
        case(number)
    return round(calls / (cpu_seconds(server) - before), 1)


class _Script:
    """What an integrator's script does, one call after the other."""

    def __init__(self, made: dict[str, Any], port: int) -> None:
        self._made = made
        self._chance = random.Random(len(made["titles"]))
        self._connection = self._open(port)

    def _open(self, port: int) -> HTTPConnection:
        deadline = time.monotonic() + 120
        while True:
            connection = HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                connection.connect()
                return connection
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def create(self, number: int) -> None:
        names = {f"name_lang{each}": f"Название {number}" for each in range(1, 4)}
        self._call("video/create", name=f"New film {number}", description="Waves. " * 40, **names, **self._links())

    def modify(self, number: int) -> None:
        title = self._chance.choice(self._made["titles"])
        self._call(
            "video/modify", id=title, description=f"Other waves {self._chance.random()}. " * 20, year=2000 + number
        )

    def detail(self, _number: int) -> None:
        self._call("video/detail", id=self._chance.choice(self._made["titles"]))

    def list_page(self, _number: int) -> None:
        self._page(self._chance.randrange(len(self._made["titles"]) // PAGE) + 1)

    def last_page(self, _number: int) -> None:
        self._page(len(self._made["titles"]) // PAGE)

    def _page(self, page: int) -> None:
        answer = self._call("video/list", limit=PAGE, page=page)
        if len(answer["videos"]) != PAGE:
            raise SystemExit(f"page {page} has {len(answer['videos'])} titles")

    def _links(self) -> dict[str, Any]:
        genres = self._chance.sample(self._made["genres"], 3)
        return {"genres": genres, "actors_set": self._chance.sample(self._made["persons"], 5), "year": 2020}

    def _call(self, path: str, **parameters: Any) -> dict[str, Any]:
        given = {"client_id": self._made["operator"], **parameters}
        values = {name: value if isinstance(value, list) else [value] for name, value in given.items()}
        signature = signature_of(values, self._made["key"])
        body = urlencode({**given, "signature": signature}, doseq=True)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", f"/content/api/{path}/", body, headers)
        answer: dict[str, Any] = json.loads(self._connection.getresponse().read())
        if answer["error"]:
            raise SystemExit(f"{path}: {answer}")
        return answer


def _make(environment: dict[str, str], size: int) -> dict[str, Any]:
    """Bring the catalogue to a size, in a process of its own; gives the numbers that the script needs."""
    called = [sys.executable, "-m", "bench.content", str(size)]
    ran = subprocess.run(called, env=environment, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    made: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return made


def main(size: int) -> None:
    """Make what is missing in the data directory that the environment names."""
    import django  # noqa: PLC0415 - the module is also imported where there is no Django

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from headend.operators.models import Operator  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    known = Operator.objects.first()
    key_file = Path(os.environ["HEADEND_DATA"]) / "bench.key"
    operator = known or _operator(key_file)
    _titles(operator, size)
    print(json.dumps({"key": key_file.read_text(), "operator": operator.pk, **_numbers(operator)}))


def _operator(key_file: Path) -> Any:
    from django.conf import settings  # noqa: PLC0415

    from headend.kernel.actor import system  # noqa: PLC0415
    from headend.operators.actions import issue_key, save_operator  # noqa: PLC0415
    from headend.operators.models import Operator  # noqa: PLC0415
    from headend.operators.rules import Api  # noqa: PLC0415
    from headend.vod.models import Genre, Person  # noqa: PLC0415

    actor = system("bench")
    operator = save_operator(actor=actor, operator=Operator(name="Bench"))
    _, text = issue_key(actor=actor, operator=operator, api=Api.CONTENT, sealing_key=settings.ENCRYPTION_KEY)
    key_file.write_text(text)
    Genre.objects.bulk_create(Genre(operator=operator, name=f"Genre {n}") for n in range(GENRES))
    Person.objects.bulk_create(
        (Person(operator=operator, name=f"Person {n}") for n in range(PERSONS)), batch_size=BATCH
    )
    return operator


def _titles(operator: Any, size: int) -> None:
    """Titles with genres, persons and a file each, until there are so many."""
    from django.db import transaction  # noqa: PLC0415

    from headend.vod.models import Asset, Title  # noqa: PLC0415

    chance, linked = random.Random(1), _numbers(operator)
    have = Title.objects.of(operator.pk).count()
    for start in range(have, size, BATCH):
        with transaction.atomic():
            titles = Title.objects.bulk_create(
                Title(operator=operator, name=f"Film {n}", description="Waves. " * 60, year=1950 + n % 70)
                for n in range(start, min(start + BATCH, size))
            )
            Asset.objects.bulk_create(
                Asset(operator=operator, title=each, name="HD", file_name=f"{each.pk}.mp4") for each in titles
            )
            for through, column, numbers, each_has in (
                (Title.genres.through, "genre_id", linked["genres"], 2),
                (Title.persons.through, "person_id", linked["persons"], 5),
            ):
                rows = [
                    through(title_id=each.pk, **{column: number})
                    for each in titles
                    for number in chance.sample(numbers, each_has)
                ]
                through._default_manager.bulk_create(rows, batch_size=BATCH)


def _numbers(operator: Any) -> dict[str, list[int]]:
    from headend.vod.models import Genre, Person, Title  # noqa: PLC0415

    models = {"titles": Title, "genres": Genre, "persons": Person}
    return {
        name: list(model.objects.of(operator.pk).order_by("pk").values_list("pk", flat=True))
        for name, model in models.items()
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
