"""A short film with two languages, made by ffmpeg, and a data directory that keeps the packager for all tests."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from headend.adapters.encryptors import Setup
from headend.ingest.ports import ContentKey

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
KEY = ContentKey("00112233445566778899aabbccddeeff", "0f0e0d0c0b0a09080706050403020100")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp().parent / "packager-data"


@pytest.fixture
def setup(data: Path) -> Setup:
    return Setup(data, key_address="https://tv.example/key/{key_id}")


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds; the name is one that would lead a command line astray."""
    path = tmp_path_factory.mktemp("films") / "film, stream=0,out=x --help.ts"
    inputs = ["-f", "lavfi", "-i", "testsrc=s=320x180:r=25:d=10"]
    for tone in (440, 880):
        inputs += ["-f", "lavfi", "-i", f"sine=f={tone}:d=10"]
    coded = ["-map", "0", "-map", "1", "-map", "2", "-c:v", "libx264", "-preset", "ultrafast", "-g", "50"]
    coded += [
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-metadata:s:a:0",
        "language=ita",
        "-metadata:s:a:1",
        "language=eng",
    ]
    subprocess.run([FFMPEG, "-v", "error", *inputs, *coded, "-f", "mpegts", str(path)], check=True)
    return path
