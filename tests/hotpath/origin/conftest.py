"""Loops on disk for the origin: small made-up ones, and two that are really encoded."""

import msgspec
import pytest

from headend.adapters.encoders.loops import LoopSpec, encode_loops
from headend.delivery.ports import LOOP_MANIFEST, LoopManifest, LoopRendition

RENDITIONS = (
    LoopRendition("360p", 640, 360, 25.0, "avc1.42c01e,mp4a.40.2", 300_000, 250_000),
    LoopRendition("180p", 320, 180, 25.0, "avc1.42c01e,mp4a.40.2", 200_000, 150_000),
)


def make_loop(directory, name, segments=3, revision="abc123"):
    """Write a loop whose segments of two seconds say what they are."""
    for rendition in RENDITIONS:
        folder = directory / name / rendition.name
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(segments):
            (folder / f"{number:02}.ts").write_bytes(f"{name} {rendition.name} {number}".encode())
    manifest = LoopManifest(name, revision, (2_000_000,) * segments, RENDITIONS)
    (directory / name / LOOP_MANIFEST).write_bytes(msgspec.json.encode(manifest))


@pytest.fixture
def loops(tmp_path):
    """A directory with the loops `alpha` and `beta`."""
    directory = tmp_path / "loops"
    make_loop(directory, "alpha")
    make_loop(directory, "beta", revision="def456")
    return directory


@pytest.fixture(scope="session")
def encoded_loops(tmp_path_factory):
    """A directory with two loops as the demo has them."""
    directory = tmp_path_factory.mktemp("encoded")
    specs = [LoopSpec("news", "News 24", 440, (140, 20, 30)), LoopSpec("kino", "Kino Più", 523, (30, 60, 140))]
    encode_loops(directory, specs, lambda name, done, total: None)
    return directory
