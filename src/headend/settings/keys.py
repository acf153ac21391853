"""Secrets that Headend makes itself: each is a file in the data directory that only its owner may read."""

import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path
from tempfile import mkstemp

SESSIONS = "secret.key"  # signs the console's sessions
SEALING = "encryption.key"  # opens the sealed secrets in the records
ORIGIN = "origin.key"  # signs the addresses of the built-in origin
PLAYLISTS = "playlists.key"  # signs the addresses in playlists for players


def key(path: Path) -> str:
    """The 256-bit key kept in `path` (URL-safe Base64, as Fernet takes it), made there at the first call."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        _create(path, urlsafe_b64encode(secrets.token_bytes(32)).decode())
        return path.read_text(encoding="ascii").strip()


def _create(path: Path, text: str) -> None:
    # Written whole under another name, then linked: whoever comes second finds the first one's key, never half of it.
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    handle, draft = mkstemp(prefix=f".{path.name}-", dir=path.parent)  # which only its owner may read
    with open(handle, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        os.unlink(draft)
