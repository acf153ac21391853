"""Runs other programs that work on one file: what they have read of it is their progress, and they end when we do."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from headend.ingest.ports import Progress

_POLL_SECONDS = 0.2
_LONGEST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended, and the end of what it said on its outputs; `was_late`: it was killed for that."""

    status: int
    words: str
    was_late: bool = False


def run(  # noqa: PLR0913 - all but the command are named
    command: Sequence[str],
    *,
    source: Path,
    progress: Progress,
    folder: Path,
    seconds: float,
    descriptors: Sequence[int] = (),
    answer: IO[bytes] | None = None,
) -> Ended:
    """Run a program in a folder until it ends, `seconds` have gone, or `progress` raises, which is passed on.

    With `answer` its standard output goes there.

    The program is killed in the last two cases, and also when this process is killed. Raises OSError when it cannot be
    started.
    """
    deadline = time.monotonic() + seconds
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*_mortal(), *command],
            stdin=subprocess.DEVNULL,
            stdout=answer or output,
            stderr=output,
            cwd=folder,
            pass_fds=descriptors,
        )
        try:
            was_late = _watch(process, source, progress, deadline)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
        return Ended(process.returncode, _end_of(output), was_late)


def _mortal() -> list[str]:
    """What makes a program die with the thread that runs it (setpriv of util-linux)."""
    found = shutil.which("setpriv")
    return [found, "--pdeathsig", signal.SIGKILL.name.removeprefix("SIG"), "--"] if found else []


def _watch(process: "subprocess.Popen[bytes]", source: Path, progress: Progress, deadline: float) -> bool:
    done = 0
    while True:
        try:
            process.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            done = max(done, read_so_far(process.pid, source))
            progress(done)
        else:
            return False
        if time.monotonic() > deadline:
            return True


def read_so_far(pid: int, source: Path) -> int:
    """How far a process has come in a file that it has open; 0 where the system does not say (it is Linux's)."""
    wanted = os.path.realpath(source)
    try:
        for each in Path(f"/proc/{pid}/fd").iterdir():
            if os.path.realpath(each) == wanted:
                told = Path(f"/proc/{pid}/fdinfo/{each.name}").read_text()
                return int(told.split("pos:", 1)[1].split(maxsplit=1)[0])
    except (OSError, IndexError, ValueError):
        pass
    return 0


def _end_of(output: BinaryIO) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - _LONGEST_WORDS))
    return output.read().decode(errors="replace")
