"""uftp to real receivers, also behind lines that lose packets, and such as go away."""

import hashlib
import shutil
from pathlib import Path

import pytest
from tests.ports.edge_transports.multicast_room import Receiver, room

from headend.adapters.edge_transports.multicast import UftpTransport
from headend.ingest.errors import TransferFailed
from headend.ingest.ports import EdgeAddress

SIZE = 20_000_000


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(hashlib.shake_128(b"film").digest(SIZE))
    return path


def receivers(folder: Path, number: int) -> list[Receiver]:
    return [Receiver(f"0x0000000{each + 1}", str(folder / f"edge-{each}")) for each in range(number)]


def named(*uids: str) -> list[tuple[str, str]]:
    return [(f"edge-{number}", uid) for number, uid in enumerate(uids)]


@pytest.mark.needs("uftpd")
def test_a_group_gets_a_file_at_once_and_who_missed_it_is_named(film: Path, tmp_path: Path) -> None:
    edges = named("0x00000001", "0x00000002", "0x0000000A", "")
    told = room(film, "vod/film 1.mp4", receivers(tmp_path, 2), edges)
    assert told["arrived"] == {"edge-0": True, "edge-1": True, "edge-2": False, "edge-3": False}
    for number in range(2):
        home = tmp_path / f"edge-{number}"
        assert [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()] == ["vod/film 1.mp4"]
        assert (home / "vod/film 1.mp4").read_bytes() == film.read_bytes()
    assert told["progress"] == sorted(told["progress"])
    assert 0 < told["progress"][-1] <= SIZE


@pytest.mark.needs("uftpd")
def test_what_is_lost_on_the_way_is_sent_again(film: Path, tmp_path: Path) -> None:
    near, far = receivers(tmp_path, 2)
    far.line = 60_000  # of the 80,000 kbit/s that are sent
    told = room(film, "film.mp4", [near, far], named(near.uid, far.uid), rate=10_000_000)
    assert told["lost"][0] > 1000
    assert told["arrived"] == {"edge-0": True, "edge-1": True}
    for receiver in (near, far):
        assert Path(receiver.home, "film.mp4").read_bytes() == film.read_bytes()


@pytest.mark.needs("uftpd")
def test_who_goes_away_in_the_middle_is_named_and_shows_no_half_film(film: Path, tmp_path: Path) -> None:
    stays, goes = receivers(tmp_path, 2)
    goes.dies_after = SIZE // 4
    told = room(film, "film.mp4", [stays, goes], named(stays.uid, goes.uid), rate=10_000_000)
    assert told["arrived"] == {"edge-0": True, "edge-1": False}
    assert Path(stays.home, "film.mp4").read_bytes() == film.read_bytes()
    assert not Path(goes.home, "film.mp4").exists()


@pytest.mark.needs("uftpd")
def test_progress_ends_it_and_nothing_half_appears(film: Path, tmp_path: Path) -> None:
    told = room(film, "vod/film 1.mp4", receivers(tmp_path, 1), named("0x00000001"), stops=True)
    assert told["failure"] == "Stopped: enough"
    assert not told["children"], "uftp is gone"
    assert not (tmp_path / "edge-0/vod/film 1.mp4").exists()


def test_without_uftp_everybody_is_left_to_the_other_way(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    edges = [EdgeAddress("a", options={"uid": "0x00000001"}), EdgeAddress("b")]
    assert UftpTransport("no-such-uftp").send(film, "film.mp4", edges) == {"a": False, "b": False}
    assert "no-such-uftp is not installed" in caplog.text


@pytest.mark.parametrize(
    "options",
    [
        {"uid": "1"},
        {"uid": "0x00000001,0x2"},
        {"address": "10.0.0.1"},
        {"data_address": "-x"},
        {"port": "0"},
        {"port": "1e3"},
        {"interface": "-Y aes"},
        {"ttl": "256"},
    ],
)
def test_options_that_are_none_are_refused(tmp_path: Path, options: dict[str, str]) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    edge = EdgeAddress("a", options={"uid": "0x00000001", **options})
    with pytest.raises(TransferFailed, match=next(iter(options))) as failure:
        UftpTransport(shutil.which("true") or "true").send(film, "film.mp4", [edge])
    assert failure.value.is_final
