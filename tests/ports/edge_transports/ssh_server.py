"""An SFTP server by asyncssh that asks for a password. OpenSSH's compares passwords with those of the machine's own
accounts alone, which tests must not make."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import asyncssh
from asyncssh.auth import KbdIntChallenge, KbdIntResponse
from tests.ports.edge_transports.houses import PASSWORD

from headend.ingest.ports import EdgeAddress

WAYS = ("password", "keyboard-interactive")


class _Server(asyncssh.SSHServer):
    """Lets "tv" in with its password, asked for in one way alone; `tried` are the passwords that came."""

    def __init__(self, way: str, tried: list[str]) -> None:
        self._way = way
        self._tried = tried

    def password_auth_supported(self) -> bool:
        return self._way == "password"

    def kbdint_auth_supported(self) -> bool:
        return self._way == "keyboard-interactive"

    def validate_password(self, username: str, password: str) -> bool:
        self._tried.append(password)
        return (username, password) == ("tv", PASSWORD)

    def get_kbdint_challenge(self, _username: str, _lang: str, _submethods: str) -> KbdIntChallenge:
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: KbdIntResponse) -> bool:
        return self.validate_password(username, "".join(responses))


@contextmanager
def password_server(home: Path, way: str, tried: list[str]) -> Iterator[EdgeAddress]:
    """A server on a free port of 127.0.0.1 that gives a folder as its root."""
    loop, key = asyncio.new_event_loop(), asyncssh.generate_private_key("ssh-ed25519")
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_listen(home, key, partial(_Server, way, tried)), loop).result(10)
    options = {"timeout": "3", "host_key": key.get_fingerprint()}
    try:
        yield EdgeAddress("edge-1", "127.0.0.1", server.get_port(), "tv", PASSWORD, options=options)
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(home: Path, key: asyncssh.SSHKey, factory: Callable[[], _Server]) -> asyncssh.SSHAcceptor:
    files = partial(asyncssh.SFTPServer, chroot=str(home).encode())
    return await asyncssh.listen("127.0.0.1", 0, server_factory=factory, server_host_keys=[key], sftp_factory=files)


async def _close(server: asyncssh.SSHAcceptor) -> None:
    server.close()
    await server.wait_closed()
