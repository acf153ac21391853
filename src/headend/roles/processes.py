"""What every role's process does first, and what keeps two services out of one data directory."""

import ctypes
import fcntl
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headend.settings.config import ROOT, Config

PARENT = "HEADEND_SUPERVISOR"
_PR_SET_PDEATHSIG = 1  # prctl(2)


class CannotStart(Exception):
    """The service cannot be started here; the text is a sentence for the person who tried."""


def child_environment(config: Config, role: str) -> dict[str, str]:
    """The environment of a child process that runs `python -m headend.roles <role>`."""
    ours = {
        PARENT: str(os.getpid()),
        "HEADEND_ROLE": role,
        "HEADEND_DATA": str(config.data),
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUNBUFFERED": "1",
    }
    return os.environ | ours


def follow_parent() -> None:
    """Die with the supervisor: also when it is killed with SIGKILL, nothing that it started goes on serving.

    Does nothing in a role that was started by hand, without a supervisor.
    """
    parent = os.environ.get(PARENT)
    if parent is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(parent):  # it died before the line above
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def data_directory_lock(data: Path) -> Iterator[None]:
    """Hold the data directory for this process; the kernel lets go of it when the process ends, however that happens.

    Raises CannotStart when another service holds it or when it cannot be written.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o750)
        lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o640)
    except OSError as error:
        raise CannotStart(f"the data directory {data} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 20).decode(errors="replace").strip() or "unknown"
        os.close(lock)
        raise CannotStart(f"the data directory {data} is in use by another service (process {holder})") from None
    try:
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(lock)


def listening_socket(host: str, port: int) -> socket.socket:
    """A TCP socket that listens on `host` (an IP address) and `port`. Raises CannotStart.

    The supervisor opens it and hands it down, so that calls wait while the web role is started again.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"port {port} on {host} cannot be used: {error.strerror}; choose another with --port"
        ) from error
    return listener
