"""What every way to an edge promises, tried with a real server of each kind."""

import hashlib
import logging
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from tests.ports.edge_transports.houses import PASSWORD, House, house

from headend.adapters.edge_transports import EDGE_TRANSPORTS
from headend.ingest.errors import Stopped, TransferFailed
from headend.ingest.ports import Stored

MB = 1024 * 1024


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files_in(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


class StopAt:
    """Progress that stops the work once so many bytes are done, and remembers what it was told."""

    def __init__(self, limit: int) -> None:
        self.limit, self.told = limit, list[int]()

    def __call__(self, done: int) -> None:
        self.told.append(done)
        if done >= self.limit:
            raise Stopped("enough")


def test_a_file_arrives_whole_under_its_name_and_nothing_else_is_left(edge: House, film: Path) -> None:
    told: list[int] = []
    stored = edge.transport().send(film, "vod/2026/film 1.mp4", sha256=sha256(film), progress=told.append)
    assert stored == Stored(film.stat().st_size, sha256(film))
    assert files_in(edge.home) == {"vod/2026/film 1.mp4"}
    assert sha256(edge.home / "vod/2026/film 1.mp4") == sha256(film)
    assert told == sorted(told)
    assert told[0] == 0
    assert told[-1] == film.stat().st_size
    assert edge.transport().find("vod/2026/film 1.mp4") == stored


def test_fifty_megabytes_arrive(edge: House, tmp_path: Path) -> None:
    film = tmp_path / "long.ts"
    film.write_bytes(hashlib.shake_128(b"film").digest(50 * MB))
    assert edge.transport().send(film, "long.ts", sha256=sha256(film)) == Stored(50 * MB, sha256(film))
    assert sha256(edge.home / "long.ts") == sha256(film)


def test_an_empty_file_is_a_file(edge: House, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    assert edge.transport().send(empty, "empty", sha256=sha256(empty)) == Stored(0, sha256(empty))
    assert files_in(edge.home) == {"empty"}


def test_a_file_that_is_there_and_equal_is_not_sent_again(edge: House, film: Path) -> None:
    edge.transport().send(film, "film.mp4", sha256=sha256(film))
    before = (edge.home / "film.mp4").stat()
    sent = edge.proxy.sent if edge.proxy else 0
    edge.transport().send(film, "film.mp4", sha256=sha256(film))
    after = (edge.home / "film.mp4").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    if edge.proxy:
        assert edge.proxy.sent - sent < MB


def test_another_file_of_the_same_name_and_size_takes_its_place(edge: House, film: Path) -> None:
    (edge.home / "film.mp4").write_bytes(b"x" * film.stat().st_size)
    edge.transport().send(film, "film.mp4", sha256=sha256(film))
    assert sha256(edge.home / "film.mp4") == sha256(film)


@pytest.mark.parametrize(
    "name", ["Fußball & Öl.mp4", "фильм один.ts", "a+b=c%20;#?.mp4", "-rf", "~root", "'quoted\"`$(x)"]
)
def test_names_are_kept_as_they_are(edge: House, tmp_path: Path, name: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"film")
    edge.transport().send(source, name, sha256=sha256(source))
    assert files_in(edge.home) == {name}
    edge.transport().remove(name)
    assert files_in(edge.home) == set()


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../up", "a/../../up", "a//b", "./a", "a\0b", "a\nDELE b", "a\\b", "a\udcff", " a", "x" * 300]
    + ["film.mp4.part", "film.mp4.part.note"],
)
def test_names_that_lead_elsewhere_are_refused_for_good(edge: House, film: Path, name: str) -> None:
    transport = edge.transport()
    for attempt in (
        lambda: transport.send(film, name, sha256=sha256(film)),
        lambda: transport.find(name),
        lambda: transport.remove(name),
    ):
        with pytest.raises(TransferFailed) as failure:
            attempt()
        assert failure.value.is_final
    assert files_in(edge.home) == set()


# --- broken off ---


def test_what_progress_raises_comes_out_and_the_rest_is_sent_next_time(edge: House, film: Path) -> None:
    size = film.stat().st_size
    with pytest.raises(Stopped, match="enough"):
        edge.transport().send(film, "vod/film.mp4", sha256=sha256(film), progress=StopAt(3 * MB))
    assert not (edge.home / "vod/film.mp4").exists()
    lay = (edge.home / "vod/film.mp4.part").stat().st_size
    assert 0 < lay < size
    told: list[int] = []
    sent = edge.proxy.sent if edge.proxy else 0
    edge.transport().send(film, "vod/film.mp4", sha256=sha256(film), progress=told.append)
    assert lay <= told[0] < size  # what was on its way when we stopped may still have been written
    assert files_in(edge.home) == {"vod/film.mp4"}
    assert sha256(edge.home / "vod/film.mp4") == sha256(film)
    if edge.proxy:
        assert size - lay <= edge.proxy.sent - sent < size - lay + MB // 2


def test_a_cut_line_is_not_for_good_and_the_rest_is_sent_next_time(edge: House, film: Path) -> None:
    if edge.proxy is None:
        return  # a folder has no line
    size = film.stat().st_size
    edge.proxy.breaks_at = 5 * MB
    with pytest.raises(TransferFailed) as failure:
        edge.transport().send(film, "film.mp4", sha256=sha256(film))
    assert not failure.value.is_final
    with pytest.raises(TransferFailed) as failure:
        edge.transport().check()
    assert not failure.value.is_final
    assert files_in(edge.home) == {"film.mp4.part", "film.mp4.part.note"}
    edge.proxy.mend()
    lay = (edge.home / "film.mp4.part").stat().st_size
    assert lay > MB
    assert edge.transport().send(film, "film.mp4", sha256=sha256(film)).sha256 == sha256(film)
    assert edge.proxy.sent < size - lay + MB // 2
    assert files_in(edge.home) == {"film.mp4"}


@pytest.mark.parametrize("spoil", ["longer", "other beginning", "no note", "note of another film"])
def test_a_part_that_is_not_the_beginning_is_sent_anew(edge: House, film: Path, spoil: str) -> None:
    with pytest.raises(Stopped):
        edge.transport().send(film, "film.mp4", sha256=sha256(film), progress=StopAt(3 * MB))
    part, note = edge.home / "film.mp4.part", edge.home / "film.mp4.part.note"
    if spoil == "longer":
        part.write_bytes(film.read_bytes() + b"more")
    elif spoil == "other beginning":
        part.write_bytes(b"x" * part.stat().st_size)
    elif spoil == "no note":
        note.unlink()
    else:
        note.write_text("0" * 64)
    edge.transport().send(film, "film.mp4", sha256=sha256(film))
    assert files_in(edge.home) == {"film.mp4"}
    assert sha256(edge.home / "film.mp4") == sha256(film)


def test_a_file_that_changed_meanwhile_never_appears(edge: House, film: Path) -> None:
    expected = sha256(film)
    film.write_bytes(b"another film")
    with pytest.raises(TransferFailed) as failure:
        edge.transport().send(film, "film.mp4", sha256=expected)
    assert failure.value.is_final
    assert files_in(edge.home) == set()


def test_two_at_once_leave_one_whole_file(edge: House, film: Path, tmp_path: Path) -> None:
    """The same name from two sides: once with the same bytes, once with others, without their knowing of each other."""
    other = tmp_path / "other.mp4"
    other.write_bytes(film.read_bytes()[::-1])
    failures: list[TransferFailed] = []

    def send(source: Path, host: str) -> None:
        path = edge.edge.path + ("/" if host else "")  # so that they do not take turns as one process's transfers do
        try:
            transport = EDGE_TRANSPORTS[edge.kind](replace(edge.edge, host=host or edge.edge.host, path=path))
            transport.send(source, "film.mp4", sha256=sha256(source))
        except TransferFailed as failure:
            failures.append(failure)

    for sources in ((film, film), (film, other)):
        threads = [
            threading.Thread(target=send, args=(source, host))
            for source, host in zip(sources, ("", "localhost"), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not any(failure.is_final for failure in failures), failures
        if (edge.home / "film.mp4").exists():
            assert sha256(edge.home / "film.mp4") in {sha256(film), sha256(other)}
        edge.transport().send(film, "film.mp4", sha256=sha256(film))
        assert sha256(edge.home / "film.mp4") == sha256(film)


def test_transfers_of_one_process_to_one_name_take_turns(edge: House, film: Path) -> None:
    done: list[Stored] = []

    def send() -> None:
        done.append(edge.transport().send(film, "film.mp4", sha256=sha256(film)))

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [Stored(film.stat().st_size, sha256(film))] * 3
    if edge.proxy:
        assert edge.proxy.sent < film.stat().st_size + 3 * MB


# --- looking and taking away ---


def test_what_is_not_there_is_not_found_and_may_be_taken_away(edge: House) -> None:
    assert edge.transport().find("nothing/at all") is None
    edge.transport().remove("nothing/at all")


def test_removing_takes_the_part_too(edge: House, film: Path) -> None:
    edge.transport().send(film, "film.mp4", sha256=sha256(film))
    (edge.home / "film.mp4.part").write_bytes(b"half")
    (edge.home / "film.mp4.part.note").write_bytes(b"note")
    edge.transport().remove("film.mp4")
    assert files_in(edge.home) == set()


def test_checking_leaves_nothing_behind(edge: House) -> None:
    edge.transport().check()
    assert files_in(edge.home) == set()


# --- refusals ---


def test_who_may_not_come_in_is_told_so_for_good_and_no_secret_is_told(
    edge: House, film: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for logger in (None, "asyncssh", "aioftp"):
        caplog.set_level(logging.DEBUG, logger)
    for what, address in edge.wrong.items():
        transport = EDGE_TRANSPORTS[edge.kind](address)
        for attempt in (transport.check, lambda way=transport: way.send(film, "vod/film.mp4", sha256=sha256(film))):
            with pytest.raises(TransferFailed) as failure:
                attempt()
            assert failure.value.is_final, (what, failure.value)
            secret = address.password.splitlines()[1 if "\n" in address.password else 0]
            assert secret not in str(failure.value) + caplog.text + repr(address)
            assert failure.value.__cause__ is None
    assert caplog.text or edge.kind == "folder"
    assert files_in(edge.home) == set()


@pytest.mark.parametrize("kind", ["ftp", "ftps", pytest.param("sftp", marks=pytest.mark.needs("sshd"))])
def test_a_server_that_dies_is_not_for_good(kind: str, film: Path, tmp_path: Path) -> None:
    with house(kind, tmp_path / "edge") as edge:
        assert edge.kill is not None

        def kill(done: int) -> None:
            if done > 2 * MB and edge.kill:
                edge.kill()

        with pytest.raises(TransferFailed) as failure:
            edge.transport().send(film, "film.mp4", sha256=sha256(film), progress=kill)
        assert not failure.value.is_final
        with pytest.raises(TransferFailed) as failure:
            edge.transport().check()
        assert not failure.value.is_final
        assert not (edge.home / "film.mp4").exists()


@pytest.mark.parametrize("kind", ["ftp", "ftps", pytest.param("sftp", marks=pytest.mark.needs("sshd"))])
def test_a_full_disk_is_for_good(kind: str, film: Path, tmp_path: Path) -> None:
    with house(kind, tmp_path / "edge", room=2 * MB) as edge:
        with pytest.raises(TransferFailed) as failure:
            edge.transport().send(film, "film.mp4", sha256=sha256(film))
        assert failure.value.is_final, failure.value
        assert not (edge.home / "film.mp4").exists()


def test_an_edge_may_be_sent_to_only_so_fast(edge: House, film: Path) -> None:
    told: list[int] = []

    def stop(done: int) -> None:
        told.append(done)
        if len(told) > 4:
            raise Stopped

    with pytest.raises(Stopped):
        edge.transport(name="slow", bytes_per_second=800_000).send(film, "film.mp4", sha256=sha256(film), progress=stop)
    assert told[-1] <= 400_000, "told of at least eight times a second"
    assert PASSWORD not in repr(edge.edge)
