"""What only some edges do: tell checksums, take files without giving them back, show keys that nobody knows."""

import asyncio
import hashlib
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.ports.edge_transports.houses import PASSWORD, House, house
from tests.ports.edge_transports.ssh_server import WAYS, openssh_server, password_server

from headend.adapters.edge_transports import EDGE_TRANSPORTS
from headend.adapters.edge_transports.ftp import _Client
from headend.adapters.edge_transports.pace import Bucket
from headend.adapters.edge_transports.shelf import PART
from headend.ingest.errors import Stopped, TransferFailed
from headend.ingest.ports import EdgeAddress, Stored

MB = 1024 * 1024


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(edge: House, **changes: object) -> TransferFailed:
    with pytest.raises(TransferFailed) as failure:
        EDGE_TRANSPORTS[edge.kind](replace(edge.edge, **changes)).check()  # type: ignore[arg-type]
    assert PASSWORD not in str(failure.value)
    return failure.value


@pytest.mark.parametrize(("hashes", "name"), [(["HASH"], "a film.mp4"), (["XMD5"], "film.mp4")])
def test_what_an_ftp_server_says_of_a_file_spares_reading_it_back(
    film: Path, tmp_path: Path, hashes: list[str], name: str
) -> None:
    with house("ftp", tmp_path / "edge", hashes=hashes, perm="eadfmwMTl") as edge:  # without r: no RETR
        assert edge.transport().send(film, name, sha256=sha256(film)) == Stored(film.stat().st_size, sha256(film))
        (edge.home / name).write_bytes(b"x" * film.stat().st_size)
        edge.transport().send(film, name, sha256=sha256(film))
        assert sha256(edge.home / name) == sha256(film)


def test_an_ftp_server_that_gives_nothing_back_is_compared_by_size_and_says_so(film: Path, tmp_path: Path) -> None:
    with house("ftp", tmp_path / "edge", perm="eadfmwMTl") as edge:
        assert edge.transport().send(film, "film.mp4", sha256=sha256(film)) == Stored(film.stat().st_size, "")
        assert edge.transport().find("film.mp4") == Stored(film.stat().st_size, "")
        (edge.home / "film.mp4").write_bytes(b"x" * film.stat().st_size)
        edge.transport().send(film, "film.mp4", sha256=sha256(film))
        assert sha256(edge.home / "film.mp4") == sha256(film), "what cannot be compared is sent again"


def test_comparing_by_size_can_be_asked_for(edge: House, film: Path) -> None:
    options = {**edge.edge.options, "verify": "size"}
    stored = edge.transport(options=options).send(film, "film.mp4", sha256=sha256(film))
    assert stored == Stored(film.stat().st_size, "")


def test_an_ftp_server_that_does_not_go_on_gets_the_file_anew(film: Path, tmp_path: Path) -> None:
    def stop(done: int) -> None:
        if done >= 3 * MB:
            raise Stopped

    with house("ftp", tmp_path / "edge", without=["REST"]) as edge:
        with pytest.raises(Stopped):
            edge.transport().send(film, "film.mp4", sha256=sha256(film), progress=stop)
        assert edge.transport().send(film, "film.mp4", sha256=sha256(film)).sha256 == sha256(film)
        assert sha256(edge.home / "film.mp4") == sha256(film)


def test_what_somebody_else_takes_away_and_writes_anew_at_an_ftp_server_stops_nobody(
    film: Path, tmp_path: Path
) -> None:
    with house("ftp", tmp_path / "edge", contested=True) as edge:
        (edge.home / f"film.mp4{PART}").write_bytes(b"of another film")
        assert edge.transport().send(film, "film.mp4", sha256=sha256(film)).sha256 == sha256(film)
        assert sha256(edge.home / "film.mp4") == sha256(film)


def test_hanging_up_asks_nothing_of_what_has_closed_since() -> None:
    """A connection that is closed while it still has bytes to send closes once they are sent."""

    async def hang_up(address: tuple[str, int]) -> None:
        _, writer = await asyncio.open_connection(*address)
        client = _Client()
        client._writers.append(writer)
        writer.write(b"film " * 10 * MB)
        writer.close()
        await writer.wait_closed()
        await client.hang_up()

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
        pool.submit(_swallow, server)
        asyncio.run(hang_up(server.getsockname()))


def _swallow(server: socket.socket) -> None:
    with server.accept()[0] as connection:
        while connection.recv(MB):
            pass


def test_an_ftp_account_that_may_only_look_is_told_for_good(tmp_path: Path) -> None:
    with house("ftp", tmp_path / "edge", perm="elr") as edge:
        assert refused(edge).is_final


def test_a_certificate_that_nobody_trusts_is_refused_before_the_password_is_sent(tmp_path: Path) -> None:
    with house("ftps", tmp_path / "edge") as edge:
        failure = refused(edge, options={"timeout": "3"})
        assert failure.is_final
        assert "certificate" in str(failure)
        assert "USER" not in (tmp_path / "edge/server.log").read_text()
        assert refused(edge, options={"certificate": "no PEM"}).is_final
        pem = edge.edge.options["certificate"]
        in_one_line = "".join(pem.split("\n")[1:-2])
        EDGE_TRANSPORTS["ftps"](replace(edge.edge, options={"certificate": in_one_line})).check()


def test_a_server_without_tls_is_not_spoken_to_in_clear(tmp_path: Path) -> None:
    with house("ftp", tmp_path / "edge") as edge:
        edge.kind = "ftps"
        assert refused(edge).is_final
        assert "logged in" not in (tmp_path / "edge/server.log").read_text()


@pytest.mark.needs("sshd")
def test_an_edge_whose_key_nobody_confirmed_is_refused_with_its_fingerprint(tmp_path: Path) -> None:
    with house("sftp", tmp_path / "edge") as edge:
        known = edge.edge.options["host_key"]
        failure = refused(edge, options={"timeout": "3"})
        assert failure.is_final
        assert known in str(failure)
        stranger = "SHA256:" + "A" * 43
        failure = refused(edge, options={"host_key": stranger})
        assert failure.is_final
        assert "another key" in str(failure)
        assert known in str(failure)
        line = (tmp_path / "edge/host.pub").read_text()
        for keys in (f"{stranger}\n{known}", f"{stranger}, {known}", line):
            EDGE_TRANSPORTS["sftp"](replace(edge.edge, options={"host_key": keys})).check()
        assert refused(edge, options={"host_key": "no key"}).is_final
        EDGE_TRANSPORTS["sftp"](replace(edge.edge, password=edge.edge.password.replace("\n", ""))).check()
        assert refused(edge, password="-----BEGIN OPENSSH PRIVATE KEY-----\nnone").is_final


@pytest.mark.parametrize("way", WAYS)
def test_an_sftp_edge_may_ask_for_a_password(tmp_path: Path, film: Path, way: str) -> None:
    tried: list[str] = []
    with password_server(tmp_path, way, tried) as address:
        brings_a_film_by_password(House("sftp", tmp_path, address), film)
        assert set(tried) == {PASSWORD, "wrong-s3cret", ""}


@pytest.mark.needs("sshd")
@pytest.mark.skipif(os.geteuid() != 0, reason="root alone may let OpenSSH have accounts that the machine has not")
@pytest.mark.parametrize("way", WAYS)
def test_so_may_openssh(tmp_path: Path, film: Path, way: str) -> None:
    (tmp_path / "server").mkdir()
    with openssh_server(tmp_path / "server", way) as address:
        brings_a_film_by_password(House("sftp", Path(address.path), address), film)


def brings_a_film_by_password(edge: House, film: Path) -> None:
    def stop(done: int) -> None:
        if done >= 3 * MB:
            raise Stopped

    edge.transport().check()
    with pytest.raises(Stopped):
        edge.transport().send(film, "films/film.mp4", sha256=sha256(film), progress=stop)
    stored = edge.transport().send(film, "films/film.mp4", sha256=sha256(film))
    assert stored == Stored(film.stat().st_size, sha256(film))
    assert sha256(edge.home / "films/film.mp4") == sha256(film)
    for changes in ({"password": "wrong-s3cret"}, {"username": "other"}, {"password": ""}):
        failure = refused(edge, **changes)
        assert failure.is_final
        assert "does not let" in str(failure)
        assert "wrong-s3cret" not in str(failure)


@pytest.mark.parametrize("way", WAYS)
def test_an_sftp_edge_with_an_unknown_key_gets_no_password(tmp_path: Path, way: str) -> None:
    tried: list[str] = []
    with password_server(tmp_path, way, tried) as address:
        assert refused(House("sftp", tmp_path, address), options={"timeout": "3"}).is_final
    assert tried == []


def test_nobody_there_is_not_for_good(free_port: int) -> None:
    for kind in ("ftp", "ftps", "sftp"):
        address = EdgeAddress("edge-1", "127.0.0.1", free_port, "tv", PASSWORD)
        with pytest.raises(TransferFailed) as failure:
            EDGE_TRANSPORTS[kind](address).check()
        assert not failure.value.is_final


def test_a_name_that_nobody_has_and_a_time_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(TransferFailed):
        EDGE_TRANSPORTS["ftp"](EdgeAddress("edge-1", "no-such-host.invalid")).check()
    with pytest.raises(TransferFailed, match="timeout") as failure:
        EDGE_TRANSPORTS["ftp"](EdgeAddress("edge-1", options={"timeout": "soon"}))
    assert failure.value.is_final


def test_a_folder_is_named_from_the_root_on_and_must_be_mounted(film: Path, tmp_path: Path) -> None:
    for edge, text in (
        (EdgeAddress("edge-1", path="relative"), "from the root"),
        (EdgeAddress("edge-1", path=str(tmp_path), options={"marker": ".mounted"}), "not mounted"),
    ):
        with pytest.raises(TransferFailed, match=text):
            EDGE_TRANSPORTS["folder"](edge).send(film, "film.mp4", sha256=sha256(film))
    (tmp_path / "out").symlink_to("/tmp")
    with pytest.raises(TransferFailed, match="leads out") as failure:
        EDGE_TRANSPORTS["folder"](EdgeAddress("edge-1", path=str(tmp_path))).send(
            film, "out/film.mp4", sha256=sha256(film)
        )
    assert failure.value.is_final


def test_a_bucket_gives_what_it_has_and_no_more() -> None:
    now = [100.0]
    bucket = Bucket(1000, lambda: now[0])
    assert bucket.take(250) == 0.0
    assert bucket.take(500) == pytest.approx(0.5)
    assert bucket.take(500) == pytest.approx(1.0)
    now[0] += 1.0
    assert bucket.take(100) == pytest.approx(0.1)
    now[0] += 60
    waits = [bucket.take(100) for _ in range(10)]
    assert sum(wait == 0 for wait in waits) <= 3, "what was not used for a minute is not saved up"
    assert Bucket(0).take(10**9) == 0.0
