"""Where pictures are kept: files named after what is in them, below `media/pictures` of the data directory."""

import os
import re
import tempfile
from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from headend.adapters.fetching import ask_public, is_web_address
from headend.adapters.pictures.checking import redrawn
from headend.catalog.errors import FetchFailed, PictureRefused
from headend.catalog.pictures import LARGEST_FILE

_PATH = re.compile(r"/media/(pictures/[0-9a-f]{2}/[0-9a-f]{32}\.(?:jpg|png))")


class KeptPictures:
    """See catalog.ports.Pictures. `folder` is what is served as /media/."""

    def __init__(self, folder: Path, allowed_networks: Sequence[str] = ()) -> None:
        self._folder = folder
        self._allowed = allowed_networks

    def fetch(self, url: str) -> bytes:
        """See Pictures."""
        if not is_web_address(url):
            raise FetchFailed("a picture is fetched from an http(s) address only")
        answer = ask_public(url, allowed=self._allowed, most_bytes=LARGEST_FILE)
        if answer.status != 200:
            raise FetchFailed(f"the address answers {answer.status}")
        return answer.body

    def keep(self, data: bytes, limit: tuple[int, int], *, is_blurred: bool = False) -> str:
        """See Pictures."""
        if len(data) > LARGEST_FILE:
            raise PictureRefused(f"more than {LARGEST_FILE >> 20} MiB")
        drawn = redrawn(data, limit, is_blurred=is_blurred)
        digest = sha256(drawn.data).hexdigest()[:32]
        name = f"pictures/{digest[:2]}/{digest}{drawn.suffix}"
        _write(self._folder / name, drawn.data)
        return f"/media/{name}"

    def has(self, path: str) -> bool:
        """See Pictures."""
        found = _PATH.fullmatch(path)
        return found is not None and (self._folder / found[1]).is_file()

    def sweep(self, used: Container[str], now: datetime, spare: timedelta) -> int:
        """See Pictures. When a file was last used, by a record or a reader, is its time of access."""
        swept = 0
        for file in self._folder.glob("pictures/[0-9a-f][0-9a-f]/*"):
            known = file.stat()
            if f"/media/pictures/{file.parent.name}/{file.name}" in used:
                os.utime(file, (now.timestamp(), known.st_mtime))
            elif max(known.st_atime, known.st_mtime) < (now - spare).timestamp():
                file.unlink()
                swept += 1
        return swept


def _write(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever reads half of it."""
    if path.exists():
        os.utime(path)  # who hands it in again is about to use it
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    os.chmod(file.name, 0o644)  # nginx may be another user
    os.replace(file.name, path)
