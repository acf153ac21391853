"""What all tests share. Fixtures of one kind of test stand in the conftest of its folder."""

import os
import socket
from pathlib import Path

import pytest

from headend.interfaces.cli.packages import PROGRAMS
from headend.interfaces.cli.test import ALLOW_MISSING

SHARED_SAMPLES = Path(__file__).parents[2] / "shared" / "samples"


@pytest.fixture
def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail, or skip when that is allowed, a test marked with `needs(program, ...)` where a program is missing."""
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            program = PROGRAMS[name]
            if program.find() is None:
                reason = f"needs {name}, from Debian's package {program.package}"
                (pytest.skip if os.environ.get(ALLOW_MISSING) else pytest.fail)(reason)
