"""A file or an address as a stream of plain bytes, whatever it is packed with.

An address is downloaded whole into a file first: a slow or broken connection is known before anything is read, and
what is read later can be read at its own pace. Packing is told by the first bytes, not by names or headers.
"""

import gzip
import lzma
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from ipaddress import ip_network
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urlsplit

import httpx

from headend import __version__
from headend.adapters.fetching.addresses import PublicTransport
from headend.catalog.errors import FetchFailed
from headend.catalog.ports import Fetched, Validators

CONNECT_SECONDS = 20
READ_SECONDS = 60  # of silence
LARGEST_DOWNLOAD = 4 * 1024**3
LARGEST_UNPACKED = 32 * 1024**3  # what is read is not kept, so this only ends what would never end
UNREACHED = (httpx.HTTPError, httpx.InvalidURL, UnicodeError)
"""What httpx raises where nobody answers or the address is none; the last of them of names that IDNA does not know."""
_GZIP, _XZ = b"\x1f\x8b", b"\xfd7zXZ\x00"
_UNPACKING_ERRORS = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)


@contextmanager
def fetch(source: str, *, known: Validators | None = None, scratch: Path | None = None) -> Iterator[Fetched]:
    """Open a file or an http(s) address, unpacked if it is gzip or xz; `known` is what the last answer said.

    `scratch` is the folder for the download. Raises FetchFailed, also while reading when the packing turns out broken.
    For sources that whoever runs this installation names: nothing keeps them from its own files and network.
    """
    if is_web_address(source):
        with _downloaded(source, known or Validators(), scratch, None) as fetched:
            yield fetched
        return
    with _open_file(source) as file:
        yield Fetched(_unpacked(file), Validators())


@contextmanager
def fetch_public(
    source: str, *, known: Validators | None = None, scratch: Path | None = None, allowed: Sequence[str] = ()
) -> Iterator[Fetched]:
    """As `fetch`, for sources that an operator's staff name: http(s) from public addresses and `allowed` networks.

    No proxy of the environment is used, for it would look the names up itself.
    """
    if not is_web_address(source):
        raise FetchFailed("an operator's own source is fetched from an http(s) address only")
    transport = PublicTransport([ip_network(network) for network in allowed])
    with _downloaded(source, known or Validators(), scratch, transport) as fetched:
        yield fetched


def is_web_address(source: str) -> bool:
    """Whether something looks like an http(s) address."""
    try:
        return urlsplit(source).scheme in ("http", "https")
    except ValueError:  # brackets that hold no address
        return False


@contextmanager
def _downloaded(
    url: str, known: Validators, scratch: Path | None, transport: PublicTransport | None
) -> Iterator[Fetched]:
    with tempfile.TemporaryFile(dir=scratch) as packed:
        with httpx.Client(transport=transport) as client:
            validators = _download(client, url, known, packed)
        yield Fetched(None if validators is None else _unpacked(packed), validators or known)


@contextmanager
def open_source(source: str) -> Iterator[BinaryIO]:
    """Open a file or address without regard to what was known before. Raises FetchFailed."""
    with fetch(source) as fetched:
        yield cast(BinaryIO, fetched.stream)


def _open_file(source: str) -> BinaryIO:
    try:
        parts = urlsplit(source)
    except ValueError as error:  # brackets that hold no address
        raise FetchFailed("this is neither a file nor an address") from error
    if parts.scheme and "://" in source and parts.scheme != "file":
        raise FetchFailed(f"{parts.scheme}:// is not fetched; give a file or an http(s) address")
    try:
        return Path(parts.path if parts.scheme == "file" else source).open("rb")
    except OSError as error:
        raise FetchFailed(f"{source}: {error.strerror}") from error


def _download(client: httpx.Client, url: str, known: Validators, into: BinaryIO) -> Validators | None:
    """Write the answer's body into a file; None when it is the one that is known already."""
    headers = {"user-agent": f"headend/{__version__}", "accept-encoding": "identity"}
    if known.etag:
        headers["if-none-match"] = known.etag
    if known.last_modified:
        headers["if-modified-since"] = known.last_modified
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        with client.stream("GET", url, headers=headers, timeout=timeout, follow_redirects=True) as answer:
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return None
            if answer.status_code != httpx.codes.OK:
                raise FetchFailed(f"{without_secrets(url)} answers {answer.status_code} {answer.reason_phrase}")
            _copy(answer, into, url)
            return Validators(answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))
    except UNREACHED as error:
        raise FetchFailed(f"{without_secrets(url)} cannot be fetched ({type(error).__name__})") from error


def _copy(answer: httpx.Response, into: BinaryIO, url: str) -> None:
    size = 0
    for part in answer.iter_raw():
        size += len(part)
        if size > LARGEST_DOWNLOAD:
            raise FetchFailed(f"{without_secrets(url)} gives more than {LARGEST_DOWNLOAD >> 30} GiB")
        into.write(part)
    into.seek(0)


def without_secrets(url: str) -> str:
    """The address without user, password and query, where tokens use to be."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _unpacked(packed: BinaryIO) -> BinaryIO:
    head = packed.read(len(_XZ))
    packed.seek(0)
    if head.startswith(_GZIP):
        return BufferedReader(_Unpacking(cast(BinaryIO, gzip.GzipFile(fileobj=packed))), 256 * 1024)
    if head.startswith(_XZ):
        return BufferedReader(_Unpacking(cast(BinaryIO, lzma.LZMAFile(packed))), 256 * 1024)
    return packed


class _Unpacking(RawIOBase):
    """Reads from what unpacks, and tells a broken or endless packing as FetchFailed."""

    def __init__(self, unpacking: BinaryIO) -> None:
        self._unpacking = unpacking
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            part = self._unpacking.read(len(buffer))
        except _UNPACKING_ERRORS as error:
            raise FetchFailed(f"the packing is broken after {self._size} bytes ({error})") from error
        self._size += len(part)
        if self._size > LARGEST_UNPACKED:
            raise FetchFailed(f"more than {LARGEST_UNPACKED >> 30} GiB when unpacked")
        buffer[: len(part)] = part
        return len(part)
