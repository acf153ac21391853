"""The programs that tests and benchmarks need beside Python, and the Debian packages they come in."""

import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from headend.interfaces.cli.app import complain


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
        Program("libatomic", "libatomic1", "what drives the browser", ("/usr/lib/*/libatomic.so.1",)),
        Program("ffprobe", "ffmpeg", "plays the channels"),
        Program("mpv", "mpv", "plays what the playlists name"),
        Program("nginx", "nginx-light", "checks signed addresses, and is the gate's limit", ("/usr/sbin/nginx",)),
        Program("wrk", "wrk", "asks the gate and its limit"),
        Program("xgettext", "gettext", "finds texts without translation"),
        Program("git", "git", "tells which files belong to the project"),
        Program("initdb", "postgresql", "a database that can be stopped", ("/usr/lib/postgresql/*/bin/initdb",)),
        Program("sshd", "openssh-server", "takes files as an edge does", ("/usr/sbin/sshd",)),
        Program("uftpd", "uftp", "takes files by multicast"),
        Program("mariadbd", "mariadb-server", "the other database server", ("/usr/sbin/mariadbd",)),
    )
}
ALWAYS = (
    "chromium",
    "fonts",
    "libatomic",
    "ffprobe",
    "mpv",
    "nginx",
    "xgettext",
    "git",
    "initdb",
    "mariadbd",
    "sshd",
    "uftpd",
)


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


def provide(names: Iterable[str]) -> list[Program]:
    """Install those of the programs that are missing, as root, after naming them; answers those still missing."""
    names = tuple(names)
    lacking = missing(names)
    if not lacking:
        return []
    needs = ", ".join(f"{program.package} ({program.purpose})" for program in lacking)
    if os.geteuid() != 0:
        words = " ".join(sorted({program.package for program in lacking}))
        complain(f"missing from this machine: {needs}; to install them: sudo apt-get install {words}")
        return lacking
    print(f"headend: installing Debian packages: {needs}", file=sys.stderr)  # noqa: T201
    install(lacking)
    return missing(names)
