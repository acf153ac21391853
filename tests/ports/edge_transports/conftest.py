"""Edges of every kind, each kind started once for a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ports.edge_transports.houses import House, clear, house

from headend.adapters.edge_transports import EDGE_TRANSPORTS

KINDS = [pytest.param(kind, marks=pytest.mark.needs("sshd") if kind == "sftp" else ()) for kind in EDGE_TRANSPORTS]


@pytest.fixture(scope="module", params=KINDS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


@pytest.fixture
def edge(running: House) -> House:
    """An edge with nothing on it and a line that works; a new transport needs its house in `houses`."""
    clear(running.home)
    if running.proxy:
        running.proxy.mend()
    return running


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Eight megabytes that do not repeat themselves."""
    path = tmp_path / "film.mp4"
    path.write_bytes(b"".join(number.to_bytes(8, "big") for number in range(1024 * 1024)))
    return path
