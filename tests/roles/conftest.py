"""Starts the real service on a free port."""

import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.roles.service import STAFF, Service, headend_process


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that `headend up` has prepared, to be copied: preparing takes longer than starting."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = headend_process("up", "--data", data, "--port", port, *STAFF, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.terminate()
    process.communicate(timeout=60)
    return data


@pytest.fixture
def data(prepared: Path, tmp_path: Path) -> Path:
    """A prepared data directory of the test's own."""
    return Path(shutil.copytree(prepared, tmp_path / "data"))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Start `headend <arguments> --json` and wait until it is ready; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, **changes: str) -> Service:
        log = tmp_path / f"log-{len(started)}"
        with log.open("w") as errors:
            process = headend_process(*arguments, stderr=errors, **changes)
        started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text()
        return Service(process, json.loads(line), log)

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
