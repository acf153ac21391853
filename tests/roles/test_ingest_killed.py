"""Killed at any moment, started again: everything is where it should be, once."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from headend.interfaces.cli.databases import Server, mysql, postgresql
from headend.settings.config import ROOT

pytestmark = pytest.mark.servers
KILLS = int(os.environ.get("HEADEND_INGEST_KILLS", "200"))
KILLS_ON_A_SERVER = min(KILLS, 30)  # what a kill leaves undone there, servers decide the same way every time


@pytest.mark.needs("ffprobe")
def test_killed_at_random_moments_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, KILLS, "")


@pytest.mark.needs("ffprobe", "initdb", "mariadbd")
@pytest.mark.parametrize("start", [postgresql, mysql])
def test_so_it_does_on_a_database_server(tmp_path: Path, start: Callable[[], AbstractContextManager[Server]]) -> None:
    with start() as server:
        kill_again_and_again(tmp_path, KILLS_ON_A_SERVER, server.url)


def kill_again_and_again(data: Path, kills: int, database_url: str) -> None:
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "HEADEND_DATA": str(data),
        "HEADEND_DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "headend.settings.django",
    }
    command = [sys.executable, "-m", "tests.roles.ingest_under_fire", str(data), str(kills), "20261122"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert told["sent"] > kills / 2
    assert len(told["killed_in"]) > 1, told["killed_in"]  # it was killed in the middle of several things
