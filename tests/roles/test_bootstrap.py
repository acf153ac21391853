"""The bootstrap `headend`, as far as it can be tried without fetching anything: where it is, and what stops it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ("headend", "requirements.lock", "requirements-dev.lock", "requirements-uv.lock")


def run(command: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    shell = {"PATH": os.environ["PATH"], "HOME": str(command.parent)} | environment
    return subprocess.run(
        [str(command), *arguments], cwd="/", env=shell, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone without an environment, in a place with a space in its name."""
    place = tmp_path / "a place"
    place.mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, place)
    (place / "src").symlink_to(ROOT / "src")
    return place


@pytest.fixture
def installed(clone: Path) -> Path:
    """The same with the environment these tests run in."""
    (clone / ".venv").mkdir()
    for kind, lock in (("development", "requirements-dev.lock"), ("service", "requirements.lock")):
        shutil.copy(ROOT / lock, clone / ".venv" / f"installed-{kind}")
    (clone / ".venv" / "bin").symlink_to(ROOT / ".venv" / "bin")
    (clone / ".venv" / "pyvenv.cfg").symlink_to(ROOT / ".venv" / "pyvenv.cfg")
    (clone / ".venv" / "lib").symlink_to(ROOT / ".venv" / "lib")
    return clone


def test_it_runs_from_anywhere_and_through_a_link(installed, tmp_path):
    link = tmp_path / "tv"
    link.symlink_to(installed / "headend")
    for command in (installed / "headend", link):
        done = run(command, "--version")
        assert (done.returncode, done.stdout, done.stderr) == (0, "headend 0.1.0\n", "")


def test_the_service_alone_needs_no_development_tools(installed):
    (installed / ".venv" / "installed-development").unlink()
    assert run(installed / "headend", "--version").stdout == "headend 0.1.0\n"


def test_a_python_that_is_none_is_named(clone):
    refused = run(clone / "headend", "--version", HEADEND_PYTHON="/bin/true-not")
    assert refused.returncode == 1
    assert refused.stderr == "headend: HEADEND_PYTHON=/bin/true-not is no Python 3.11 or newer\n"


def test_without_python_it_says_what_to_install(clone, tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "readlink", "dirname", "cmp", "mkdir", "flock", "basename", "cat"):
        (tools / name).symlink_to(shutil.which(name) or "")
    refused = run(clone / "headend", "--version", PATH=str(tools))
    assert refused.returncode == 1
    assert refused.stderr == "headend: Python 3.11 or newer is needed (on Debian 12: apt-get install python3)\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_clone_that_cannot_be_written_is_named(clone):
    clone.chmod(0o500)
    refused = run(clone / "headend", "--version")
    clone.chmod(0o700)
    assert refused.returncode == 1
    assert refused.stderr == f"headend: the dependencies must be installed, but {clone} cannot be written\n"
