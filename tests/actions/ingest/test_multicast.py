"""A whole group at once: who missed it, or got something else, is sent to one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.actions.ingest.conftest import MOVIE, Site
from tests.factories.ingest import make_edge

from headend.ingest.errors import TransferFailed
from headend.ingest.models import ServiceGroup, Transfer
from headend.ingest.ports import EdgeAddress, Progress, no_progress

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


def test_without_multicast_it_goes_one_by_one(site: Site, three: list[Path]) -> None:
    site.tools = replace(site.tools, multicast=Silent())
    site.drop_film("film")
    assert site.work().published == 1
    assert Transfer.objects.filter(state="done", by_multicast=False).count() == 3
