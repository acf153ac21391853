"""Loops: whole or not at all, the same each time, made once."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.adapters.encoders.lettering import Picture, width_of
from headend.adapters.encoders.loops import EncodingFailed, LoopSpec, encode_loops
from headend.delivery.ports import LOOP_MANIFEST, LoopManifest
from headend.kernel.errors import Invalid

SPEC = LoopSpec("news", "News 24", 440, (140, 20, 30))
OTHER = LoopSpec("kino", "Kino", 523, (30, 60, 140))


def encode(directory, *specs):
    """Encode and answer what progress was told."""
    told = []
    encode_loops(directory, specs, lambda *news: told.append(news))
    return told


def manifest_of(directory, name="news"):
    return msgspec.json.decode((directory / name / LOOP_MANIFEST).read_bytes(), type=LoopManifest)


def files_of(directory):
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A directory with SPEC's loop; tests that change it take a copy."""
    directory = tmp_path_factory.mktemp("made")
    encode(directory, SPEC)
    return directory


@pytest.fixture
def directory(made, tmp_path):
    return shutil.copytree(made, tmp_path / "loops")


def test_a_loop_has_its_segments_and_a_manifest_that_tells_the_truth(made):
    files = files_of(made)
    numbers = range(12)
    assert set(files) == {"news/loop.json"} | {f"news/{size}/{n:02}.ts" for size in ("360p", "180p") for n in numbers}
    manifest = manifest_of(made)
    assert (manifest.name, manifest.durations) == ("news", (2_000_000,) * 12)
    for rendition, size in zip(manifest.renditions, [("360p", 640, 360), ("180p", 320, 180)], strict=True):
        bits = [len(files[f"news/{rendition.name}/{n:02}.ts"]) * 8 for n in numbers]
        assert (rendition.name, rendition.width, rendition.height, rendition.frame_rate) == (*size, 25)
        assert rendition.codecs == "avc1.42c01e,mp4a.40.2"
        assert (rendition.peak_rate, rendition.average_rate) == (max(bits) // 2, sum(bits) // 24)
        assert rendition.peak_rate < 800_000


def test_what_is_there_is_not_made_again(directory):
    before = files_of(directory)
    assert encode(directory, SPEC) == []
    assert files_of(directory) == before


def test_the_same_loop_has_the_same_bytes_each_time_and_everywhere(made, tmp_path):
    directory = tmp_path / "50% of %v %02d"
    assert encode(directory, SPEC) == [("news", 1, 1)]
    assert files_of(directory) == files_of(made)


def test_a_changed_loop_is_made_again_under_another_revision(directory):
    assert encode(directory, replace(SPEC, caption="News"), OTHER) in (
        [("news", 1, 2), ("kino", 2, 2)],
        [("kino", 1, 2), ("news", 2, 2)],
    )
    assert sorted(path.name for path in directory.iterdir()) == [".lock", "kino", "news"]
    revisions = {manifest_of(directory).revision, manifest_of(directory, "kino").revision}
    assert encode(directory, SPEC) == [("news", 1, 1)]
    assert len(revisions | {manifest_of(directory).revision}) == 3


@pytest.mark.parametrize("damage", ["360p/07.ts", "180p/00.ts", LOOP_MANIFEST])
def test_a_damaged_loop_is_made_again(directory, damage):
    before = files_of(directory)
    (directory / "news" / damage).write_bytes(b"")
    assert encode(directory, SPEC) == [("news", 1, 1)]
    assert files_of(directory) == before


def test_a_killed_encoder_leaves_nothing_that_looks_done(tmp_path):
    script = (
        "from pathlib import Path; from tests.ports.encoders.test_loops import *;"
        f"encode_loops(Path({str(tmp_path)!r}), [SPEC, OTHER], print)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ) as process:
        while process.poll() is None and not list(tmp_path.glob(".unfinished-*/made/360p/00.ts")):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not list(tmp_path.glob(f"*/{LOOP_MANIFEST}"))
    assert list(tmp_path.glob(".unfinished-*"))
    assert len(encode(tmp_path, SPEC, OTHER)) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "kino", "news"]


def test_two_at_once_do_the_work_once(tmp_path):
    told = []
    work = [
        threading.Thread(target=encode_loops, args=(tmp_path, [SPEC], lambda *news: told.append(news))) for _ in "ab"
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert told == [("news", 1, 1)]


def test_what_ffmpeg_says_when_it_fails_is_told(tmp_path, monkeypatch):
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\ncat >/dev/null; echo 'no space left' >&2; exit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(broken))
    with pytest.raises(EncodingFailed, match="loop news: ffmpeg ended with 3: no space left"):
        encode(tmp_path / "loops", SPEC)
    assert [path.name for path in (tmp_path / "loops").iterdir()] == [".lock"]


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".hidden", "News", "a b", "ü", "a" * 65])
def test_a_name_that_is_no_folder_is_refused_before_any_work(tmp_path, name):
    with pytest.raises(Invalid) as refused:
        encode(tmp_path / "loops", SPEC, replace(SPEC, name=name))
    assert refused.value.place == "name"
    assert not (tmp_path / "loops").exists()


def test_two_loops_of_one_name_are_refused(tmp_path):
    with pytest.raises(Invalid):
        encode(tmp_path, SPEC, replace(OTHER, name="news"))


def test_letters_are_drawn_dot_by_dot():
    picture = Picture(17, 7)
    picture.centred(0, 1, "t1é", (255, 255, 255))
    rows = [picture.pixels[y * 51 : y * 51 + 51 : 3] for y in range(7)]
    assert ["".join("#" if dot else "." for dot in row) for row in rows] == [
        "#####...#...#####",
        "..#....##...#....",
        "..#.....#...#....",
        "..#.....#...####.",
        "..#.....#...#....",
        "..#.....#...#....",
        "..#....###..#####",
    ]


def test_an_unknown_letter_is_a_box():
    picture = Picture(5, 7)
    picture.centred(0, 1, "Ж", (255, 0, 0))
    assert [bool(dot) for dot in picture.pixels[:15:3]] == [True] * 5
    assert [bool(dot) for dot in picture.pixels[15:30:3]] == [True, False, False, False, True]


@given(st.text(max_size=20), st.integers(-20, 40), st.integers(1, 9))
def test_no_text_writes_outside_the_picture(text, y, dot):
    picture = Picture(40, 20)
    picture.centred(y, dot, text, (1, 2, 3))
    assert len(picture.pixels) == 40 * 20 * 3
    assert width_of(text, dot) >= 0
