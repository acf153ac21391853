"""Shaka Packager at work, and what ffmpeg makes of the files with the key and without."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.ports.encryptors.conftest import FFMPEG, KEY

from headend.adapters.encryptors import ENCRYPTORS, Setup, packager
from headend.adapters.encryptors import program as packager_program
from headend.adapters.encryptors.program import provide_packager
from headend.ingest.errors import BrokenOff, EncryptionFailed, Stopped
from headend.ingest.models import EncryptorKind
from headend.ingest.ports import ContentKey

pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not here: it alone fetches the packager")
FILES = ("audio_1.m3u8", "audio_1.mp4", "audio_2.m3u8", "audio_2.mp4", "manifest.mpd", "master.m3u8")


def frames(path: Path, *options: str) -> int:
    """How many frames ffmpeg decodes without any complaint that it would stop at."""
    command = [FFMPEG, "-v", "error", "-xerror", *options, "-i", str(path), "-f", "framemd5", "-"]
    done = subprocess.run(command, capture_output=True, text=True)
    return sum(not line.startswith("#") for line in done.stdout.splitlines())


def made(target: Path) -> Path:
    target.mkdir()
    return target


def test_every_kind_but_none_has_one() -> None:
    assert set(ENCRYPTORS) == set(EncryptorKind.values) - {"none"}


@pytest.mark.parametrize(("scheme", "plays_in_ffmpeg"), [("cbcs", False), ("cenc", True)])
def test_a_film_is_encrypted_for_hls_and_dash(
    setup: Setup, film: Path, tmp_path: Path, scheme: str, plays_in_ffmpeg: bool
) -> None:
    told: list[int] = []
    target = made(tmp_path / "out, stream=1")
    done = ENCRYPTORS["shaka"](setup).encrypt(film, target, replace(KEY, scheme=scheme), progress=told.append)
    assert done.files == (*FILES, "video_0.m3u8", "video_0.mp4")
    assert (done.hls, done.dash) == ("master.m3u8", "manifest.mpd")
    assert sorted(path.name for path in target.rglob("*")) == list(done.files)
    assert told == sorted(told)
    assert told[-1] == film.stat().st_size
    assert frames(target / "video_0.mp4") == 0
    # ffmpeg 5 and later read cenc; of cbcs older ones know nothing, Chromium plays it in tests/browser
    if plays_in_ffmpeg:
        assert frames(target / "video_0.mp4", "-decryption_key", KEY.key) == 250
        assert frames(target / "audio_1.mp4", "-decryption_key", KEY.key) > 400
    playlist = (target / "video_0.m3u8").read_text()
    assert f'URI="https://tv.example/key/{KEY.key_id}"' in playlist
    master = (target / "master.m3u8").read_text()
    assert 'LANGUAGE="it"' in master
    assert 'LANGUAGE="en"' in master
    manifest = (target / "manifest.mpd").read_text()
    assert f'value="{scheme}"' in manifest
    assert "00112233-4455-6677-8899-aabbccddeeff" in manifest
    for path in target.iterdir():
        data = path.read_bytes()
        assert bytes.fromhex(KEY.key) not in data
        assert KEY.key.encode() not in data


def test_packaging_alone_needs_no_key(setup: Setup, film: Path, tmp_path: Path) -> None:
    target = made(tmp_path / "out")
    done = ENCRYPTORS["plain"](setup).encrypt(film, target, KEY)
    assert frames(target / "video_0.mp4") == 250
    assert frames(target / done.hls) > 250
    assert "ContentProtection" not in (target / "manifest.mpd").read_text()


def test_by_hand_is_for_people(setup: Setup, film: Path, tmp_path: Path) -> None:
    manual = ENCRYPTORS["manual"](setup)
    assert manual.is_manual
    with pytest.raises(EncryptionFailed, match="by hand") as failure:
        manual.encrypt(film, tmp_path, None)
    assert not failure.value.is_refused


def _noise(film: Path, path: Path) -> None:
    path.write_bytes(os.urandom(100_000))


def _empty(film: Path, path: Path) -> None:
    path.touch()


def _without_its_end(film: Path, path: Path) -> None:
    subprocess.run([FFMPEG, "-v", "error", "-i", film, "-map", "0", "-c", "copy", "-f", "mp4", path], check=True)
    path.write_bytes(path.read_bytes()[:100_000])


def _of_another_time(film: Path, path: Path) -> None:
    command = ["-v", "error", "-i", film, "-map", "0:0", "-c:v", "mpeg2video", "-f", "mpegts", path]
    subprocess.run([FFMPEG, *command], check=True)


@pytest.mark.parametrize("spoil", [_noise, _empty, _without_its_end, _of_another_time])
def test_a_file_that_is_at_fault_is_refused(
    setup: Setup, film: Path, tmp_path: Path, spoil: Callable[[Path, Path], None]
) -> None:
    spoil(film, tmp_path / "film.mp4")
    target = made(tmp_path / "out")
    with pytest.raises(EncryptionFailed) as failure:
        ENCRYPTORS["shaka"](setup).encrypt(tmp_path / "film.mp4", target, KEY)
    assert failure.value.is_refused, failure.value
    assert KEY.key not in str(failure.value)
    assert len(str(failure.value)) < 400


def test_what_is_not_the_files_fault_may_be_tried_again(setup: Setup, film: Path, tmp_path: Path) -> None:
    encryptor = ENCRYPTORS["shaka"](setup)
    for source, target, key in (
        (tmp_path / "nothing.ts", made(tmp_path / "a"), KEY),
        (film, tmp_path / "no folder", KEY),
        (film, made(tmp_path / "b"), None),
        (film, made(tmp_path / "c"), ContentKey("12", "34")),
        (film, made(tmp_path / "d"), replace(KEY, scheme="none")),
    ):
        with pytest.raises(EncryptionFailed) as failure:
            encryptor.encrypt(source, target, key)
        assert not failure.value.is_refused, failure.value


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_full_disk_is_not_the_files_fault(setup: Setup, film: Path, tmp_path: Path) -> None:
    target = made(tmp_path / "small")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60k", "tmpfs", target])
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        with pytest.raises(EncryptionFailed) as failure:
            ENCRYPTORS["shaka"](setup).encrypt(film, target, KEY)
        assert not failure.value.is_refused, failure.value
    finally:
        subprocess.run(["umount", target], check=True)


def test_one_that_is_too_slow_says_nothing_about_the_file(
    setup: Setup, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(packager, "provide_packager", lambda _folder: slow)
    monkeypatch.setattr(packager, "_PATIENCE_SECONDS", 0)
    with pytest.raises(BrokenOff, match="was not done with film"):
        ENCRYPTORS["shaka"](setup).encrypt(film, made(tmp_path / "out"), KEY)


def packagers() -> list[str]:
    """The command lines of packagers that this process has running."""
    found = []
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            with suppress(OSError):
                found.append(Path("/proc", pid, "cmdline").read_text().replace("\0", " "))
    return [line for line in found if "shaka-packager" in line]


def test_it_ends_when_it_shall_and_its_command_line_tells_no_key(setup: Setup, tmp_path: Path, film: Path) -> None:
    long = tmp_path / "long.ts"
    long.write_bytes(film.read_bytes() * 600)
    seen: list[str] = []

    def progress(done: int) -> None:
        seen.extend(line for line in packagers() if "--flagfile" in line)
        if seen and done:
            raise Stopped("enough")

    target = made(tmp_path / "out")
    with pytest.raises(Stopped):
        ENCRYPTORS["shaka"](setup).encrypt(long, target, KEY, progress=progress)
    assert seen
    assert KEY.key not in " ".join(seen)
    assert packagers() == []
    assert not list(target.glob(".work-*"))


# --- the program ---


def test_the_program_is_fetched_once_and_only_the_known_one(data: Path, tmp_path: Path) -> None:
    first = provide_packager(data / "programs")
    before = first.stat().st_mtime_ns
    threads = [threading.Thread(target=provide_packager, args=(data / "programs",)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first.stat().st_mtime_ns == before
    other = tmp_path / "programs"
    other.mkdir()
    spoiled = other / first.name
    spoiled.write_bytes(b"#!/bin/sh\necho I am no packager\n")
    assert provide_packager(other) == spoiled
    assert spoiled.read_bytes() == first.read_bytes()


def test_a_program_that_is_not_the_known_one_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = {name: (member, "0" * 64) for name, (member, _) in packager_program._MEMBERS.items()}
    monkeypatch.setattr(packager_program, "_MEMBERS", members)
    with pytest.raises(EncryptionFailed, match="is not what we know"):
        provide_packager(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
