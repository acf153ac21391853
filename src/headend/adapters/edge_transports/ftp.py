"""Edges that speak FTP (RFC 959, 2428, 3659), in clear or with TLS asked for on the same port (FTPS, RFC 4217)."""

import asyncio
import base64
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aioftp

from headend.adapters.edge_transports.pace import LARGEST_CHUNK
from headend.adapters.edge_transports.shelf import NotResumed, Shelf, ShelfTransport, Unreadable, Write
from headend.ingest.errors import TransferFailed
from headend.ingest.ports import EdgeAddress

_FLUSH_SECONDS = 2.0
_FULL = re.compile(r"no space|disk (is )?full|quota|insufficient storage|file too large", re.IGNORECASE)
_GONE = re.compile(r"no such|not found|not exist", re.IGNORECASE)
_HEX = {"sha256": re.compile(r"\b[0-9a-fA-F]{64}\b"), "md5": re.compile(r"\b[0-9a-fA-F]{32}\b")}
_PROPRIETARY = (("XSHA256", "sha256"), ("XMD5", "md5"))


class FtpTransport(ShelfTransport):
    """The port `ingest.ports.EdgeTransport`, passive connections only. `path` "" is where the account begins."""

    def _tls(self) -> ssl.SSLContext | None:
        return None

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Shelf]:
        edge, wait = self._edge, self._longest_wait
        client = _Client(socket_timeout=wait, connection_timeout=wait)
        try:
            await client.connect(edge.host, edge.port or aioftp.DEFAULT_PORT)
            tls = self._tls()
            if tls is not None:
                await client.upgrade_to_tls(tls)
            await _sign_in(client, edge)
            yield _Account(client, edge.path, await _features(client))
            with suppress(OSError, TimeoutError, aioftp.AIOFTPException):
                await client.quit()
        finally:
            await client.hang_up()

    def _explain(self, error: Exception) -> TransferFailed | None:
        if isinstance(error, aioftp.StatusCodeError):
            return _told(error)
        if isinstance(error, ssl.SSLCertVerificationError):
            return TransferFailed(f"its certificate is not trusted: {error.verify_message}", is_final=True)
        if isinstance(error, ssl.SSLError):
            return TransferFailed(f"TLS failed: {error.reason or error}")
        if isinstance(error, aioftp.AIOFTPException | ValueError | IndexError):
            return TransferFailed(f"the edge does not speak FTP as it should ({type(error).__name__})")
        return None


class FtpsTransport(FtpTransport):
    """The same with explicit TLS for commands and files. The certificate must be one that this machine trusts for the
    host's name, or the one in the option `certificate`, whatever name that has: PEM, or only the figures between its
    first and last line, so that it may be one line."""

    def _tls(self) -> ssl.SSLContext:
        own = re.sub(r"-----[A-Z ]+-----|\s", "", self._edge.options.get("certificate", ""))
        try:
            context = ssl.create_default_context(cadata=base64.b64decode(own, validate=True) or None)
        except (ssl.SSLError, ValueError):
            raise TransferFailed("the option certificate is no certificate in PEM", is_final=True) from None
        if own:
            context.check_hostname = False
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context


class _Client(aioftp.Client):
    """Remembers its connections for files, which aioftp leaves open when a command fails."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._writers: list[asyncio.StreamWriter] = []

    async def get_passive_connection(
        self, *arguments: Any, **options: Any
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await super().get_passive_connection(*arguments, **options)
        self._writers.append(writer)
        return reader, writer

    async def hang_up(self) -> None:
        """Let go of everything now: an edge that does not answer is not waited for."""
        if self._stream is not None:
            self._writers.append(self._stream.writer)
        for writer in self._writers:
            # asyncio (3.11) raises it for a transport that was closed and has sent its last bytes since.
            with suppress(AttributeError):
                writer.transport.abort()
        await asyncio.sleep(0)  # the loop closes them in its next turn


async def _sign_in(client: aioftp.Client, edge: EdgeAddress) -> None:
    if any(letter in "\r\n\0" for letter in edge.username + edge.password):
        raise TransferFailed("the user name or password has a line break", is_final=True)
    try:
        await client.login(edge.username or aioftp.DEFAULT_USER, edge.password)
    except aioftp.StatusCodeError as error:
        is_final = _code(error).startswith("5")
        raise TransferFailed(
            f"the edge does not let {edge.username or 'us'} in: {_words(error)}", is_final=is_final
        ) from None
    await client.command("TYPE I", "200")


async def _features(client: aioftp.Client) -> str:
    """What FEAT tells, in capitals."""
    try:
        _, lines = await client.command("FEAT", "211")
    except aioftp.StatusCodeError:
        return ""
    found = "\n".join(line.strip() for line in lines).upper()
    if "UTF8" in found:
        with suppress(aioftp.StatusCodeError):
            await client.command("OPTS UTF8 ON", "2xx")
    return found


class _Account:
    """A `Shelf`: the folder that an account has on an FTP server."""

    def __init__(self, client: aioftp.Client, path: str, features: str) -> None:
        self._client = client
        self._base = path.rstrip("/") + "/" if path else ""
        self._features = features

    def _at(self, path: str) -> str:
        return self._base + path

    async def size(self, path: str) -> int | None:
        try:
            _, lines = await self._client.command(f"SIZE {self._at(path)}", "213")
        except aioftp.StatusCodeError as error:
            if _code(error) == "550":
                return None
            raise
        return int(lines[-1])

    @asynccontextmanager
    async def write(self, path: str, offset: int) -> AsyncIterator[Write]:
        try:
            stream = await self._client.upload_stream(self._at(path), offset=offset)
        except aioftp.StatusCodeError as error:
            if offset and _code(error).startswith("5"):
                raise NotResumed from error
            raise
        try:
            yield stream.write
        except OSError:
            stream.close()
            # The edge closed the connection; why, it says on the other one.
            await self._client.command(None, "2xx", "1xx")
            raise
        except Exception:
            # Told to stop: what is on its way still gets there, if that does not take long.
            with suppress(OSError, aioftp.AIOFTPException):
                await asyncio.wait_for(stream.finish(), _FLUSH_SECONDS)
            raise
        await stream.finish()

    async def read(self, path: str) -> AsyncIterator[bytes]:
        try:
            stream = await self._client.download_stream(self._at(path))
        except aioftp.StatusCodeError as error:
            if _code(error).startswith("5"):
                raise Unreadable from error
            raise
        async with stream:
            async for chunk in stream.iter_by_block(LARGEST_CHUNK):
                yield chunk

    async def digest(self, path: str) -> tuple[str, str] | None:
        """HASH (draft-bryan-ftpext-hash), or the commands that servers had before it."""
        if re.search(r"^HASH .*SHA-256", self._features, re.MULTILINE):
            with suppress(aioftp.StatusCodeError):
                await self._client.command("OPTS HASH SHA-256", "200")
                return await self._told(f"HASH {self._at(path)}", "sha256")
        for command, algorithm in _PROPRIETARY:
            # Servers do not agree on how a name with blanks is written here.
            if re.search(rf"\b{command}\b", self._features) and " " not in self._at(path):
                with suppress(aioftp.StatusCodeError):
                    return await self._told(f"{command} {self._at(path)}", algorithm)
        return None

    async def _told(self, command: str, algorithm: str) -> tuple[str, str] | None:
        _, lines = await self._client.command(command, "2xx")
        found = _HEX[algorithm].search(" ".join(lines))
        return (algorithm, found[0].lower()) if found else None

    async def rename(self, path: str, target: str) -> None:
        try:
            await self._client.rename(self._at(path), self._at(target))
        except aioftp.StatusCodeError as error:
            # Some servers do not rename over a file: then there is none for a moment, but never a half one.
            if not _code(error).startswith("5") or await self.size(target) is None or await self.size(path) is None:
                raise
            await self.delete(target)
            await self._client.rename(self._at(path), self._at(target))

    async def delete(self, path: str) -> None:
        try:
            await self._client.remove_file(self._at(path))
        except aioftp.StatusCodeError as error:
            # It says so, or it shows; that somebody else has written it anew by now changes nothing.
            is_gone = bool(_GONE.search(_words(error))) or await self.size(path) is None
            if _code(error) != "550" or not is_gone:
                raise

    async def make_folder(self, path: str) -> None:
        try:
            await self._client.command(f"MKD {self._at(path)}", "257")
        except aioftp.StatusCodeError as error:
            # That it is there already is what we want; if it is not, the file that goes there will say so.
            if not _code(error).startswith("5"):
                raise


def _code(error: aioftp.StatusCodeError) -> str:
    return str(error.received_codes[-1])


def _words(error: aioftp.StatusCodeError) -> str:
    lines = error.info if isinstance(error.info, list) else [str(error.info)]
    return f"{_code(error)} {' '.join(line.strip(' -') for line in lines)}"[:200]


def _told(error: aioftp.StatusCodeError) -> TransferFailed:
    """5xx is for good and 4xx for now (RFC 959, 4.2.1), but for disks that are full, which some tell by 426 or 451."""
    words = _words(error)
    is_final = _code(error).startswith("5") or _code(error) == "452" or bool(_FULL.search(words))
    return TransferFailed(f"the edge answers {words}", is_final=is_final)
