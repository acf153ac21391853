"""Checksums of files, however large."""

import hashlib
from collections.abc import Callable
from pathlib import Path

BLOCK = 1 << 20


def checksum(path: Path, algorithm: str, check: Callable[[], None] = lambda: None) -> str:
    """A file's checksum in hex; `check` is called now and then and may raise to end the work. Raises OSError."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            check()
            digest.update(block)
    return digest.hexdigest()
