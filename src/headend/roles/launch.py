"""From a command line to a running service: what `headend demo` and `headend up` have in common."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from headend.interfaces.cli.app import INTERRUPTED, complain
from headend.roles.processes import CannotStart, child_environment, data_directory_lock, listening_socket
from headend.roles.progress import console
from headend.roles.supervisor import supervise
from headend.settings.config import PREFIX, ROOT, Config, current

STAMP = "prepared"
INTERRUPT_SECONDS = 1


def choose(data: Path, host: str | None, port: int | None) -> Config:
    """The settings of this start: the options win over the environment and the file. Raises BadSetting."""
    os.environ[PREFIX + "DATA"] = str(data.expanduser().absolute())
    for name, value in (("HOST", host), ("PORT", port)):
        if value is not None:
            os.environ[PREFIX + name] = str(value)
    return current()


def launch(
    config: Config,
    setup_arguments: Sequence[str],
    announce: Callable[[], None],
    secrets: Mapping[str, str] | None = None,
) -> int:
    """Prepare the data directory when that is due, then run the service until it is told to stop.

    `setup_arguments` go to the setup role, `secrets` into its environment. Returns the exit status.
    """
    try:
        with data_directory_lock(config.data):
            listener = listening_socket(config.host, config.port)
            state = _state(config, setup_arguments)
            if not _is_prepared(config, state):
                status = _prepare(config, setup_arguments, secrets or {})
                if status:
                    return status
                (config.data / STAMP).write_text(state, encoding="ascii")
            return supervise(config, listener, announce)
    except CannotStart as error:
        complain(str(error))
        return 1


def _prepare(config: Config, arguments: Sequence[str], secrets: Mapping[str, str]) -> int:
    environment = {**child_environment(config, "setup"), **secrets}
    if config.log_level == "info":
        environment[PREFIX + "LOG_LEVEL"] = "warning"  # a person watches its steps, not what they do in passing
    command = [sys.executable, "-m", "headend.roles", "setup", *arguments]
    (config.data / STAMP).unlink(missing_ok=True)
    # Nothing but the JSON object may reach standard output.
    child = subprocess.Popen(command, env=environment, stdout=sys.stderr)
    try:
        status = child.wait()
    except KeyboardInterrupt:
        status = _await_interrupted(child)
    if status == INTERRUPTED:
        console.show_cursor()
        complain("stopped while preparing; the next start goes on from there")
    return status


def _await_interrupted(child: "subprocess.Popen[bytes]") -> int:
    """It was interrupted too, and has a moment to end by itself; what it made so far is whole."""
    try:
        child.wait(INTERRUPT_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    return INTERRUPTED


def _is_prepared(config: Config, state: str) -> bool:
    if config.database_url:
        return False  # a server's database may have been replaced meanwhile; looking costs a second
    try:
        stamp = (config.data / STAMP).read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return stamp == state and config.has_records


def _state(config: Config, arguments: Sequence[str]) -> str:
    """A digest of all that the setup role works from: while it stays the same, there is nothing to prepare."""
    digest = hashlib.sha256("\0".join([str(ROOT), config.database_url, *arguments[:1]]).encode())
    digest.update((ROOT / "requirements.lock").read_bytes())
    package = ROOT / "src" / "headend"
    sources = [path for path in package.rglob("*") if path.suffix not in (".pyc", ".mo") and path.is_file()]
    for path in sorted(sources):
        about = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.hexdigest()
