"""The programs that tests and benchmarks need beside Python, and the Debian packages they come in."""

import glob
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """`name` as tests ask for it; `places` where Debian puts it when it is not on the path (glob patterns)."""

    name: str
    package: str
    purpose: str
    places: tuple[str, ...] = ()

    def find(self) -> str | None:
        """Where it is, or None."""
        found = [path for place in self.places for path in sorted(glob.glob(place)) if os.path.exists(path)]
        return shutil.which(self.name) or (found[-1] if found else None)


PROGRAMS = {
    program.name: program
    for program in (
        Program("chromium", "chromium", "walks the console"),
        Program("fonts", "fonts-dejavu-core", "letters in its pictures", ("/usr/share/fonts/truetype/dejavu/*.ttf",)),
        Program("ffprobe", "ffmpeg", "plays the channels"),
        Program("nginx", "nginx-light", "checks signed addresses, and is the gate's limit", ("/usr/sbin/nginx",)),
        Program("xgettext", "gettext", "finds texts without translation"),
        Program("git", "git", "tells which files belong to the project"),
        Program("initdb", "postgresql", "a database that can be stopped", ("/usr/lib/postgresql/*/bin/initdb",)),
        Program("mariadbd", "mariadb-server", "the other database server", ("/usr/sbin/mariadbd",)),
    )
}
ALWAYS = ("chromium", "fonts", "ffprobe", "nginx", "xgettext", "git", "initdb")


def missing(names: Iterable[str]) -> list[Program]:
    """Those of the programs that this machine does not have."""
    return [PROGRAMS[name] for name in names if PROGRAMS[name].find() is None]


def install(programs: Iterable[Program]) -> bool:
    """Install the packages of `programs` with apt-get, which needs root; says whether that went well."""
    apt = ["apt-get", "--yes", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    # RUNLEVEL keeps the packages from starting their servers: the tests start their own, on free ports.
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    names = sorted({program.package for program in programs})
    for command in (["update"], ["install", "--no-install-recommends", *names]):
        if subprocess.run([*apt, *command], env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
            return False
    return True
