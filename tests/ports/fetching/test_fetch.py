"""Fetching, against a real web server on a free port and files."""

import gzip
import lzma
from collections.abc import Iterator

import pytest
from tests.web_server import Quiet, web_server

from headend.adapters.fetching import fetch, open_source
from headend.catalog.errors import FetchFailed
from headend.catalog.ports import Validators

GUIDE = b"<tv></tv>" * 5000
PACKED = {"/guide.xml": GUIDE, "/guide.gz": gzip.compress(GUIDE), "/guide.xz": lzma.compress(GUIDE)}


class Handler(Quiet):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/moved":
            self.answer(302, Location="/guide.xml")
        elif path == "/cut":
            self.answer(200, b"half", Content_Length="1000")
        elif self.headers.get("If-None-Match") == '"1"' or self.headers.get("If-Modified-Since") == "yesterday":
            self.answer(304)
        elif path in PACKED:
            self.answer(200, PACKED[path], ETag='"1"', Last_Modified="yesterday")
        else:
            self.answer(404, b"no")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with web_server(Handler) as running:
        yield running.url


@pytest.mark.parametrize("path", [*PACKED, "/moved"])
def test_an_address_is_read_unpacked(server, path):
    with open_source(server + path) as stream:
        assert stream.read() == GUIDE


@pytest.mark.parametrize("path", PACKED)
def test_a_file_is_read_unpacked_whatever_its_name(tmp_path, path):
    file = tmp_path / "guide"
    file.write_bytes(PACKED[path])
    for source in (str(file), f"file://{file}"):
        with fetch(source) as fetched:
            assert fetched.stream.read() == GUIDE
            assert fetched.validators == Validators()


def test_what_has_not_changed_is_not_fetched_again(server):
    with fetch(server + "/guide.gz") as first:
        assert first.validators == Validators('"1"', "yesterday")
    for known in (first.validators, Validators(etag='"1"'), Validators(last_modified="yesterday")):
        with fetch(server + "/guide.gz", known=known) as again:
            assert again.stream is None
            assert again.validators == known


def test_a_changed_address_is_fetched_again(server):
    with fetch(server + "/guide.xml", known=Validators('"0"')) as fetched:
        assert fetched.stream.read() == GUIDE
        assert fetched.validators.etag == '"1"'


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("/none?key=secret", "/none answers 404 Not Found"),
        ("/cut", "cannot be fetched (RemoteProtocolError)"),
    ],
)
def test_a_failed_download_says_why_and_keeps_secrets(server, source, words):
    with pytest.raises(FetchFailed) as caught, open_source(server.replace("//", "//user:word@") + source):
        pass
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "word" not in str(caught.value)


@pytest.mark.parametrize("source", ["ftp://127.0.0.1/guide.xml", "javascript://x", "/nowhere/guide.xml", "http://", ""])
def test_what_is_no_source_is_refused(source):
    with pytest.raises(FetchFailed), open_source(source):
        pass


def test_nobody_listening_is_said_plainly():
    with (
        pytest.raises(FetchFailed, match=r"http://127.0.0.1:9/guide cannot be fetched"),
        open_source("http://127.0.0.1:9/guide"),
    ):
        pass


@pytest.mark.parametrize("packed", [gzip.compress(GUIDE), lzma.compress(GUIDE)])
@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_broken_packing_is_told_while_reading(tmp_path, packed, damage):
    file = tmp_path / "guide.gz"
    middle = len(packed) // 2
    file.write_bytes(packed[:middle] if damage == "cut" else packed[:middle] + b"\xff\x00\xff" + packed[middle + 3 :])
    with pytest.raises(FetchFailed, match="the packing is broken"), open_source(str(file)) as stream:
        stream.read()


@pytest.mark.parametrize("source", ["http://[::1", "ftp://x.example/guide", "file://[x/guide"])
def test_what_is_no_address_is_refused(source):
    with pytest.raises(FetchFailed), open_source(source):
        pass
