"""Edges that speak SFTP: the file transfer of SSH.

First contact: an edge whose host key nobody has confirmed is refused, and the error names the key's fingerprint.
Whoever runs the edge compares it (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` there) and puts it into the
option `host_key`. So a stranger in between never gets a password, also the first time.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import asyncssh

from headend.adapters.edge_transports.pace import LARGEST_CHUNK
from headend.adapters.edge_transports.shelf import NotResumed, Shelf, ShelfTransport, Unreadable, Write
from headend.ingest.errors import TransferFailed
from headend.ingest.ports import EdgeAddress

Result = TypeVar("Result")

logging.getLogger("asyncssh").setLevel(logging.WARNING)  # else it tells of every step of every connection
_PRIVATE_KEY = "-----BEGIN "
_FINAL = (
    asyncssh.SFTPNoSuchFile,
    asyncssh.SFTPNoSuchPath,
    asyncssh.SFTPPermissionDenied,
    asyncssh.SFTPNoSpaceOnFilesystem,
    asyncssh.SFTPQuotaExceeded,
    asyncssh.SFTPWriteProtect,
    asyncssh.SFTPFailure,  # what OpenSSH says of every fault of its disk, a full one too
)


class SftpTransport(ShelfTransport):
    """The port `ingest.ports.EdgeTransport`. The password may be a private key instead (OpenSSH or PEM, without a pass
    phrase). Option `host_key`: fingerprints ("SHA256:...") or public keys as OpenSSH writes them, one a line."""

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Shelf]:
        keys = _HostKeys(known_keys(self._edge))
        try:
            async with self._connection(keys) as connection, connection.start_sftp_client() as client:
                yield _Home(client, self._edge.path, self._longest_wait)
        except asyncssh.HostKeyNotVerifiable:
            raise keys.refusal() from None

    def _connection(self, keys: "_HostKeys") -> Any:
        edge = self._edge
        return asyncssh.connect(
            edge.host,
            edge.port or 22,
            username=edge.username,
            client_factory=lambda: keys,
            known_hosts=([], [], []),
            connect_timeout=self._longest_wait,
            login_timeout=self._longest_wait,
            keepalive_interval=self._longest_wait,
            # Nothing of the account that this service happens to run under:
            config=None,
            agent_path=None,
            gss_host=None,
            **_credentials(edge),
        )

    def _explain(self, error: Exception) -> TransferFailed | None:
        if isinstance(error, asyncssh.PermissionDenied):
            return TransferFailed(f"the edge does not let {self._edge.username or 'us'} in", is_final=True)
        if isinstance(error, asyncssh.SFTPError):
            is_final = isinstance(error, _FINAL) and not isinstance(error, asyncssh.SFTPConnectionLost)
            return TransferFailed(f"the edge answers {error.reason or type(error).__name__}", is_final=is_final)
        if isinstance(error, asyncssh.Error):
            return TransferFailed(f"the connection was lost ({error.reason or type(error).__name__})")
        return None


def known_keys(edge: EdgeAddress) -> frozenset[str]:
    """The fingerprints in the option `host_key`. Raises TransferFailed for what is neither one nor a key."""
    found = []
    for line in re.split(r"[\n,]", edge.options.get("host_key", "")):
        text = line.strip()
        if text and not text.startswith("SHA256:"):
            try:
                text = asyncssh.import_public_key(text).get_fingerprint()
            except asyncssh.KeyImportError:
                raise TransferFailed(
                    "the option host_key is neither a key nor its fingerprint", is_final=True
                ) from None
        found.append(text)
    return frozenset(filter(None, found))


def _credentials(edge: EdgeAddress) -> dict[str, Any]:
    if not edge.password.startswith(_PRIVATE_KEY):
        return {"password": edge.password, "client_keys": None, "preferred_auth": ("password", "keyboard-interactive")}
    try:
        # Fields of one line take the line breaks out of what is put into them.
        key = asyncssh.import_private_key(re.sub(r"\s*(-----[A-Z ]+-----)\s*", r"\n\1\n", edge.password))
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise TransferFailed(
            "the private key cannot be read; one with a pass phrase is of no use", is_final=True
        ) from None
    return {"client_keys": [key], "preferred_auth": ("publickey",)}


class _HostKeys(asyncssh.SSHClient):
    """Compares an edge's key with those that were confirmed."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._shown = ""

    def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
        self._shown = key.get_fingerprint()
        return self._shown in self._known

    def refusal(self) -> TransferFailed:
        if not self._known:
            text = f"nobody has confirmed its key {self._shown}: compare it, and put it into the option host_key"
        else:
            text = f"it shows another key than the confirmed one: {self._shown}. Somebody may be in between"
        return TransferFailed(text, is_final=True)


class _Home:
    """A `Shelf`: a folder by SFTP, "" the one where the account begins."""

    def __init__(self, client: asyncssh.SFTPClient, path: str, wait: float) -> None:
        self._client = client
        self._base = path.rstrip("/") + "/" if path else ""
        self._wait = wait

    def _at(self, path: str) -> str:
        return self._base + path

    async def _in_time(self, work: Awaitable[Result]) -> Result:
        return await asyncio.wait_for(work, self._wait)

    async def size(self, path: str) -> int | None:
        try:
            return (await self._in_time(self._client.stat(self._at(path)))).size
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
            return None

    @asynccontextmanager
    async def write(self, path: str, offset: int) -> AsyncIterator[Write]:
        try:
            file = await self._in_time(self._client.open(self._at(path), "r+b" if offset else "wb"))
        except asyncssh.SFTPNoSuchFile as error:
            if offset:
                raise NotResumed from error
            raise
        try:
            await file.seek(offset)

            async def write(chunk: bytes) -> None:
                await self._in_time(file.write(chunk))

            yield write
            with suppress(asyncssh.SFTPOpUnsupported):
                await self._in_time(file.fsync())
        finally:
            await self._in_time(file.close())

    async def read(self, path: str) -> AsyncIterator[bytes]:
        try:
            file = await self._in_time(self._client.open(self._at(path), "rb"))
        except asyncssh.SFTPPermissionDenied as error:
            raise Unreadable from error
        try:
            while chunk := await self._in_time(file.read(LARGEST_CHUNK)):
                yield bytes(chunk)  # type: ignore[arg-type] # opened "rb": no text
        finally:
            await self._in_time(file.close())

    async def digest(self, path: str) -> tuple[str, str] | None:
        return None

    async def rename(self, path: str, target: str) -> None:
        try:
            await self._in_time(self._client.posix_rename(self._at(path), self._at(target)))
        except asyncssh.SFTPOpUnsupported:
            # SFTP's own renaming takes no name that is taken: then there is no file for a moment, but never a half one.
            await self.delete(target)
            await self._in_time(self._client.rename(self._at(path), self._at(target)))

    async def delete(self, path: str) -> None:
        try:
            await self._in_time(self._client.remove(self._at(path)))
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
            return

    async def make_folder(self, path: str) -> None:
        if not await self._in_time(self._client.isdir(self._at(path))):
            with suppress(asyncssh.SFTPFailure):  # somebody else made it just now, or the file that goes there will say
                await self._in_time(self._client.mkdir(self._at(path)))
