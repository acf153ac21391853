"""ffprobe on films, on what claims to be one, and where it is missing."""

import errno
import subprocess
import time
from pathlib import Path

import imageio_ffmpeg
import pytest
from PIL import Image

from headend.adapters.media import Ffprobe
from headend.ingest.errors import BrokenOff, NotProbed, Stopped
from headend.ingest.ports import Track

pytestmark = pytest.mark.needs("ffprobe")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two seconds of film."""
    made = tmp_path_factory.mktemp("films")
    ffmpeg(made / "film.ts", "-metadata:s:a:0", "language=ita")
    return made


def ffmpeg(path: Path, *options: str) -> None:
    inputs = ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=25", "-f", "lavfi", "-i", "sine"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *inputs, "-t", "2", *options, str(path)]
    subprocess.run(command, check=True, timeout=60)


def test_length_and_tracks_of_a_film(folder: Path):
    found = Ffprobe().probe(folder / "film.ts")
    assert found.container == "mpegts"
    assert found.seconds == pytest.approx(2, abs=0.3)
    video, audio = found.tracks
    assert (video.kind, video.width, video.height) == ("video", 320, 240)
    assert audio == Track("audio", audio.codec, "ita")


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.mxf", "film.mpg"])
def test_containers(folder: Path, name: str):
    options = ("-c:a", "pcm_s16le", "-ar", "48000") if name.endswith("mxf") else ("-ar", "48000")
    ffmpeg(folder / name, *options)
    assert {track.kind for track in Ffprobe().probe(folder / name).tracks} == {"video", "audio"}


@pytest.mark.parametrize("name", ["-i", "film 'a' $(x).ts", "concat:film.ts", "f%03d.ts", "film.ts|film.ts", "ü.ts"])
def test_names_are_only_names(folder: Path, name: str):
    (folder / name).write_bytes((folder / "film.ts").read_bytes())
    assert Ffprobe().probe(folder / name).container == "mpegts"


def test_playlists_lead_nowhere(folder: Path):
    film = folder / "film.ts"
    lists = {
        "a.mpg": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{film}\n#EXT-X-ENDLIST\n",
        "b.mpg": f"ffconcat version 1.0\nfile {film}\n",
        "c.mpg": "#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:9/film.ts\n",
        "d.mpg": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>',
    }
    for name, text in lists.items():
        (folder / name).write_text(text)
        with pytest.raises(NotProbed) as refused:
            Ffprobe().probe(folder / name)
        assert str(folder) not in str(refused.value)


@pytest.mark.parametrize("data", [b"", b"\0" * 10_000, b"not a film", b"\x47" * 188 * 50])
def test_what_is_no_film_is_not_probed(folder: Path, data: bytes):
    (folder / "no.mpg").write_bytes(data)
    try:
        found = Ffprobe().probe(folder / "no.mpg")
    except NotProbed as error:
        refusal = error
    else:
        assert found.tracks == ()
        return
    assert not refusal.is_absent


def program(folder: Path, script: str) -> str:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_it_may_be_missing_or_silly(tmp_path: Path, folder: Path):
    with pytest.raises(NotProbed, match="there is no ffprobe-nowhere") as refused:
        Ffprobe("ffprobe-nowhere").probe(folder / "film.ts")
    assert refused.value.is_absent
    with pytest.raises(NotProbed, match="nothing that can be"):
        Ffprobe(program(tmp_path, "echo '[1'")).probe(folder / "film.ts")


@pytest.mark.parametrize(
    ("script", "seconds", "words"),
    [
        ("exec sleep 9", 0.2, "took longer than 0.2 seconds with film.ts"),
        ("kill -KILL $$", 60, "was killed while it looked into film.ts"),
        ("kill -TERM $$", 60, "was killed"),
    ],
)
def test_what_was_ended_before_it_could_tell_is_no_verdict(
    tmp_path: Path, folder: Path, script: str, seconds: float, words: str
):
    with pytest.raises(BrokenOff, match=words):
        Ffprobe(program(tmp_path, script), seconds).probe(folder / "film.ts")


def test_a_file_on_which_it_crashes_is_not_probed(tmp_path: Path, folder: Path):
    with pytest.raises(NotProbed):
        Ffprobe(program(tmp_path, "kill -SEGV $$")).probe(folder / "film.ts")


def test_a_machine_without_room_for_another_process_is_no_verdict(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(BrokenOff, match="temporarily unavailable"):
        Ffprobe().probe(folder / "film.ts")


def test_pictures_are_decoded_whole(tmp_path: Path):
    path = tmp_path / "cover.bmp"
    Image.new("RGB", (32, 48)).save(path)
    assert Ffprobe().picture(path) == (32, 48)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(NotProbed, match="broken"):
        Ffprobe().picture(path)
    with pytest.raises(BrokenOff):
        Ffprobe().picture(tmp_path / "nowhere.jpg")


def test_it_ends_when_it_shall(tmp_path: Path, folder: Path):
    def stop(_done: int) -> None:
        raise Stopped

    began = time.monotonic()
    with pytest.raises(Stopped):
        Ffprobe(program(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 30")).probe(folder / "film.ts", progress=stop)
    assert time.monotonic() - began < 10
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()
