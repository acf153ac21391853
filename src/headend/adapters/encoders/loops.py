"""Makes the demo's pictures and sound: short loops, encoded once, that the built-in origin plays for ever.

Each loop shows its caption, a counter of its seconds and a moving block, and sounds a tone with a beep every second.
H.264 constrained baseline and AAC in MPEG-TS, two renditions cut at the same moments: what any player plays.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import imageio_ffmpeg
import msgspec

from headend.adapters.encoders.lettering import Colour, Picture, width_of
from headend.delivery.ports import LOOP_MANIFEST, LoopManifest, LoopRendition
from headend.kernel.errors import HeadendError, Invalid

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a loop's name, how many are done and how many there are, as each one is finished."""

LOOP_SECONDS = 24  # a multiple of 8 s: then the loop is a whole number of AAC frames (1024 samples at 48 kHz)
SEGMENT_SECONDS = 2
FRAME_RATE = 25
SAMPLE_RATE = 48_000
AUDIO_RATE = 64_000

_RECIPE = 1  # raise it when loops made before must be made again
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_EXTINF = re.compile(r"^#EXTINF:(\d+)\.(\d{6}),", re.MULTILINE)
# A sequence parameter set begins with profile, constraints and level (ISO/IEC 14496-10, 7.3.2.1.1).
_SPS = re.compile(rb"\x00\x00\x01[\x27\x47\x67](...)", re.DOTALL)
_UNFINISHED = ".unfinished-"


class EncodingFailed(HeadendError):
    """ffmpeg did not give the loop it was asked for; the message has its last words."""

    code = "encoding_failed"


@dataclass(frozen=True, slots=True)
class LoopSpec:
    """What one loop shows. `name` is its folder: small letters, figures, - and _; `tone_hz` a whole number, so that
    the tone goes on smoothly where the loop begins again; `colour` the background's RGB, 0 to 255 each.
    """

    name: str
    caption: str
    tone_hz: int
    colour: Colour


@dataclass(frozen=True, slots=True)
class _Size:
    name: str
    width: int
    height: int
    peak_rate: int


_SIZES = (_Size("360p", 640, 360, 600_000), _Size("180p", 320, 180, 250_000))


def encode_loops(directory: Path, specs: Sequence[LoopSpec], progress: Progress) -> None:
    """Make sure that `directory` holds these loops; those that it holds already cost nothing.

    A loop appears whole or not at all: it is made beside its place and moved there last. Two calls at once, also of
    two processes, do the work once. Raises Invalid for an unusable spec, EncodingFailed, OSError.
    """
    for spec in specs:
        if not _NAME.fullmatch(spec.name):
            raise Invalid(f"{spec.name!r} cannot be the name of a loop", "name")
    if len({spec.name for spec in specs}) < len(specs):
        raise Invalid("two loops have the same name", "name")
    with _only_one(directory):
        for leftover in directory.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(leftover)
        missing = [spec for spec in specs if not _is_done(directory, spec)]
        finished = len(specs) - len(missing)
        with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
            works = {pool.submit(_make, directory, spec): spec for spec in missing}
            for done, work in enumerate(as_completed(works), finished + 1):
                work.result()
                progress(works[work].name, done, len(specs))


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _revision(spec: LoopSpec) -> str:
    """Digest all that a loop's bytes follow from: one thread of one version of x264 gives the same bytes each time."""
    settings = (_RECIPE, LOOP_SECONDS, SEGMENT_SECONDS, FRAME_RATE, SAMPLE_RATE, AUDIO_RATE, _SIZES)
    recipe = msgspec.json.encode((spec, settings, Path(imageio_ffmpeg.get_ffmpeg_exe()).name))
    return hashlib.sha256(recipe).hexdigest()[:12]


def _is_done(directory: Path, spec: LoopSpec) -> bool:
    try:
        manifest = msgspec.json.decode((directory / spec.name / LOOP_MANIFEST).read_bytes(), type=LoopManifest)
    except (FileNotFoundError, msgspec.DecodeError):
        return False
    files = (
        directory / spec.name / rendition.name / f"{number:02}.ts"
        for rendition in manifest.renditions
        for number in range(len(manifest.durations))
    )
    return manifest.revision == _revision(spec) and all(file.is_file() and file.stat().st_size for file in files)


def _make(directory: Path, spec: LoopSpec) -> None:
    place = directory / spec.name
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=directory) as unfinished:
        made = Path(unfinished) / "made"
        _encode(made, spec)
        (made / LOOP_MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(_manifest(made, spec))))
        if place.exists():
            place.rename(Path(unfinished) / "old")
        made.rename(place)


def _encode(folder: Path, spec: LoopSpec) -> None:
    for size in _SIZES:
        (folder / size.name).mkdir(parents=True)
    pictures = b"".join(bytes(picture.pixels) for picture in _pictures(spec))
    # ffmpeg reads % in the names it is given, so it works inside the folder, whatever that is called.
    ran = subprocess.run(_command(spec), cwd=folder, input=pictures, capture_output=True, check=False)
    if ran.returncode:
        words = ran.stderr.decode(errors="replace").strip().splitlines()[-3:]
        raise EncodingFailed(f"loop {spec.name}: ffmpeg ended with {ran.returncode}: {' '.join(words)}")


def _pictures(spec: LoopSpec) -> Iterator[Picture]:
    """Draw one picture for each second."""
    size = _SIZES[0]
    background = Picture(size.width, size.height)
    background.shade(spec.colour, tuple(part // 4 for part in spec.colour))  # type: ignore[arg-type]
    background.box(0, 300, size.width, 2, (255, 255, 255))
    dot = next(dot for dot in range(8, 0, -1) if dot == 1 or width_of(spec.caption, dot) <= size.width - 40)
    background.centred(50, dot, spec.caption, (255, 255, 255))
    background.centred(328, 2, f"Headend demo / {spec.tone_hz} Hz / loop of {LOOP_SECONDS} s", (200, 200, 200))
    for second in range(LOOP_SECONDS):
        picture = background.copy()
        picture.centred(150, 14, f"00:{second:02}", (255, 220, 90))
        yield picture


def _command(spec: LoopSpec) -> list[str]:
    size = _SIZES[0]
    frames = LOOP_SECONDS * FRAME_RATE
    block = 32
    # The block crosses the picture a whole number of times, so that it does not jump where the loop begins again.
    across = f"({size.width - block}/2)*(1-cos(2*PI*n*3/{frames}))"
    copies = "".join(f"[copy{n}]" for n in range(len(_SIZES)))
    scaled = "".join(f";[copy{n}]scale={each.width}:{each.height}:flags=area[v{n}]" for n, each in enumerate(_SIZES))
    graph = (
        f"[0:v]format=yuv420p,fps={FRAME_RATE}[second];[second][1:v]overlay=x='{across}':y=262:shortest=1,"
        f"trim=end_frame={frames},split={len(_SIZES)}{copies}{scaled}"
    )
    return [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-v", "error"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size.width}x{size.height}", "-framerate", "1", "-i", "-"),
        *("-f", "lavfi", "-i", f"color=c=white:s={block}x{block}:r={FRAME_RATE}:d={LOOP_SECONDS}"),
        *("-f", "lavfi", "-i", _sound(spec)),
        *("-filter_complex", graph, *_encoders()),
        *("-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_playlist_type", "vod"),
        *("-hls_flags", "independent_segments", "-hls_segment_options", "mpegts_flags=+initial_discontinuity"),
        *("-hls_segment_filename", "%v/%02d.ts"),
        *("-var_stream_map", " ".join(f"v:{n},a:{n},name:{size.name}" for n, size in enumerate(_SIZES))),
        "%v/index.m3u8",
    ]


def _sound(spec: LoopSpec) -> str:
    return f"sine=frequency={spec.tone_hz}:beep_factor=2:sample_rate={SAMPLE_RATE}:duration={LOOP_SECONDS}"


def _encoders() -> list[str]:
    """One thread each and no scene cuts: the same bytes each time, and a key frame where each segment begins."""
    keyed = SEGMENT_SECONDS * FRAME_RATE
    options = ["-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-level:v", "3.0", "-threads", "1"]
    options += ["-g", str(keyed), "-keyint_min", str(keyed), "-sc_threshold", "0", "-crf", "23"]
    # Without the encoder's priming frame sound and picture are equally long, so turns follow without an overlap.
    options += ["-c:a", "aac", "-b:a", str(AUDIO_RATE), "-ac", "2", "-bsf:a", "noise=drop=lt(n\\,1)"]
    for number, size in enumerate(_SIZES):
        options += ["-map", f"[v{number}]", "-map", "2:a"]
        options += [f"-maxrate:v:{number}", str(size.peak_rate), f"-bufsize:v:{number}", str(size.peak_rate)]
    return options


def _manifest(folder: Path, spec: LoopSpec) -> LoopManifest:
    cuts = {size.name: _durations(folder / size.name / "index.m3u8") for size in _SIZES}
    durations = cuts[_SIZES[0].name]
    if sum(durations) != LOOP_SECONDS * 1_000_000 or any(cut != durations for cut in cuts.values()):
        raise EncodingFailed(f"loop {spec.name}: the renditions were not cut as asked: {cuts}")
    renditions = tuple(_rendition(folder / size.name, size, durations) for size in _SIZES)
    return LoopManifest(spec.name, _revision(spec), durations, renditions)


def _durations(playlist: Path) -> tuple[int, ...]:
    """Read the segments' lengths, in microseconds, from the playlist that ffmpeg leaves, which then goes."""
    found = _EXTINF.findall(playlist.read_text())
    playlist.unlink()
    return tuple(int(whole) * 1_000_000 + int(part) for whole, part in found)


def _rendition(folder: Path, size: _Size, durations: tuple[int, ...]) -> LoopRendition:
    segments = [(folder / f"{number:02}.ts").read_bytes() for number in range(len(durations))]
    sps = _SPS.search(segments[0])
    if not sps:
        raise EncodingFailed(f"no sequence parameter set in {folder}")
    rates = [len(data) * 8_000_000 // lasts for data, lasts in zip(segments, durations, strict=True)]
    return LoopRendition(
        name=size.name,
        width=size.width,
        height=size.height,
        frame_rate=FRAME_RATE,
        codecs=f"avc1.{sps[1].hex()},mp4a.40.2",
        peak_rate=max(rates),
        average_rate=sum(map(len, segments)) * 8_000_000 // sum(durations),
    )
