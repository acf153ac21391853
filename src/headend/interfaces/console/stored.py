"""Uploaded files that are kept from a look until they are confirmed, or for a day."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from django.conf import settings

KEPT_SECONDS = 86_400
_NAME = re.compile(r"[0-9a-f]{32}")


def _folder() -> Path:
    folder: Path = settings.HEADEND.data / "spool" / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


def store(data: bytes) -> str:
    """Keep an uploaded table until it is confirmed; what was forgotten is removed after a day."""
    for old in _forgotten():
        old.unlink(missing_ok=True)
    name = uuid4().hex
    (_folder() / name).write_bytes(data)
    return name


def _forgotten() -> Iterator[Path]:
    limit = time.time() - KEPT_SECONDS
    return (file for file in _folder().iterdir() if file.stat().st_mtime < limit)


def stored_file(name: str) -> Path:
    """Where a stored file lies; ValueError for a name that `store` has not given."""
    if not _NAME.fullmatch(name):
        raise ValueError("there is no such stored file")
    return _folder() / name


def take(name: str) -> bytes | None:
    """The stored file, or None when it is gone."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return stored_file(name).read_bytes()
    except FileNotFoundError:
        return None
