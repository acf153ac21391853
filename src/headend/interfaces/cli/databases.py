"""Throw-away database servers for the tests: each in a temporary directory, on a free port, gone at the end."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import mkdtemp

from headend.interfaces.cli.packages import PROGRAMS

START_SECONDS = 60
MEMORY = "/dev/shm"  # noqa: S108 - a directory with a random name is made in it
ENOUGH_BYTES = 2 * 1024**3


class ServerFailed(RuntimeError):
    """A database server did not start; the text ends with its last log lines."""


class Server:
    """A database server as a process; `url` is the `database_url` of a user who may do everything.

    `probe` succeeds once it takes connections; without one, it is ready when it listens.
    """

    def __init__(self, url: str, port: int, command: list[str], log: Path, probe: Sequence[object] = ()) -> None:
        self.url = url
        self._port = port
        self._command = command
        self._log = log
        self._probe = [str(word) for word in probe]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it takes connections; raises ServerFailed."""
        with self._log.open("ab") as output:
            # A group of its own: Ctrl-C is for the tests, which then stop the server.
            self._process = subprocess.Popen(
                self._command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._is_ready():
                return
            time.sleep(0.1)
        raise ServerFailed(f"{self._command} did not start:\n{self._log.read_text(errors='replace')[-3000:]}")

    def _is_ready(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
        except OSError:
            return False
        return not self._probe or subprocess.run(self._probe, capture_output=True, check=False).returncode == 0

    def stop(self) -> None:
        """End it, connections and all. May be called again."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)  # PostgreSQL waits for its clients after SIGTERM
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


@contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server that runs."""
    programs = Path(PROGRAMS["initdb"].find() or "initdb").resolve().parent
    with _directory("postgres") as (directory, user):
        password, port = secrets.token_urlsafe(12), _free_port()
        secret = directory / "password"
        secret.write_text(password)
        _give(secret, user)
        initdb = [programs / "initdb", "-D", directory / "data", "-U", "headend", "--pwfile", secret]
        _run_to_end(user, [*initdb, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
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
        command = _command(user, [programs / "postgres", "-D", directory / "data", *settings])
        url = f"postgresql://headend:{password}@127.0.0.1:{port}/postgres"
        # While it starts it listens, and refuses.
        probe = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", port]
        yield from _running(Server(url, port, command, directory / "log", probe))


@contextmanager
def mysql() -> Iterator[Server]:
    """A MariaDB server that runs."""
    program = PROGRAMS["mariadbd"].find() or "mariadbd"
    with _directory("mysql") as (directory, user):
        password, port = secrets.token_urlsafe(12), _free_port()
        first = directory / "first.sql"
        first.write_text(
            f"CREATE USER IF NOT EXISTS headend@'127.0.0.1' IDENTIFIED BY '{password}';"
            "\nGRANT ALL ON *.* TO headend@'127.0.0.1' WITH GRANT OPTION;\nCREATE DATABASE IF NOT EXISTS headend;\n"
        )
        _give(first, user)
        where = ["--no-defaults", f"--datadir={directory / 'data'}"]
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
            "--innodb-fast-shutdown=2",
            "--performance-schema=OFF",
        ]
        url = f"mysql://headend:{password}@127.0.0.1:{port}/headend"
        yield from _running(Server(url, port, _command(user, [program, *where, *options]), directory / "log"))


def _running(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


# The server of each choice of `headend test --database`, and the program it needs.
SERVERS: dict[str, tuple[Callable[[], AbstractContextManager[Server | None]], tuple[str, ...]]] = {
    "sqlite": (nullcontext, ()),
    "postgresql": (postgresql, ("initdb",)),
    "mysql": (mysql, ("mariadbd",)),
}


@contextmanager
def _directory(user: str) -> Iterator[tuple[Path, str | None]]:
    """A temporary directory, and the user the server runs as: `user` for root, as servers refuse root; else None."""
    directory = Path(mkdtemp(prefix=f"headend-{user}-", dir=_fastest_place()))
    owner = user if os.geteuid() == 0 else None
    try:
        _give(directory, owner)
        yield directory, owner
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _fastest_place() -> str | None:
    """Memory, where there is enough: emptying tables between tests makes and removes files. None: the usual place."""
    try:
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
            return MEMORY
    except OSError:
        return None
    return None


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
