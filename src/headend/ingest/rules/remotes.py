"""Names of files on edges. Each delivery has a folder of its own there, so nothing that is watched is written over."""

import hashlib
import re
from collections.abc import Iterable

PLAYLISTS = (".m3u8", ".mpd")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def remote_folder(asset: str, ticket: int) -> str:
    """Where the files of one delivery of an asset lie on edges."""
    return f"{_plain(asset)[:90]}/{ticket}"


def remote_name(asset: str, ticket: int, name: str) -> str:
    """Where a file of a package lies on edges; of a packaged movie `name` may be a path."""
    return "/".join([remote_folder(asset, ticket), *(_plain(part) for part in name.split("/"))])


def is_watched(remote: str, played: Iterable[str]) -> bool:
    """Say whether a file on an edge belongs to what is played: it is that itself, or lies beside its playlist."""
    folder = remote.rpartition("/")[0]
    return any(remote == each or (each.endswith(PLAYLISTS) and folder == each.rpartition("/")[0]) for each in played)


def _plain(text: str) -> str:
    """A name that every server takes; what had to be changed gets a mark, so that two names stay two."""
    plain = _UNSAFE.sub("-", text).strip(".-")
    return plain if plain == text else f"{hashlib.sha256(text.encode()).hexdigest()[:8]}-{plain}"
