"""A provider's folder, an operator's edges, and the engine between them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.factories.ingest import make_edge, make_group, make_inbox
from tests.factories.packages import adi1_xml, make_package

from headend.adapters.edge_transports import EDGE_TRANSPORTS
from headend.adapters.epg_sources.xmltv import read_xmltv
from headend.adapters.package_formats import PACKAGE_FORMATS
from headend.adapters.pictures.keeping import KeptPictures
from headend.catalog.actions.guide import Reading
from headend.ingest.actions import lease
from headend.ingest.actions.arrivals import OURS
from headend.ingest.actions.engine import Counts, Engine
from headend.ingest.actions.lease import take
from headend.ingest.actions.moving import folder, make_folders
from headend.ingest.actions.workbench import Slots, Workbench
from headend.ingest.errors import BrokenOff, NotProbed
from headend.ingest.models import Inbox, Ticket
from headend.ingest.ports import FileRole, PackageFile, Probe, Progress, Tools, Track, no_progress
from headend.ingest.rules.folders import ENCRYPTING, ERRORS, INBOX, PUBLISHED, TO_PUBLISH
from headend.kernel.actor import system

ALL_FOLDERS = (INBOX, ENCRYPTING, TO_PUBLISH, PUBLISHED, ERRORS)
MOVIE = b"film " * 5000


class NoProber:
    """Media of these tests are no media."""

    def probe(self, path: Path, *, progress: Progress = no_progress) -> Probe:
        raise NotProbed(f"{path.name} is not looked into", is_absent=True)


@dataclass
class SlowProber:
    """Too slow so many times; then it finds a film."""

    times: int

    def probe(self, path: Path, *, progress: Progress = no_progress) -> Probe:
        self.times -= 1
        if self.times >= 0:
            raise BrokenOff("ffprobe took too long")
        return Probe("mpegts", 5400, (Track("video"), Track("audio")))


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Site:
    """An operator's place: `drop` leaves a package as a provider does, `work` lets the engine work it off."""

    data: Path
    inbox: Inbox
    clock: Clock = field(default_factory=Clock)
    tools: Tools = field(
        default_factory=lambda: Tools(PACKAGE_FORMATS, EDGE_TRANSPORTS, {}, NoProber(), sealing_key="")
    )
    counts: Counts = field(default_factory=Counts)

    def drop(self, name: str, *, content: dict[str, bytes] | None = None, **fields: Any) -> None:
        for file, data in (content or {}).items():
            (self.folder(INBOX) / file).write_bytes(data)
        (self.folder(INBOX) / name).write_bytes(adi1_xml(make_package(**fields)))

    def drop_film(self, name: str, **fields: Any) -> None:
        movie = PackageFile(FileRole.MOVIE, f"{name}.ts", size=len(MOVIE))
        self.drop(f"{name}.xml", content={f"{name}.ts": MOVIE}, **{"files": (movie,), **fields})

    def folder(self, name: str) -> Path:
        return folder(self.inbox, self.data, name)

    def there(self) -> dict[str, list[str]]:
        """The names of files by folder, of folders that have any."""
        names = {
            name: sorted(each.name for each in self.folder(name).iterdir() if each.is_file() and each.name != OURS)
            for name in ALL_FOLDERS
        }
        return {name: files for name, files in names.items() if files}

    def bench(self, **fields: Any) -> Workbench:
        fence = take("test")
        assert fence is not None
        given = {
            "actor": system("ingest"),
            "fence": fence,
            "tools": self.tools,
            "pictures": KeptPictures(self.data / "media"),
            "reading": Reading(read_xmltv, self.data / "spool"),
            "data": self.data,
            "stop": threading.Event(),
            "slots": Slots(4),
            "clock": self.clock,
        }
        return Workbench(**{**given, **fields})

    def engine(self, **fields: Any) -> Engine:
        return Engine(self.bench(**fields), None, self.counts)

    def work(self, until: Callable[[Engine], bool] | None = None) -> Counts:
        """Let a new process work off everything that is there."""
        engine = self.engine()
        engine.recover()
        engine.run(until or (lambda each: each.has_nothing_to_do))
        lease.release(engine.bench.fence)
        return self.counts

    def states(self) -> list[str]:
        return list(Ticket.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    inbox = make_inbox(path="films", poll_seconds=0)
    made = Site(tmp_path, inbox)
    make_folders(inbox, tmp_path)
    return made


@pytest.fixture
def edges(site: Site) -> list[Path]:
    """Two edges of the group that the inbox's films go to."""
    paths = [site.data / name for name in ("edge1", "edge2")]
    for path in paths:
        path.mkdir()
    group = make_group(site.inbox.operator, *(make_edge(site.inbox.operator, str(path)) for path in paths))
    site.inbox.groups.add(group)
    return paths
