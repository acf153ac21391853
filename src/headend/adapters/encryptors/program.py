"""Shaka Packager itself: a program that npm's package `shaka-packager` carries, kept in the data directory."""

import fcntl
import hashlib
import os
import platform
import tempfile
from pathlib import Path

from headend.adapters.fetching.npm import NotFetched, fetch_member
from headend.ingest.errors import EncryptionFailed

VERSION = "3.4.2"
MOST_BYTES = 100_000_000
_MEMBERS = {
    "x86_64": (
        "package/bin/packager-linux-x64",
        "7bdefe5a25fe84535c6c1a425f4c3c6b65fa85c441c2aeba01254b3c0f4b1956",
    ),
    "aarch64": (
        "package/bin/packager-linux-arm64",
        "170ee824cc30a8ed7c7c22346c46bd614aa5532a4af16d9f3c8cfaed6eda268e",
    ),
}


def provide_packager(folder: Path) -> Path:
    """Where the program is; fetched the first time, by one of those who ask at once. Raises EncryptionFailed.

    It runs only while it is, byte for byte, the one that this version of Headend was tried with.
    """
    member, digest = _member()
    program = folder / f"shaka-packager-{VERSION}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (program.is_file() and _sha256(program) == digest):
                _fetch(member, digest, program)
    except OSError as error:
        raise EncryptionFailed(f"the packager cannot be kept in {folder}: {error.strerror}") from error
    return program


def _member() -> tuple[str, str]:
    try:
        return _MEMBERS[platform.machine()]
    except KeyError:
        raise EncryptionFailed(f"there is no Shaka Packager for {platform.machine()}") from None


def _fetch(member: str, digest: str, program: Path) -> None:
    with tempfile.TemporaryDirectory(dir=program.parent) as folder:
        draft = Path(folder) / program.name
        try:
            fetch_member(f"shaka-packager@{VERSION}", member, draft, most_bytes=MOST_BYTES)
        except NotFetched as error:
            raise EncryptionFailed(str(error)) from error
        if _sha256(draft) != digest:
            raise EncryptionFailed(f"what npm gives as shaka-packager {VERSION} is not what we know: it is not used")
        draft.chmod(0o755)
        os.replace(draft, program)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
