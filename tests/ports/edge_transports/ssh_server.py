"""SFTP servers that ask for a password: asyncssh, which anybody may start and which tells what came, and OpenSSH's.

OpenSSH's compares passwords with those of the machine's own accounts alone. Tests make none: theirs stands in files
that lie over the machine's, for this server alone (a mount namespace, which root may make).
"""

import asyncio
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import asyncssh
from asyncssh.auth import KbdIntChallenge, KbdIntResponse
from tests.ports.edge_transports.houses import PASSWORD, start
from tests.ports.edge_transports.proxy import THERE

from headend.ingest.ports import EdgeAddress
from headend.interfaces.cli.packages import PROGRAMS

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
def openssh_server(folder: Path, way: str) -> Iterator[EdgeAddress]:
    """OpenSSH's server on a free port of 127.0.0.2, whose account "tv" has a folder as its home."""
    with ExitStack() as stack, socket.socket() as free:
        free.bind((THERE, 0))
        port = free.getsockname()[1]
        free.close()
        key = asyncssh.generate_private_key("ssh-ed25519")
        for name, text in _files(folder, way, port, key).items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o600 if name == "host" else 0o644)
        over = "".join(f"mount --bind {folder}/{name} {place} && " for name, place in _OVER.items())
        server = f"{PROGRAMS['sshd'].find()} -D -e -f {folder}/sshd_config"
        command = ["unshare", "--mount", "--fork", "--kill-child", "sh", "-c", f"{over}mkdir -p /run/sshd && {server}"]
        start(command, port, stack, folder / "server.log")
        options = {"timeout": "3", "host_key": key.get_fingerprint()}
        yield EdgeAddress("edge-1", THERE, port, "tv", PASSWORD, str(folder / "home"), options=options)


_OVER = {"passwd": "/etc/passwd", "shadow": "/etc/shadow", "pam": "/etc/pam.d/sshd"}


def _files(folder: Path, way: str, port: int, key: asyncssh.SSHKey) -> dict[str, str]:
    (folder / "home").mkdir()
    hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True).stdout
    password, interactive = ("yes" if each == way else "no" for each in WAYS)
    return {
        "host": key.export_private_key().decode(),
        "passwd": f"{Path('/etc/passwd').read_text()}tv:x:0:0::{folder}/home:/bin/sh\n",
        "shadow": f"tv:{hashed.strip()}:20000:0:99999:7:::\n",
        "pam": "auth required pam_unix.so nodelay\naccount required pam_permit.so\nsession required pam_permit.so\n",
        "sshd_config": (
            f"ListenAddress {THERE}:{port}\nHostKey {folder}/host\nPidFile none\nUsePAM yes\nPermitRootLogin yes\n"
            f"PasswordAuthentication {password}\nKbdInteractiveAuthentication {interactive}\n"
            "Subsystem sftp internal-sftp\n"
        ),
    }


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
