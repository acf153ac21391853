"""The first start on a terminal: it asks for the first member of staff."""

import os
import pty
import signal
import sys
import time
from select import select

import pytest
from tests.roles.service import environment, wait_until
from tests.roles.test_service import log_in

pytestmark = pytest.mark.servers


class Terminal:
    """A person at a terminal on which `headend` runs."""

    def __init__(self, *arguments: object) -> None:
        command = [sys.executable, "-m", "headend", *map(str, arguments)]
        self.pid, self._line = pty.fork()
        if self.pid == 0:
            os.execve(sys.executable, command, environment(HEADEND_STAFF_PASSWORD="", TERM="dumb"))
        self.seen = ""

    def expect(self, words: str) -> None:
        def has_come() -> bool:
            if select([self._line], [], [], 0)[0]:
                try:
                    self.seen += os.read(self._line, 4096).decode(errors="replace")
                except OSError as ended:
                    raise AssertionError(f"it ended without {words!r} after {self.seen!r}") from ended
            return words in self.seen

        wait_until(has_come, f"{words!r} after {self.seen!r}")
        self.seen = self.seen.partition(words)[2]

    def type(self, text: str) -> None:
        time.sleep(0.2)  # getpass throws away what was typed before it turned the echo off
        os.write(self._line, text.encode())

    def status(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_the_first_start_asks_and_ctrl_c_stops_it(tmp_path, free_port):
    terminal = Terminal("up", "--data", tmp_path / "data", "--port", free_port)
    terminal.expect("user name: ")
    terminal.type("anna\n")
    terminal.expect("password (10 characters or more): ")
    terminal.type("one long password\n")
    terminal.expect("again: ")
    terminal.type("another password\n")
    terminal.expect("the two differ")
    terminal.expect("password (10 characters or more): ")
    terminal.type("one long password\n")
    terminal.expect("again: ")
    terminal.type("one long password\n")
    terminal.expect(f"Headend is running at http://127.0.0.1:{free_port}/console/")
    assert log_in(f"http://127.0.0.1:{free_port}", "anna", "one long password") == 302
    terminal.type("\x03")
    assert terminal.status() == 0


def test_ctrl_c_at_the_prompt_ends_without_a_traceback(tmp_path, free_port):
    terminal = Terminal("up", "--data", tmp_path / "data", "--port", free_port)
    terminal.expect("user name: ")
    terminal.type("\x03")
    terminal.expect("the next start goes on from there")
    assert "Traceback" not in terminal.seen
    assert terminal.status() in (1, 130, -signal.SIGINT)
