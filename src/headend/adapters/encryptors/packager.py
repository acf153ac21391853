"""HLS and DASH by Shaka Packager (https://github.com/shaka-project/shaka-packager), as a process.

One fragmented MP4 for each track, with byte ranges for both kinds of players: few files to bring to edges.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from headend.adapters.encryptors.program import provide_packager
from headend.adapters.programs import Ended, run
from headend.ingest.errors import BrokenOff, EncryptionFailed
from headend.ingest.ports import ContentKey, Encrypted, Progress, no_progress

HLS, DASH = "master.m3u8", "manifest.mpd"
SCHEMES = ("cbcs", "cenc")
SEGMENT_SECONDS = 4
_SLOWEST = 1_000_000  # bytes a second; a packager slower than that hangs
_COPIES = 2  # of the film: what is made, and what it is made from
_LEAST_FREE = 1_000_000
_PATIENCE_SECONDS = 300
_STREAM = re.compile(r"^Stream \[(\d+)\] type: (\w+)\n((?: .*\n)*)", re.MULTILINE)
_LANGUAGE = re.compile(r"^ language: (\w+)$", re.MULTILINE)
_ERROR = re.compile(r"Packaging Error: \d+ \((\w+)\): ?(.*)")
_OUR_FAULT = "FILE_FAILURE"  # disk full and the like; all else is about what stands in the file
_CRASHES = (-6, -11)  # ABRT and SEGV


@dataclass(frozen=True, slots=True)
class Setup:
    """How files are packaged. `data` is the data directory; `key_address` the address of our raw-key call for players
    of HLS, which {key_id} completes, "" for none."""

    data: Path
    key_address: str = ""


@dataclass(frozen=True, slots=True)
class _Stream:
    number: int
    kind: str
    language: str


class Packager:
    """The port `ingest.ports.Encryptor`: makes files for players of a film, encrypted with one key for all tracks, or
    in clear."""

    is_manual: ClassVar[bool] = False
    encrypts: ClassVar[bool]

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def encrypt(
        self, source: Path, target: Path, key: ContentKey | None, *, progress: Progress = no_progress
    ) -> Encrypted:
        secrets = self._secrets(key) if self.encrypts else ()
        size = _size(source)
        program = provide_packager(self._setup.data / "programs")
        with _room(source, target) as room:
            _check_space(room, _COPIES * size)
            command = [str(program), "--temp_dir", "."]
            seen = self._run([*command, "in=film", "--dump_stream_info"], room, source, size, lambda _: progress(0))
            streams = _streams(seen.words)
            made = [*command, *_outputs(streams), "--segment_duration", str(SEGMENT_SECONDS)]
            made += ["--hls_master_playlist_output", f"out/{HLS}", "--mpd_output", f"out/{DASH}"]
            with _flags(secrets) as (flags, descriptors):
                self._run([*made, *flags], room, source, size, progress, descriptors)
        files = tuple(sorted(path.name for path in target.iterdir()))
        progress(size)
        return Encrypted(files, HLS, DASH)

    def _secrets(self, key: ContentKey | None) -> Sequence[str]:
        if key is None:
            raise EncryptionFailed("there is no key to encrypt with")
        if not all(re.fullmatch(r"[0-9a-fA-F]{32}", text) for text in (key.key_id, key.key)):
            raise EncryptionFailed("a key and its id are 16 bytes each, in hex")
        if key.scheme not in SCHEMES:
            raise EncryptionFailed(f"{key.scheme!r} is none of {', '.join(SCHEMES)}")
        return (
            "--enable_raw_key_encryption",
            f"--keys=label=:key_id={key.key_id}:key={key.key}",
            f"--protection_scheme={key.scheme}",
            "--clear_lead=0",
            f"--hls_key_uri={self._setup.key_address.format(key_id=key.key_id)}",
        )

    def _run(  # noqa: PLR0913
        self,
        command: Sequence[str],
        room: Path,
        source: Path,
        size: int,
        progress: Progress,
        descriptors: Sequence[int] = (),
    ) -> Ended:
        seconds = _PATIENCE_SECONDS + size / _SLOWEST
        try:
            ended = run(
                command, source=source, progress=progress, folder=room, seconds=seconds, descriptors=descriptors
            )
        except OSError as error:
            raise EncryptionFailed(f"the packager cannot be started: {error.strerror}") from error
        if ended.was_late:
            raise BrokenOff(f"the packager was not done with {source.name} within {seconds:.0f} seconds")
        if ended.status:
            _check_space(room, _LEAST_FREE)  # a full disk looks like a bad file
            raise _failure(ended, source)
        return ended


def _size(source: Path) -> int:
    try:
        return source.stat().st_size
    except OSError as error:
        raise EncryptionFailed(f"{source.name} cannot be read: {error.strerror}") from error


@contextmanager
def _room(source: Path, target: Path) -> Iterator[Path]:
    """A folder to work in, on the disk of `target` and gone with it, where both have names without "," and "="."""
    try:
        with tempfile.TemporaryDirectory(prefix=".work-", dir=target) as name:
            room = Path(name)
            (room / "film").symlink_to(source.absolute())
            (room / "out").symlink_to(target.absolute(), target_is_directory=True)
            yield room
    except OSError as error:
        raise EncryptionFailed(f"{target} cannot be written: {error.strerror}") from error


def _check_space(room: Path, needed: int) -> None:
    free = shutil.disk_usage(room).free
    if free < needed:
        raise EncryptionFailed(f"the disk is full: {free:,} bytes are free, {needed:,} are needed")


@contextmanager
def _flags(lines: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[int]]]:
    """Give flags to the packager through a pipe: neither other users' `ps` nor a disk ever sees a key."""
    if not lines:
        yield (), ()
        return
    reader, writer = os.pipe()
    try:
        os.write(writer, "".join(f"{line}\n" for line in lines).encode())
        os.close(writer)
        yield (f"--flagfile=/proc/self/fd/{reader}",), (reader,)
    finally:
        os.close(reader)


def _streams(words: str) -> Sequence[_Stream]:
    """Read what --dump_stream_info writes. Raises EncryptionFailed where there is nothing to see or hear."""
    found = []
    for number, kind, rest in _STREAM.findall(words):
        if kind in ("Video", "Audio"):
            language = _LANGUAGE.search(rest)
            found.append(_Stream(int(number), kind.lower(), language[1] if language else "und"))
    if not found:
        raise EncryptionFailed("the file holds neither picture nor sound that can be packaged", is_refused=True)
    return found


def _outputs(streams: Sequence[_Stream]) -> Iterator[str]:
    for stream in streams:
        name = f"{stream.kind}_{stream.number}"
        described = f"in=film,stream={stream.number},out=out/{name}.mp4,playlist_name={name}.m3u8"
        if stream.kind == "audio":
            described += f",hls_group_id=audio,hls_name={stream.language}-{stream.number}"
        yield described


def _failure(ended: Ended, source: Path) -> EncryptionFailed:
    """Never quotes more than the packager's one line of error, which has no flags in it."""
    told = _ERROR.search(ended.words)
    if told is None:
        return EncryptionFailed(f"the packager ended with {ended.status}", is_refused=ended.status in _CRASHES)
    code, text = told[1], told[2].strip()[:200]
    if code == _OUR_FAULT:
        return EncryptionFailed(f"the packager could not write: {text}")
    return EncryptionFailed(f"{source.name} cannot be packaged: {text or code}", is_refused=True)
