"""Killed at any moment, started again: everything is where it should be, once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from headend.settings.config import ROOT

KILLS = int(os.environ.get("HEADEND_INGEST_KILLS", "200"))


@pytest.mark.needs("ffprobe")
def test_killed_at_random_moments_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "HEADEND_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "headend.settings.django",
    }
    command = [sys.executable, "-m", "tests.roles.ingest_under_fire", str(tmp_path), str(KILLS), "20261122"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert told["sent"] > KILLS / 2
    assert len(told["killed_in"]) > 1, told["killed_in"]  # it was killed in the middle of several things
