"""Pictures that strangers hand in: real files of real formats, a real web server; only names are made up."""

import socket
import struct
import time
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.web_server import Quiet, web_server

from headend.adapters.fetching import small
from headend.adapters.pictures import pictures_in
from headend.adapters.pictures.keeping import KeptPictures
from headend.catalog.errors import FetchFailed, PictureRefused
from headend.catalog.pictures import LARGEST_FILE, PictureKind

LOOPBACK = ("127.0.0.0/8",)


def drawn(form: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    """A picture of a format."""
    file = BytesIO()
    Image.effect_noise(size, 80).convert(mode).save(file, form, **options)
    return file.getvalue()


POSTER = drawn("JPEG", size=(1000, 500))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


class Handler(Quiet):
    def do_GET(self) -> None:
        path, _, target = self.path.partition("?to=")
        self.server.asked.append(self.path)
        target = "/circle" if path == "/circle" else target
        if target:
            self.answer(302, Location=target)
            return
        body = {"/poster": POSTER, "/page": b"<html></html>"}.get(path, b"")
        self.send_response(200 if body or path in ("/endless", "/slow") else 404)
        self.send_header("Content-Type", "image/png")  # whatever it is
        self.end_headers()
        self.wfile.write(body)
        if path in ("/endless", "/slow"):
            self._go_on(b"\0" * 65536 if path == "/endless" else b"\0", 0 if path == "/endless" else 0.05)

    def _go_on(self, part: bytes, pause: float) -> None:
        try:
            for _ in range(10_000):
                self.wfile.write(part)
                time.sleep(pause)
        except OSError:
            pass


@pytest.fixture
def server() -> Iterator[Any]:
    with web_server(Handler) as running:
        running.asked = []
        yield running


@pytest.fixture
def pictures(tmp_path: Path) -> KeptPictures:
    return pictures_in(tmp_path, allowed_networks=LOOPBACK)


def kept(folder: Path, path: str) -> Image.Image:
    return Image.open(folder / path.removeprefix("/"))


# --- what is in them ---


@pytest.mark.parametrize(
    ("form", "mode", "suffix"),
    [
        ("PNG", "RGB", "jpg"),
        ("PNG", "RGBA", "jpg"),
        ("PNG", "P", "jpg"),
        ("PNG", "L", "jpg"),
        ("JPEG", "RGB", "jpg"),
        ("JPEG", "CMYK", "jpg"),
        ("JPEG", "L", "jpg"),
        ("WEBP", "RGB", "jpg"),
        ("GIF", "P", "jpg"),
        ("BMP", "RGB", "jpg"),
        ("BMP", "1", "jpg"),
    ],
)
def test_every_format_is_drawn_anew(tmp_path: Path, pictures: KeptPictures, form: str, mode: str, suffix: str) -> None:
    path = pictures.keep(drawn(form, mode=mode), PictureKind.LOGO.limit)
    assert path.startswith("/media/pictures/")
    assert path.endswith((suffix, "png") if mode == "RGBA" else suffix)
    with kept(tmp_path, path) as found:
        assert found.size == (60, 40)


def test_what_shines_through_still_does(tmp_path: Path, pictures: KeptPictures) -> None:
    file = BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 100)).save(file, "WEBP")
    with kept(tmp_path, pictures.keep(file.getvalue(), (100, 100))) as found:
        assert (found.format, found.mode) == ("PNG", "RGBA")
        assert found.getpixel((5, 5))[3] == 100


@pytest.mark.parametrize(
    ("size", "expected"), [((3000, 1000), (320, 107)), ((1000, 3000), (80, 240)), ((9, 5), (9, 5))]
)
def test_large_ones_are_made_smaller_and_keep_their_shape(
    tmp_path: Path, pictures: KeptPictures, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    with kept(tmp_path, pictures.keep(drawn("JPEG", size), PictureKind.LOGO.limit)) as found:
        assert found.size == expected


def test_nothing_but_the_pixels_is_kept(tmp_path: Path, pictures: KeptPictures) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "taken at home"
    data = drawn("JPEG", (60, 40), exif=exif) + b"<script>alert(1)</script>PK\x03\x04"
    path = pictures.keep(data, (800, 800))
    stored = (tmp_path / path.removeprefix("/")).read_bytes()
    assert b"taken" not in stored
    assert b"script" not in stored
    with kept(tmp_path, path) as found:
        assert found.size == (40, 60)
        assert not found.getexif()


def test_the_same_picture_is_kept_once_and_readable_by_a_web_server(tmp_path: Path, pictures: KeptPictures) -> None:
    data = drawn()
    path = pictures.keep(data, (100, 100))
    assert pictures.keep(data, (100, 100)) == path
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert [oct(each.stat().st_mode)[-3:] for each in files] == ["644"]
    assert pictures.has(path)
    assert not pictures.has("/media/pictures/../../db.sqlite3")
    assert not pictures.has(path.replace("pictures/", "pictures//"))


def test_a_blurred_one_is_another(pictures: KeptPictures) -> None:
    data = drawn()
    assert pictures.keep(data, (100, 100), is_blurred=True) != pictures.keep(data, (100, 100))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "no picture"),
        (b"%PDF-1.4", "no picture"),
        (b"P6\n99999 99999\n255\n", "no picture"),
        (drawn("PNG")[:80], "broken"),
        (drawn("JPEG", (500, 500))[:-400] + b"\0" * 300, "broken"),
        (drawn("TIFF"), "no picture"),
        (drawn("BMP")[:40], "(broken|no picture)"),
        (b"\0" * (LARGEST_FILE + 1), "more than 12 MiB"),
        (bomb(30_000, 30_000), "pixels"),
        (bomb(2**31 - 1, 2**31 - 1), "(pixels|broken)"),
        (bomb(4000, 4000), "broken"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, pictures: KeptPictures, data: bytes, words: str) -> None:
    with pytest.raises(PictureRefused, match=words):
        pictures.keep(data, (800, 800))
    assert not list(tmp_path.rglob("*.*"))


# --- where they come from ---


def test_one_is_fetched(tmp_path: Path, pictures: KeptPictures, server: Any) -> None:
    address = f"http://127.0.0.1:{server.server_port}"
    path = pictures.keep(pictures.fetch(f"{address}/poster"), PictureKind.POSTER.limit)
    with kept(tmp_path, path) as found:
        assert found.size == (800, 400)
    assert pictures.fetch(f"{address}/?to=/poster")
    with pytest.raises(PictureRefused):  # whatever its Content-Type says
        pictures.keep(pictures.fetch(f"{address}/page"), (800, 800))
    with pytest.raises(FetchFailed, match="answers 404"):
        pictures.fetch(f"{address}/none")


@pytest.mark.parametrize("url", ["", "poster.png", "file:///etc/passwd", "ftp://1.1.1.1/a", "data:image/png;base64,AA",
                                 "http://", "http://[", "http:///a", "//1.1.1.1/a"])  # fmt: skip
def test_other_addresses_are_not_fetched(pictures: KeptPictures, url: str) -> None:
    with pytest.raises(FetchFailed):
        pictures.fetch(url)


def test_the_inside_is_refused_also_behind_redirects(tmp_path: Path, server: Any) -> None:
    pictures = pictures_in(tmp_path, allowed_networks=("127.0.0.1/32",))
    address = f"http://127.0.0.1:{server.server_port}"
    for target in ("http://127.0.0.2:{}/poster", "http://[::1]:{}/poster", "http://169.254.169.254/latest/"):
        with pytest.raises(FetchFailed, match="from where an operator's own source may not be fetched"):
            pictures.fetch(f"{address}/?to={target.format(server.server_port)}")
    with pytest.raises(FetchFailed):
        pictures.fetch(f"{address}/?to=file:///etc/passwd")
    with pytest.raises(FetchFailed, match="may not be fetched"):
        pictures_in(tmp_path, allowed_networks=()).fetch(f"{address}/poster")


def test_a_name_that_leads_elsewhere_the_second_time(
    tmp_path: Path, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, answers = socket.getaddrinfo, ["127.0.0.2", "127.0.0.1"]

    def rebinding(host: str, *args: Any, **options: Any) -> Any:
        return ask(answers.pop(0) if host == "pictures.example" else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    pictures = pictures_in(tmp_path, allowed_networks=("127.0.0.2/32",))
    # The first answer is allowed and nobody listens there; were the name asked again, it would lead to the server.
    server.asked.clear()
    with pytest.raises(FetchFailed):
        pictures.fetch(f"http://pictures.example:{server.server_port}/poster")
    assert server.asked == []
    assert answers == ["127.0.0.1"]


def test_endless_and_slow_ones_end(pictures: KeptPictures, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"http://127.0.0.1:{server.server_port}"
    with pytest.raises(FetchFailed, match="gives more than 12 MiB"):
        pictures.fetch(f"{address}/endless")
    monkeypatch.setattr(small, "SECONDS", 2)
    began = time.monotonic()
    with pytest.raises(FetchFailed, match="takes more than"):
        pictures.fetch(f"{address}/slow")
    assert time.monotonic() - began < 6


def test_redirects_in_a_circle_end(pictures: KeptPictures, server: Any) -> None:
    address = f"http://127.0.0.1:{server.server_port}"
    with pytest.raises(FetchFailed, match="TooManyRedirects"):
        pictures.fetch(f"{address}/circle")
    assert len(server.asked) <= small.MOST_REDIRECTS + 1
