"""Real edges of every kind on free ports: a folder, FTP and FTPS by pyftpdlib, SFTP by OpenSSH."""

import getpass
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.ports.edge_transports.proxy import HERE, THERE, Proxy

from headend.adapters.edge_transports import EDGE_TRANSPORTS
from headend.ingest.ports import EdgeAddress, EdgeTransport
from headend.interfaces.cli.packages import PROGRAMS

PASSWORD = "edge-s3cret"
WAIT = "3"


@dataclass
class House:
    """A running edge: `home` is its folder, `wrong` ways to name it that do not lead in. No `proxy`: no line to cut."""

    kind: str
    home: Path
    edge: EdgeAddress
    proxy: Proxy | None = None
    wrong: dict[str, EdgeAddress] = field(default_factory=dict)
    kill: Callable[[], None] | None = None

    def transport(self, **changes: Any) -> EdgeTransport:
        return EDGE_TRANSPORTS[self.kind](replace(self.edge, **changes))


@contextmanager
def house(kind: str, folder: Path, **settings: Any) -> Iterator[House]:
    home = folder / "home"
    home.mkdir(parents=True)
    with ExitStack() as stack:
        yield _HOUSES[kind](kind, home, stack, settings)


def _folder(kind: str, home: Path, stack: ExitStack, settings: dict[str, Any]) -> House:
    edge = EdgeAddress("edge-1", path=str(home), password=PASSWORD)
    return House(kind, home, edge, wrong={"folder": replace(edge, path=str(home / "missing"))})


def _ftp(kind: str, home: Path, stack: ExitStack, settings: dict[str, Any]) -> House:
    proxy = stack.enter_context(Proxy(5))
    options = {"timeout": WAIT}
    asked = {
        "host": THERE,
        "port": proxy.ports[0],
        "passive_ports": proxy.ports[1:],
        "username": "tv",
        "password": PASSWORD,
        "home": str(home),
        **settings,
    }
    if kind == "ftps":
        asked["certificate"] = str(home.parent / "certificate.pem")
        options["certificate"] = certificate(home.parent / "certificate.pem")
    command = [sys.executable, str(Path(__file__).with_name("ftp_server.py")), json.dumps(asked)]
    kill = start(command, proxy.ports[0], stack, home.parent / "server.log")
    edge = EdgeAddress("edge-1", HERE, proxy.ports[0], "tv", PASSWORD, options=options)
    wrong = {"password": replace(edge, password="wrong-s3cret"), "folder": replace(edge, path="/missing")}
    return House(kind, home, edge, proxy, wrong, kill)


def _sftp(kind: str, home: Path, stack: ExitStack, settings: dict[str, Any]) -> House:
    proxy = stack.enter_context(Proxy(1))
    folder = home.parent
    keys = {name: asyncssh.generate_private_key("ssh-ed25519") for name in ("host", "ours", "stranger")}
    keys["host"].write_private_key(str(folder / "host"))
    (folder / "host").chmod(0o600)
    keys["host"].write_public_key(str(folder / "host.pub"))
    keys["ours"].write_public_key(str(folder / "authorized"))
    server = _limited(folder, settings["room"]) if "room" in settings else "internal-sftp"
    (folder / "sshd_config").write_text(
        f"ListenAddress {THERE}:{proxy.ports[0]}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        f"PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        f"Subsystem sftp {server}\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd wants it when it is root
    command = [str(PROGRAMS["sshd"].find()), "-D", "-e", "-f", str(folder / "sshd_config")]
    kill = start(command, proxy.ports[0], stack, folder / "server.log")
    edge = EdgeAddress(
        "edge-1",
        HERE,
        proxy.ports[0],
        getpass.getuser(),
        keys["ours"].export_private_key().decode(),
        str(home),
        options={"timeout": WAIT, "host_key": keys["host"].get_fingerprint()},
    )
    wrong = {
        "password": replace(edge, password=keys["stranger"].export_private_key().decode()),
        "folder": replace(edge, path=f"{home}/missing"),
    }
    return House(kind, home, edge, proxy, wrong, kill)


_HOUSES = {"folder": _folder, "ftp": _ftp, "ftps": _ftp, "sftp": _sftp}


def start(command: list[str], port: int, stack: ExitStack, log: Path) -> Callable[[], None]:
    """Start a server that listens on a port of 127.0.0.2; gives what kills it."""
    process = subprocess.Popen(
        command, stdout=stack.enter_context(log.open("wb")), stderr=subprocess.STDOUT, start_new_session=True
    )

    def kill() -> None:
        if process.poll() is None:
            for each in (*_below(process.pid), process.pid):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
        process.wait()

    stack.callback(kill)
    for _ in range(200):
        with socket.socket() as probe:
            if not probe.connect_ex((THERE, port)):
                return kill
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(f"{command[0]} does not listen: {log.read_text()}")


def _below(pid: int) -> Iterator[int]:
    """The processes that one has started, and theirs: sshd has one for each connection, in a session of its own."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _below(int(child))
        yield int(child)


def _limited(folder: Path, room: int) -> str:
    """An SFTP server whose disk takes no files longer than `room` bytes."""
    script = folder / "limited"
    script.write_text(f"#!/bin/bash\ntrap '' XFSZ\nulimit -f {room // 1024}\nexec /usr/lib/openssh/sftp-server\n")
    script.chmod(0o755)
    return str(script)


def certificate(path: Path) -> str:
    """Make a certificate for a name that is not the server's, with its key beside it in a file; gives it in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "edge.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(
        pem
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem.decode()


def clear(home: Path) -> None:
    """Empty an edge's folder."""
    for each in home.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
