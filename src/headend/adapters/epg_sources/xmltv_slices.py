"""Cuts the bytes of a guide into programmes, much quicker than any parser reads them."""

from collections.abc import Iterator
from hashlib import sha1
from typing import BinaryIO

BEGIN, END = b"<programme", b"</programme>"

_CHUNK = 64 * 1024


def slices(stream: BinaryIO, longest: int) -> Iterator[bytes]:
    """Cut a guide behind whatever looks like the end of a programme; more than about `longest` bytes without one are
    cut anywhere. All slices together are the guide.
    """
    rest = b""
    while chunk := stream.read(_CHUNK):
        *programmes, rest = (rest + chunk).split(END)
        for programme in programmes:
            yield programme + END
        if len(rest) > longest:
            yield rest
            rest = b""
    yield rest


def digest(text: bytes) -> int:
    """A signed 64-bit digest."""
    # Processors have SHA-1, which makes it twice as quick here; nobody gains by a guide that equals another.
    return int.from_bytes(sha1(text, usedforsecurity=False).digest()[:8], "big", signed=True)
