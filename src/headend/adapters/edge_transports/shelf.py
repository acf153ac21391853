"""How a file gets onto an edge, whatever is spoken there: into a part, resumed, compared, renamed.

Beside `<name>.part` lies `<name>.part.note` with the checksum of the file that the part is the beginning of: a part
without its note, with another one, or longer than the file, is begun anew. Both writers of the same file write the same
bytes to the same places, so that two of them at once do no harm; of two different files the part of one is thrown away.
"""

import asyncio
import hashlib
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar
from weakref import WeakValueDictionary

from headend.adapters.edge_transports.names import NOTE, PART, checked, folders_of
from headend.adapters.edge_transports.pace import LARGEST_CHUNK, bucket_of
from headend.ingest.errors import TransferFailed
from headend.ingest.ports import EdgeAddress, Progress, Stored, no_progress

Result = TypeVar("Result")
Write: TypeAlias = Callable[[bytes], Awaitable[None]]

SECONDS = 30.0
_CHECK_NAME = ".headend-check"
_BY_SIZE = "size"
_NOTE_LENGTH = 64


class Shelf(Protocol):
    """An edge's folder, opened. Paths are relative names that were checked; all raise TransferFailed or OSError."""

    async def size(self, path: str) -> int | None:
        """How long a file is; None when there is none."""

    def write(self, path: str, offset: int) -> AbstractAsyncContextManager[Write]:
        """Open a file for writing from an offset on, 0: a new and empty one. On leaving, all is written.

        Raises NotResumed when the edge does not let us go on at an offset.
        """

    def read(self, path: str) -> AsyncIterator[bytes]:
        """Read a file. Raises Unreadable when the edge does not allow it."""

    async def digest(self, path: str) -> tuple[str, str] | None:
        """What the edge itself says of a file's bytes: an algorithm of hashlib, and hex; None when it does not."""

    async def rename(self, path: str, target: str) -> None:
        """Give a file another name, also one that is taken, at once."""

    async def delete(self, path: str) -> None:
        """Take a file away; one that is not there is no error."""

    async def make_folder(self, path: str) -> None:
        """Make sure of one folder, whose own folder is there."""


class Unreadable(Exception):
    """The edge takes files and does not give them back."""


class NotResumed(Exception):
    """The edge does not go on where a part ends; it has to be begun anew."""


class _Interrupted(Exception):
    """What `progress` raised, kept apart from what edges do."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class ShelfTransport(ABC):
    """The port `ingest.ports.EdgeTransport` over a shelf. Its loop runs in the calling thread, for one call.

    Option `timeout`: seconds without any sign of life after which the edge counts as gone, 30. Option `verify`: "size"
    spares reading back what was written; then nobody knows its checksum.
    """

    _longest_wait: float

    def __init__(self, edge: EdgeAddress) -> None:
        self._edge = edge
        self._bucket = bucket_of(edge)
        self._longest_wait = seconds(edge)

    @abstractmethod
    def _open(self) -> AbstractAsyncContextManager[Shelf]:
        """Connect, sign in and stand in the edge's folder."""

    @abstractmethod
    def _explain(self, error: Exception) -> TransferFailed | None:
        """Say in a sentence what a library's error means; None for one that is a defect."""

    # --- the port ---

    def send(self, source: Path, name: str, *, sha256: str, progress: Progress = no_progress) -> Stored:
        sending = _Sending(source, checked(name), sha256, progress)
        with _alone(self._edge, name, sending.tell):
            return self._run(lambda shelf: self._send(shelf, sending))

    def remove(self, name: str) -> None:
        checked(name)

        async def remove(shelf: Shelf) -> None:
            for path in (name + PART, name + NOTE, name):
                await shelf.delete(path)

        self._run(remove)

    def find(self, name: str) -> Stored | None:
        checked(name)

        async def find(shelf: Shelf) -> Stored | None:
            size = await shelf.size(name)
            return None if size is None else Stored(size, await self._sha256(shelf, name) or "")

        return self._run(find)

    def check(self) -> None:
        async def check(shelf: Shelf) -> None:
            async with shelf.write(_CHECK_NAME, 0) as write:
                await write(b"Headend can write here.\n")
            await shelf.delete(_CHECK_NAME)

        self._run(check)

    # --- sending ---

    async def _send(self, shelf: Shelf, file: "_Sending") -> Stored:
        if await shelf.size(file.name) == file.size and await self._is_equal(shelf, file.name, file):
            await self._forget_part(shelf, file.name)
            file.tell(file.size)
            return Stored(file.size, file.sha256)
        for folder in folders_of(file.name):
            await shelf.make_folder(folder)
        try:
            is_equal = await self._fill(shelf, file, await self._resumed_at(shelf, file))
        except NotResumed:
            is_equal = False
        if is_equal is False:  # or what a broken connection left was not what had been sent
            is_equal = await self._fill(shelf, file, 0)
        if is_equal is False:
            await self._forget_part(shelf, file.name)
            raise TransferFailed(f"{file.name}: what lies on the edge is not what was sent, twice")
        await self._publish(shelf, file)
        return Stored(file.size, file.sha256 if is_equal else "")

    async def _resumed_at(self, shelf: Shelf, file: "_Sending") -> int:
        size = await shelf.size(file.part) or 0
        if not 0 < size <= file.size or await self._note(shelf, file.name) != file.sha256:
            return 0
        return size

    async def _note(self, shelf: Shelf, name: str) -> str:
        if await shelf.size(name + NOTE) != _NOTE_LENGTH:
            return ""
        try:
            async with aclosing(shelf.read(name + NOTE)) as chunks:  # type: ignore[type-var]
                return b"".join([chunk async for chunk in chunks]).decode(errors="replace")
        except Unreadable:
            return ""

    async def _fill(self, shelf: Shelf, file: "_Sending", offset: int) -> bool | None:
        """Bring the part to its full length; says whether it is the file then, None where nobody can tell."""
        if offset == 0:
            # In this order: a note never lies beside a part that it is not about.
            await self._forget_part(shelf, file.name)
            async with shelf.write(file.name + NOTE, 0) as write:
                await write(file.sha256.encode())
        digest = hashlib.sha256()
        with file.opened() as local:
            skip(local, offset, digest)
            if offset < file.size or not file.size:
                async with shelf.write(file.part, offset) as write:
                    await self._pour(file, local, offset, digest, write)
        if digest.hexdigest() != file.sha256:
            await self._forget_part(shelf, file.name)
            raise TransferFailed(f"{file.source.name} is not the file that was to be sent", is_final=True)
        return await self._is_equal(shelf, file.part, file)

    async def _pour(self, file: "_Sending", local: Any, done: int, digest: Any, write: Write) -> None:
        file.tell(done)
        while chunk := local.read(self._bucket.chunk):
            digest.update(chunk)
            await asyncio.sleep(self._bucket.take(len(chunk)))
            await write(chunk)
            done += len(chunk)
            file.tell(done)

    async def _is_equal(self, shelf: Shelf, path: str, file: "_Sending") -> bool | None:
        if await shelf.size(path) != file.size:
            return False
        if self._edge.options.get("verify") == _BY_SIZE:
            return None
        told = await shelf.digest(path)
        if told is not None:
            algorithm, value = told
            return value == (file.sha256 if algorithm == "sha256" else file.digest(algorithm))
        found = await self._sha256(shelf, path, file.tell_nothing_new)
        return None if found is None else found == file.sha256

    async def _sha256(self, shelf: Shelf, path: str, tell: Callable[[], None] = lambda: None) -> str | None:
        if self._edge.options.get("verify") == _BY_SIZE:
            return None
        told = await shelf.digest(path)
        if told is not None and told[0] == "sha256":
            return told[1]
        digest = hashlib.sha256()
        try:
            async with aclosing(shelf.read(path)) as chunks:  # type: ignore[type-var]
                async for chunk in chunks:
                    digest.update(chunk)
                    tell()
        except Unreadable:
            return None
        return digest.hexdigest()

    async def _publish(self, shelf: Shelf, file: "_Sending") -> None:
        try:
            await shelf.rename(file.part, file.name)
        except Exception as error:
            failure = self._failure(error)
            if failure is None:
                raise
            raise TransferFailed(str(failure)) from error  # not for good: somebody else may have renamed it
        await shelf.delete(file.name + NOTE)
        if await shelf.size(file.name) != file.size:
            raise TransferFailed(f"{file.name}: somebody else wrote it at the same time")

    async def _forget_part(self, shelf: Shelf, name: str) -> None:
        await shelf.delete(name + PART)
        await shelf.delete(name + NOTE)

    # --- running ---

    def _run(self, work: Callable[[Shelf], Coroutine[Any, Any, Result]]) -> Result:
        async def run() -> Result:
            async with self._open() as shelf:
                return await work(shelf)

        try:
            return asyncio.run(run())
        except _Interrupted as interrupted:
            raise interrupted.error from None
        except Exception as error:
            failure = self._failure(error)
            if failure is None:
                raise
            message = without_secret(str(failure), self._edge.password)
            # Without its cause, which may repeat the password: servers are known to echo what they refuse.
            raise TransferFailed(message, is_final=failure.is_final) from None

    def _failure(self, error: Exception) -> TransferFailed | None:
        if isinstance(error, TransferFailed):
            return error
        if isinstance(error, TimeoutError):
            return TransferFailed(f"the edge has not answered for {self._longest_wait:g} seconds")
        failure = self._explain(error)
        if failure is None and isinstance(error, OSError | EOFError):
            failure = TransferFailed(f"the connection was lost ({type(error).__name__}: {error})")
        return failure


class _Sending:
    """A file on its way, and who wants to hear of it."""

    def __init__(self, source: Path, name: str, sha256: str, progress: Progress) -> None:
        self.source = source
        self.name = name
        self.part = name + PART
        self.sha256 = sha256.lower()
        self._progress = progress
        self._done = 0
        try:
            self.size = source.stat().st_size
        except OSError as error:
            raise _not_readable(source, error) from error

    def tell(self, done: int) -> None:
        self._done = done
        try:
            self._progress(done)
        except BaseException as error:  # noqa: BLE001 - all of it is the caller's
            raise _Interrupted(error) from None

    def tell_nothing_new(self) -> None:
        """Give whoever listens the chance to stop the work while it is compared."""
        self.tell(self._done)

    @contextmanager
    def opened(self) -> Iterator[Any]:
        try:
            local = self.source.open("rb")
        except OSError as error:
            raise _not_readable(self.source, error) from error
        with local:
            yield local

    def digest(self, algorithm: str) -> str:
        with self.opened() as local:
            return hashlib.file_digest(local, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def _not_readable(source: Path, error: OSError) -> TransferFailed:
    return TransferFailed(f"{source.name} cannot be read here: {error.strerror}", is_final=True)


def skip(local: Any, count: int, digest: Any) -> None:
    """Read what an edge has already, for the checksum of the whole."""
    while count and (chunk := local.read(min(count, LARGEST_CHUNK))):
        digest.update(chunk)
        count -= len(chunk)


def seconds(edge: EdgeAddress) -> float:
    """The option `timeout`. Raises TransferFailed for what is no time."""
    try:
        found = float(edge.options.get("timeout") or SECONDS)
    except ValueError:
        found = 0.0
    if not 0 < found <= 3600:
        raise TransferFailed("the option timeout is no number of seconds up to 3600", is_final=True)
    return found


def without_secret(text: str, secret: str) -> str:
    return text.replace(secret, "***") if secret else text


# --- one transfer of a name to an edge at a time, within this process ---


class _Turn:
    def __init__(self) -> None:
        self.lock = threading.Lock()


_turns: WeakValueDictionary[tuple[str, int, str, str], _Turn] = WeakValueDictionary()
_guard = threading.Lock()


@contextmanager
def _alone(edge: EdgeAddress, name: str, tell: Callable[[int], None]) -> Iterator[None]:
    with _guard:
        turn = _turns.setdefault((edge.host, edge.port, edge.path, name), _Turn())
    while not turn.lock.acquire(timeout=0.5):
        try:
            tell(0)
        except _Interrupted as interrupted:
            raise interrupted.error from None
    try:
        yield
    finally:
        turn.lock.release()
