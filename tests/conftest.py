"""What all tests share. Fixtures of one kind of test stand in the conftest of its folder."""

import socket
from pathlib import Path

import pytest

SHARED_SAMPLES = Path(__file__).parents[2] / "shared" / "samples"


@pytest.fixture
def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
