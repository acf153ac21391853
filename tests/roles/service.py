"""Runs the real command as a person would, and watches its processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
STAFF = ("--staff-username", "anna")
PASSWORD = "a long enough one"
PATIENCE = 600.0  # nothing here is a measurement: a machine that does much else takes minutes for a first migration


def wait_until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Ask until the answer is true, and give it back; fails with `what` after a while."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:g} s for {what}")


def is_running(pid: int) -> bool:
    """Say whether a process runs; one that has ended but was not yet waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has taken so far."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def environment(**changes: str) -> dict[str, str]:
    """The environment of a person's shell: without what the tests themselves were started with.

    The width and the colours of who runs the tests would break up and mark what the commands print.
    """
    theirs = {"COLUMNS", "LINES", "TERMINAL_WIDTH", "FORCE_COLOR", "PY_COLORS", "CLICOLOR_FORCE", "GITHUB_ACTIONS"}
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HEADEND_", "DJANGO_")) and name not in theirs
    }
    return clean | {"PYTHONPATH": str(ROOT / "src"), "HEADEND_STAFF_PASSWORD": PASSWORD} | changes


def headend(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command of `headend` to its end."""
    command = [sys.executable, "-m", "headend", *map(str, arguments)]
    options.setdefault("env", environment())
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, **options)


def headend_process(*arguments: object, stderr: Any, **changes: str) -> subprocess.Popen[str]:
    """Start a command of `headend` with --json; its standard output is a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "headend", *map(str, arguments), "--json"],
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


@dataclass
class Service:
    """A running `headend demo` or `headend up`; `ready` is the JSON object it printed."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]
    log: Path

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.ready["url"] + path, timeout=30, **options)

    def children(self) -> dict[str, int]:
        """The pid of each role that runs below the supervisor."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words = (entry / "cmdline").read_text().split("\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == self.process.pid and "headend.roles" in words and is_running(int(entry.name)):
                found[words[words.index("headend.roles") + 1]] = int(entry.name)
        return found

    def stop(self) -> int:
        """End it as Ctrl-C's cousin does, and answer its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)
