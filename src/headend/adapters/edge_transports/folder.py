"""An edge whose folder is reached as one of this machine: its own, or one that is mounted here."""

import errno
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from headend.adapters.edge_transports.pace import LARGEST_CHUNK
from headend.adapters.edge_transports.shelf import NotResumed, Shelf, ShelfTransport, Write
from headend.ingest.errors import TransferFailed

_FINAL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota is used up",
    errno.EFBIG: "the file is too large for it",
    errno.EROFS: "it can only be read",
    errno.EACCES: "writing there is not allowed",
    errno.EPERM: "writing there is not allowed",
    errno.ENOENT: "there is no such folder",
    errno.ENOTDIR: "there is no such folder",
    errno.EISDIR: "a folder has that name",
    errno.ENAMETOOLONG: "the name is too long",
}


class FolderTransport(ShelfTransport):
    """The port `ingest.ports.EdgeTransport`. `path` is absolute and must be there: a mount that is missing must not
    fill the disk below it. Option `marker`: the name of a file that is only there while the mount is."""

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Shelf]:
        base = Path(self._edge.path)
        if not base.is_absolute():
            raise TransferFailed("the folder must be named from the root on", is_final=True)
        if not base.is_dir():
            raise TransferFailed(f"there is no folder {base}", is_final=True)
        marker = self._edge.options.get("marker")
        if marker and not (base / marker).exists():
            raise TransferFailed(f"{base} is not mounted: it holds no {marker}")
        yield _Folder(base)

    def _explain(self, error: Exception) -> TransferFailed | None:
        if not isinstance(error, OSError):
            return None
        known = _FINAL.get(error.errno or 0)
        if known:
            return TransferFailed(f"{self._edge.path}: {known}", is_final=True)
        return TransferFailed(f"{self._edge.path}: {error.strerror or error}")


class _Folder:
    """A `Shelf`."""

    def __init__(self, base: Path) -> None:
        self._base = base.resolve()

    def _at(self, path: str) -> Path:
        place = self._base / path
        if not place.parent.resolve().is_relative_to(self._base):
            raise TransferFailed(f"{path} leads out of the edge's folder", is_final=True)
        return place

    async def size(self, path: str) -> int | None:
        try:
            return self._at(path).stat().st_size
        except FileNotFoundError:
            return None

    @asynccontextmanager
    async def write(self, path: str, offset: int) -> AsyncIterator[Write]:
        created = 0 if offset else os.O_CREAT | os.O_TRUNC
        try:
            handle = os.open(self._at(path), os.O_WRONLY | os.O_NOFOLLOW | created, 0o644)
        except FileNotFoundError as error:
            if offset:
                raise NotResumed from error
            raise
        with os.fdopen(handle, "wb", buffering=0) as file:
            file.seek(offset)

            async def write(chunk: bytes) -> None:
                left = memoryview(chunk)
                while left:
                    left = left[file.write(left) :]

            yield write
            os.fsync(file.fileno())

    async def read(self, path: str) -> AsyncIterator[bytes]:
        with self._at(path).open("rb", buffering=0) as file:
            while chunk := file.read(LARGEST_CHUNK):
                yield chunk

    async def digest(self, path: str) -> tuple[str, str] | None:
        return None

    async def rename(self, path: str, target: str) -> None:
        place = self._at(target)
        os.replace(self._at(path), place)
        folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def delete(self, path: str) -> None:
        self._at(path).unlink(missing_ok=True)

    async def make_folder(self, path: str) -> None:
        self._at(path).mkdir(exist_ok=True)
