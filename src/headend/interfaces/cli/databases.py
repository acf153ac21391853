"""Throw-away database servers for the tests: each in a temporary directory, on a free port, gone at the end."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import mkdtemp

from headend.interfaces.cli.packages import PROGRAMS

START_SECONDS = 60


class ServerFailed(RuntimeError):
    """A database server did not start; the text ends with its last log lines."""


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server; yields the `database_url` of its superuser."""
    programs = Path(PROGRAMS["initdb"].find() or "initdb").resolve().parent
    with _directory("postgres") as (directory, user):
        password = secrets.token_urlsafe(12)
        secret = directory / "password"
        secret.write_text(password)
        _give(secret, user)
        data, port = directory / "data", _free_port()
        initdb = [programs / "initdb", "-D", data, "-U", "headend", "--pwfile", secret, "--auth=scram-sha-256"]
        _run_to_end(user, [*initdb, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "max_connections": 200,
            # What a crash would cost does not matter here.
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with _server(user, [programs / "postgres", "-D", data, *settings], port, directory / "log"):
            yield f"postgresql://headend:{password}@127.0.0.1:{port}/postgres"


@contextmanager
def mysql() -> Iterator[str]:
    """A MariaDB server; yields the `database_url` of a user who may do everything."""
    server = PROGRAMS["mariadbd"].find() or "mariadbd"
    with _directory("mysql") as (directory, user):
        password = secrets.token_urlsafe(12)
        first = directory / "first.sql"
        first.write_text(
            f"CREATE USER headend@'127.0.0.1' IDENTIFIED BY '{password}';"
            "\nGRANT ALL ON *.* TO headend@'127.0.0.1' WITH GRANT OPTION;\nCREATE DATABASE headend;\n"
        )
        _give(first, user)
        data, port = directory / "data", _free_port()
        where = ["--no-defaults", f"--datadir={data}"]
        _run_to_end(user, ["mariadb-install-db", *where, "--skip-test-db", "--auth-root-authentication-method=normal"])
        options = [
            "--bind-address=127.0.0.1",
            f"--port={port}",
            f"--socket={directory}/socket",
            f"--pid-file={directory}/pid",
            f"--init-file={first}",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            # What a crash would cost does not matter here.
            "--innodb-flush-log-at-trx-commit=0",
            "--skip-innodb-doublewrite",
            "--innodb-flush-method=nosync",
        ]
        with _server(user, [server, *where, *options], port, directory / "log"):
            yield f"mysql://headend:{password}@127.0.0.1:{port}/headend"


# The server of each choice of `headend test --database`, and the program it needs.
SERVERS: dict[str, tuple[Callable[[], AbstractContextManager[str]], tuple[str, ...]]] = {
    "sqlite": (lambda: nullcontext(""), ()),
    "postgresql": (postgresql, ("initdb",)),
    "mysql": (mysql, ("mariadbd",)),
}


@contextmanager
def _directory(user: str) -> Iterator[tuple[Path, str | None]]:
    """A temporary directory, and the user the server runs as: `user` for root, as servers refuse root; else None."""
    directory = Path(mkdtemp(prefix=f"headend-{user}-"))
    owner = user if os.geteuid() == 0 else None
    try:
        _give(directory, owner)
        yield directory, owner
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _give(path: Path, user: str | None) -> None:
    if user:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)


def _command(user: str | None, words: Sequence[object]) -> list[str]:
    # setpriv also ends the server when the test runner is killed and cannot do it.
    wrapper = ["setpriv", "--pdeathsig", "KILL"]
    if user:
        wrapper += ["--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--init-groups"]
    return [*wrapper, *map(str, words)]


def _run_to_end(user: str | None, words: Sequence[object]) -> None:
    done = subprocess.run(_command(user, words), cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerFailed(f"{words[0]} failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")


@contextmanager
def _server(user: str | None, words: Sequence[object], port: int, log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        # A group of its own: Ctrl-C is for the tests, which then stop the server.
        server = subprocess.Popen(
            _command(user, words), cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
        )
    try:
        _wait_for(server, port, log)
        yield
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise ServerFailed(f"{server.args!r} did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
