"""Fetches files that are published as packages of npm, by npm's own client.

So the address of the registry is npm's business (its settings, a mirror), and npm checks the package's integrity.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from headend.kernel.errors import HeadendError

SECONDS = 600


class NotFetched(HeadendError):
    """npm is not there, does not find the package, or the package does not hold what was expected."""

    code = "not_fetched"


def fetch_member(package: str, member: str, target: Path, *, most_bytes: int) -> None:
    """Write one file of a package to `target`, whose folder is there. Raises NotFetched, OSError."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotFetched(f"npm is needed to fetch {target.name} (on Debian: apt-get install npm), or put a file there")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        _unpack(_pack(npm, package, Path(folder)), member, target, most_bytes)


def _pack(npm: str, package: str, folder: Path) -> Path:
    command = [npm, "pack", package, "--silent", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, cwd=folder, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotFetched(f"npm did not answer within {SECONDS} seconds") from error
    archives = sorted(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise NotFetched(f"npm could not fetch {package}: {' '.join(said) or 'it did not say why'}")
    return archives[0]


def _unpack(archive: Path, member: str, target: Path, most_bytes: int) -> None:
    try:
        with tarfile.open(archive, "r:gz") as package:
            found = package.getmember(member)
            stream = package.extractfile(found)
            if stream is None or found.size > most_bytes:
                raise NotFetched(f"{member} of the package is no file, or is too large")
            with stream, target.open("wb") as file:
                shutil.copyfileobj(stream, file)
                file.flush()
                os.fsync(file.fileno())
    except (KeyError, tarfile.TarError, EOFError) as error:
        raise NotFetched(f"the package does not hold {member}: {error}") from error
