"""A whole group at once: who missed it, or got something else, is sent to one by one."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.actions.ingest.conftest import MOVIE, Site
from tests.factories.ingest import make_edge
from tests.ports.edge_transports.multicast_room import Receiver, room

from headend.ingest.errors import TransferFailed
from headend.ingest.models import Edge, ServiceGroup, Transfer
from headend.ingest.ports import EdgeAddress, FileRole, PackageFile, Progress, no_progress

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


class Lossy:
    """Brings a file whole to the first edge, half of it to the second, and nothing to the others."""

    def __init__(self) -> None:
        self.sent: list[list[str]] = []

    def send(
        self, source: Path, name: str, edges: Sequence[EdgeAddress], *, progress: Progress = no_progress
    ) -> Mapping[str, bool]:
        self.sent.append([edge.name for edge in edges])
        for edge, size in zip(edges, (len(MOVIE), len(MOVIE) // 2), strict=False):
            target = Path(edge.path) / name
            target.parent.mkdir(parents=True)
            target.write_bytes(source.read_bytes()[:size])
        return {edge.name: place < 2 for place, edge in enumerate(edges)}


class Silent(Lossy):
    def send(self, *told: object, **more: object) -> Mapping[str, bool]:
        raise TransferFailed("no program sends here")


@pytest.fixture
def three(site: Site, edges: list[Path]) -> list[Path]:
    (site.data / "edge3").mkdir()
    group = ServiceGroup.objects.get()
    group.edges.add(make_edge(site.inbox.operator, str(site.data / "edge3")))
    ServiceGroup.objects.update(multicast={"address": "239.1.1.1"})
    return [*edges, site.data / "edge3"]


def test_everybody_has_it_whole_in_the_end(site: Site, three: list[Path]) -> None:
    multicast = Lossy()
    site.tools = replace(site.tools, multicast=multicast)
    site.drop_film("film")
    assert site.work().published == 1
    assert [[path.read_bytes() == MOVIE for path in edge.rglob("*.ts")] for edge in three] == [[True]] * 3
    assert [len(names) for names in multicast.sent] == [3]
    assert list(Transfer.objects.order_by("pk").values_list("by_multicast", flat=True)) == [True, True, False]


class InARoom:
    """uftp itself, to receivers that write into the edges' folders: to the second the line loses packets, the third
    dies in the middle, and at the fourth nobody listens."""

    def send(
        self, source: Path, name: str, edges: Sequence[EdgeAddress], *, progress: Progress = no_progress
    ) -> Mapping[str, bool]:
        receivers = [Receiver(edge.options["uid"], edge.path) for edge in edges[:3]]
        receivers[1].line, receivers[2].dies_after = 15_000, source.stat().st_size // 4
        named = [(edge.name, edge.options["uid"]) for edge in edges]
        self.told = room(source, name, receivers, named, rate=2_500_000)
        arrived: dict[str, bool] = self.told["arrived"]
        return arrived


@pytest.mark.needs("uftpd")
def test_lines_that_lose_packets_and_edges_that_go_away_keep_nobody_from_a_whole_film(
    site: Site, three: list[Path]
) -> None:
    (site.data / "edge4").mkdir()
    ServiceGroup.objects.get().edges.add(make_edge(site.inbox.operator, str(site.data / "edge4")))
    for number, edge in enumerate(Edge.objects.order_by("pk")):
        Edge.objects.filter(pk=edge.pk).update(options={"uid": f"0x0000000{number + 1}"})
    site.tools = replace(site.tools, multicast=(uftp := InARoom()))
    film = hashlib.shake_128(b"film").digest(5_000_000)
    site.drop("film.xml", content={"film.ts": film}, files=(PackageFile(FileRole.MOVIE, "film.ts", size=len(film)),))
    assert site.work().published == 1
    assert uftp.told["lost"][0] > 100
    for edge in (*three, site.data / "edge4"):
        assert [path.read_bytes() == film for path in edge.rglob("*.ts")] == [True], edge
    by_multicast = Transfer.objects.order_by("edge").values_list("by_multicast", flat=True)
    assert list(by_multicast) == [True, True, False, False]


def test_without_multicast_it_goes_one_by_one(site: Site, three: list[Path]) -> None:
    site.tools = replace(site.tools, multicast=Silent())
    site.drop_film("film")
    assert site.work().published == 1
    assert Transfer.objects.filter(state="done", by_multicast=False).count() == 3
