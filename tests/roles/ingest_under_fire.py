"""Kills the ingest at random moments, again and again, while a provider goes on delivering; then looks what is there.

Run by test_ingest_killed.py in a process of its own: it forks, which a process with threads must not. Prints one JSON
object: what was found wrong, and how often it was killed in which states.

    HEADEND_DATA=… HEADEND_DATABASE_URL=… python -m tests.roles.ingest_under_fire DATA KILLS SEED
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402 - Django must know its settings first
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import override_settings  # noqa: E402
from imageio_ffmpeg import get_ffmpeg_exe  # noqa: E402
from tests.factories.ingest import make_edge, make_group, make_inbox  # noqa: E402
from tests.factories.packages import adi1_xml, make_package, make_title_metadata  # noqa: E402

from headend.ingest.actions import lease, transfers  # noqa: E402
from headend.ingest.actions.arrivals import OURS  # noqa: E402
from headend.ingest.actions.serving import Service  # noqa: E402
from headend.ingest.models import Incomplete, Ticket, TicketChange  # noqa: E402
from headend.ingest.ports import FileRole, PackageFile  # noqa: E402
from headend.ingest.rules.folders import FOLDERS  # noqa: E402
from headend.ingest.rules.states import LoadMode  # noqa: E402
from headend.roles.ingest import service  # noqa: E402
from headend.roles.tables import make_tables  # noqa: E402
from headend.vod.models import Asset, Title  # noqa: E402


@dataclass
class Delivery:
    """What a provider left: `asset`, and for a film its content. `folder` is its subfolder of the inbox, "" none."""

    name: str
    folder: str
    asset: str
    mode: str
    film: bytes = b""
    is_broken: bool = False

    @property
    def path(self) -> str:
        """Of its description, in the inbox."""
        return f"{self.folder}{self.name}.xml"


@dataclass
class Provider:
    """Delivers sensible packages, some in folders of their own and some without their film, which comes later; and now
    and then a broken one."""

    inbox: Path
    dice: random.Random
    film: bytes
    sent: list[Delivery] = field(default_factory=list)
    versions: Counter[str] = field(default_factory=Counter)
    published: set[str] = field(default_factory=set)
    late: list[tuple[Path, bytes]] = field(default_factory=list)

    def deliver(self) -> None:
        asset = f"FILM{self.dice.randrange(12):016}"
        is_there = asset in self.published
        mode = self.dice.choice(["update", "update", "unpublish"]) if is_there else "insert"
        # What stands behind a film's last picture is skipped by players, and makes every film another one.
        film = self.film + self.dice.randbytes(self.dice.randrange(1, 300_000)) if mode != "unpublish" else b""
        if mode == "update" and self.dice.random() < 0.5:
            film = b""
        is_broken = self.dice.random() < 0.1
        name = f"p{len(self.sent):04}"
        folder = self.dice.choice(["", f"{name} of it/"])
        delivery = Delivery(name, folder, asset, mode, film, is_broken)
        self._write(delivery)
        self.sent.append(delivery)
        if not is_broken:
            self.published = self.published - {asset} if mode == "unpublish" else self.published | {asset}

    def bring_what_is_late(self) -> None:
        for path, film in self.late:
            path.write_bytes(film)
        self.late.clear()

    def _write(self, delivery: Delivery) -> None:
        name, files, there = delivery.name, (), self.inbox / delivery.folder
        there.mkdir(exist_ok=True)
        if delivery.film:
            md5 = hashlib.md5(delivery.film, usedforsecurity=False).hexdigest()
            files = (PackageFile(FileRole.MOVIE, f"{name}.ts", size=len(delivery.film), md5=md5),)
            self.late.append((there / f"{name}.ts", delivery.film))
        if delivery.is_broken or self.dice.random() < 0.7:
            self.bring_what_is_late()
        self.versions[delivery.asset] += 1
        told = adi1_xml(
            make_package(
                asset=f"films.example/{delivery.asset}",
                load_mode=LoadMode(delivery.mode),
                version=(1, self.versions[delivery.asset]),
                title=make_title_metadata(name=f"Film {delivery.name}"),
                files=files,
            )
        )
        part = there / f".{name}.xml"
        part.write_bytes(told[:-40] if delivery.is_broken else told)
        os.rename(part, there / f"{name}.xml")


def main(data: Path, kills: int, seed: int) -> None:
    lease.PATIENCE, lease.BEAT, lease.LOOK = 0.1, 0.02, 0.005
    transfers.TELL_EVERY = 0.02
    _make_tables()
    inbox, edges = _site(data)
    dice = random.Random(seed)
    provider, found = Provider(inbox, dice, _film(data / "film.ts")), Counter[str]()
    usual = _time_of_one(provider)
    for _ in range(kills):
        provider.bring_what_is_late()
        for _ in range(dice.randrange(3)):
            provider.deliver()
        child = _fork()
        time.sleep(dice.random() * 2 * usual)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found.update(_states())
    provider.bring_what_is_late()
    _work_off()
    json.dump(
        {"wrong": list(_wrong(provider, data, edges)), "killed_in": found, "sent": len(provider.sent)}, sys.stdout
    )


def _make_tables() -> None:
    """As the models are; on MariaDB by Django alone, since nobody is killed yet."""
    if not make_tables():
        with override_settings(MIGRATION_MODULES=dict.fromkeys(config.label for config in apps.get_app_configs())):
            call_command("migrate", run_syncdb=True, verbosity=0)


def _film(path: Path) -> bytes:
    source = ["-f", "lavfi", "-i", "testsrc=duration=1:size=160x120:rate=10", "-f", "lavfi", "-i", "sine=duration=1"]
    subprocess.run([get_ffmpeg_exe(), "-v", "error", *source, "-f", "mpegts", str(path)], check=True)
    return path.read_bytes()


def _site(data: Path) -> tuple[Path, list[Path]]:
    inbox = make_inbox(path="films", poll_seconds=0, grace_minutes=15)
    edges = [data / "edge1", data / "edge2"]
    for path in edges:
        path.mkdir()
    made = [make_edge(inbox.operator, str(path), bytes_per_second=4_000_000) for path in edges]
    inbox.groups.add(make_group(inbox.operator, *made))
    (data / "films").mkdir()
    return data / "films", edges


def _fork(work: Callable[[Service], object] = Service.work) -> int:
    """Start a process that works; gives its number."""
    connections.close_all()
    child = os.fork()
    if not child:
        work(service(threading.Event()))
        os._exit(0)
    return child


def _time_of_one(provider: Provider) -> float:
    """How long a package takes on this machine, now; of a very slow one a part of that."""
    provider.deliver()
    began = time.monotonic()
    os.waitpid(_fork(Service.work_off), 0)
    return min(time.monotonic() - began, 1.5)


def _work_off() -> None:
    service(threading.Event()).work_off()


def _states() -> list[str]:
    states = list(Ticket.objects.filter(is_open=True).values_list("state", flat=True))
    more = {"moving": Ticket.objects.filter(moved_from__gt=""), "incomplete": Incomplete.objects.all()}
    return states + [name for name, found in more.items() if found.exists()]


def _wrong(provider: Provider, data: Path, edges: list[Path]) -> Any:
    tickets = {ticket.file_name: ticket for ticket in Ticket.objects.all()}
    if len(tickets) != Ticket.objects.count():
        yield "a delivery was taken twice"
    for each in provider.sent:
        ticket = tickets.get(each.path)
        wanted = "rejected" if each.is_broken else "closed"
        if ticket is None or ticket.state != wanted or ticket.moved_from:
            yield f"{each.name} is {ticket and ticket.state} {ticket and ticket.reason}, not {wanted}"
            continue
        if TicketChange.objects.filter(ticket=ticket, state_entered=wanted).count() != 1:
            yield f"{each.name} became {wanted} more than once"
    yield from _wrong_order(provider)
    yield from _wrong_files(provider, data)
    yield from _wrong_titles(provider, edges)


def _wrong_order(provider: Provider) -> Any:
    closed = list(
        TicketChange.objects.filter(state_entered="closed")
        .order_by("pk")
        .values_list("ticket__asset", "ticket__file_name")
    )
    for asset in {asset for asset, _ in closed}:
        order = [name for each, name in closed if each == asset]
        if order != sorted(order):
            yield f"{asset} was published in the order {order}"


def _wrong_files(provider: Provider, data: Path) -> Any:
    sent = Counter(each.film for each in provider.sent if each.film)
    kept = Counter(path.read_bytes() for path in (data / "films").rglob("*.ts"))
    if sent != kept:
        yield f"{sum((sent - kept).values())} films are lost and {sum((kept - sent).values())} are doubled"
    told = sorted(path.name for path in (data / "films").rglob("*.xml"))
    if told != sorted(f"{each.name}.xml" for each in provider.sent):
        yield "descriptions are lost or doubled"
    if left := {path.name for path in (data / "films").iterdir()} - {OURS, *FOLDERS.values()}:
        yield f"{left} are left in the inbox"
    if Incomplete.objects.exists():
        yield "something still waits for its files"
    if empty := [path.name for path in (data / "films").glob("*/*") if path.is_dir() and not list(path.iterdir())]:
        yield f"{empty} are empty"


def _wrong_titles(provider: Provider, edges: list[Path]) -> Any:
    last = {each.asset: each for each in provider.sent if not each.is_broken}
    films = {each.asset: each.film for each in provider.sent if not each.is_broken and each.film}
    known = {asset for asset, each in last.items() if each.mode != "unpublish"}
    there = Counter(Title.objects.values_list("external_id", flat=True))
    if there != Counter(f"films.example/{asset}" for asset in known):
        yield f"titles are {there}, not {known}"
    for asset in known:
        title = Title.objects.get(external_id=f"films.example/{asset}")
        if title.name != f"Film {last[asset].name}":
            yield f"{asset} is called {title.name}"
        remotes = list(Asset.objects.filter(title=title).values_list("file_name", flat=True))
        for edge in edges:
            if len(remotes) != 1 or (edge / remotes[0]).read_bytes() != films[asset]:
                yield f"{asset} plays {remotes}, which {edge.name} has not whole"
    whole = {hashlib.sha256(each.film).digest() for each in provider.sent}
    for edge in edges:
        for path in edge.rglob("*.ts"):
            if hashlib.sha256(path.read_bytes()).digest() not in whole:
                yield f"{path.name} on {edge.name} is not whole"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
