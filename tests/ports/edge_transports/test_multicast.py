"""uftp to real receivers: two network namespaces on a bridge, each with uftpd, within one that only this test sees."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from headend.adapters.edge_transports.multicast import UftpTransport
from headend.ingest.errors import TransferFailed
from headend.ingest.ports import EdgeAddress

SENDING = Path(__file__).with_name("multicast_room.py")


def room(tmp_path: Path, **asked: object) -> dict[str, object]:
    """Have files sent in namespaces of their own; gives what came of it."""
    command = ["unshare", "--map-root-user", "--net", "--fork", "--kill-child", sys.executable, str(SENDING)]
    done = subprocess.run(
        [*command, json.dumps({"folder": str(tmp_path), **asked})], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.needs("uftpd")
def test_a_group_gets_a_file_at_once_and_who_missed_it_is_named(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(hashlib.shake_128(b"film").digest(20_000_000))
    told = room(tmp_path, receivers=["0x00000001", "0x00000002"], edges=["0x00000001", "0x00000002", "0x0000000A", ""])
    assert told["arrived"] == {"edge-0": True, "edge-1": True, "edge-2": False, "edge-3": False}
    for number in range(2):
        home = tmp_path / f"edge-{number}"
        assert [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()] == ["vod/film 1.mp4"]
        assert (home / "vod/film 1.mp4").read_bytes() == film.read_bytes()
    progress = told["progress"]
    assert isinstance(progress, list)
    assert progress == sorted(progress)
    assert 0 < progress[-1] <= film.stat().st_size


@pytest.mark.needs("uftpd")
def test_progress_ends_it_and_nothing_half_appears(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(hashlib.shake_128(b"film").digest(20_000_000))
    told = room(tmp_path, receivers=["0x00000001"], edges=["0x00000001"], stop=True)
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
