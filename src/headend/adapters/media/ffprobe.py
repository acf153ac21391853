"""Looks into media files with ffprobe, in a process of its own that can be stopped.

What a provider sends may be made to be looked into: only formats of media files are opened, not playlists, which would
make ffprobe read other files, and nothing is fetched.
"""

import errno
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec

from headend.adapters.pictures.checking import size_of
from headend.adapters.programs import run
from headend.catalog.errors import PictureRefused
from headend.catalog.pictures import LARGEST_FILE
from headend.ingest.errors import BrokenOff, NotProbed
from headend.ingest.ports import Probe, Progress, Track, no_progress

LONGEST_SECONDS = 60.0
FORMATS = (
    "mpeg,mpegts,mpegtsraw,mpegvideo,m4v,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mxf,avi,asf,flv,ogg,h264,hevc,"
    "mp3,aac,ac3,eac3,wav,flac,srt,webvtt"
)
_SHOWN = "format=format_name,duration:stream=codec_type,codec_name,width,height,duration:stream_tags=language"
_KINDS = ("video", "audio", "subtitle")
_LONGEST_WORDS = 300
_KILLED = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)  # by others; its own crashes are the file's
_SHORTAGES = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)


class _Tags(msgspec.Struct, frozen=True):
    language: str = ""


class _Stream(msgspec.Struct, frozen=True):
    codec_type: str = "other"
    codec_name: str = ""
    width: int = 0
    height: int = 0
    duration: str = ""
    tags: _Tags = _Tags()


class _Format(msgspec.Struct, frozen=True):
    format_name: str = ""
    duration: str = ""


class _Answer(msgspec.Struct, frozen=True):
    format: _Format
    streams: tuple[_Stream, ...] = ()


class Ffprobe:
    """The port `ingest.ports.Prober`."""

    def __init__(self, program: str = "ffprobe", longest_seconds: float = LONGEST_SECONDS) -> None:
        self._program = program
        self._longest = longest_seconds

    def probe(self, path: Path, *, progress: Progress = no_progress) -> Probe:
        """See Prober."""
        try:
            answer = msgspec.json.decode(self._ask(path, progress), type=_Answer)
        except msgspec.DecodeError as error:
            raise NotProbed(f"ffprobe says nothing that can be read of {path.name}") from error
        lengths = (answer.format.duration, *(stream.duration for stream in answer.streams))
        return Probe(answer.format.format_name, max(map(_seconds, lengths)), tuple(_tracks(answer)))

    def picture(self, path: Path) -> tuple[int, int]:
        """See Prober."""
        try:
            with path.open("rb") as file:
                return size_of(file.read(LARGEST_FILE + 1))
        except PictureRefused as error:
            raise NotProbed(str(error)) from error
        except OSError as error:
            raise BrokenOff(f"{path.name} cannot be read: {error.strerror}") from error

    def _ask(self, path: Path, progress: Progress) -> bytes:
        found = shutil.which(self._program)
        if found is None:
            raise NotProbed(f"there is no {self._program}; Debian has it in the package ffmpeg", is_absent=True)
        command = [found, "-v", "error", "-print_format", "json", "-show_entries", _SHOWN]
        command += ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-i", f"file:{path.absolute()}"]
        with tempfile.TemporaryFile() as answer:
            self._run(command, path, progress, answer)
            answer.seek(0)
            return answer.read()

    def _run(self, command: Sequence[str], path: Path, progress: Progress, answer: IO[bytes]) -> None:
        try:
            ended = run(
                command, source=path, progress=progress, folder=path.parent, seconds=self._longest, answer=answer
            )
        except OSError as error:
            if error.errno in _SHORTAGES:
                raise BrokenOff(f"ffprobe could not be started: {error.strerror}") from error
            raise NotProbed(f"ffprobe could not be started: {error}", is_absent=True) from error
        if ended.was_late:
            raise BrokenOff(f"ffprobe took longer than {self._longest:g} seconds with {path.name}")
        if -ended.status in _KILLED:
            raise BrokenOff(f"ffprobe was killed while it looked into {path.name}")
        if ended.status:
            words = ended.words.replace(f"file:{path.absolute()}", path.name).strip()
            raise NotProbed(words[-_LONGEST_WORDS:] or "ffprobe broke off")


def _seconds(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if 0 < found < 10**7 else 0.0


def _tracks(answer: _Answer) -> Iterator[Track]:
    for stream in answer.streams:
        kind = stream.codec_type if stream.codec_type in _KINDS else "other"
        language = "" if stream.tags.language == "und" else stream.tags.language.lower()
        yield Track(kind, stream.codec_name, language, stream.width, stream.height)
