"""Looks at the files of a package before anything is done with them."""

import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from headend.ingest.actions.checksums import checksum
from headend.ingest.checks import Finding, compare_bytes, compare_media
from headend.ingest.deviations import bounded, deviation
from headend.ingest.errors import BrokenOff, NotProbed
from headend.ingest.ports import PICTURES, Deviation, FileRole, Package, PackageFile, Prober, Profile


def check_files(
    package: Package,
    paths: Mapping[str, Path],
    prober: Prober,
    profile: Profile,
    check: Callable[[], None] = lambda: None,
) -> tuple[Deviation, ...]:
    """Compare the files that a package publishes with what it says of them.

    `paths` says where each lies, by its name in the package; one that is not among them did not come. `check` is called
    now and then and may raise to end the work. Raises BrokenOff when nobody could tell of a file whether it is good,
    and no other refuses the package. Source: section 1 of the reference notes (consistency checks).
    """
    checker = _Checker(package, paths, prober, profile, check)
    found = [
        deviation(each.fault, profile.strict, line=file.line, place=file.name, value=each.value, detail=each.detail)
        for file in package.files
        if file.is_updated
        for each in checker.look(file)
    ]
    if checker.broken_off and not any(each.is_refusal for each in found):
        raise checker.broken_off
    return bounded(found)


class _Checker:
    """Looks at one file after another; each is read once to be reckoned up, however often it is named."""

    def __init__(
        self,
        package: Package,
        paths: Mapping[str, Path],
        prober: Prober,
        profile: Profile,
        check: Callable[[], None],
    ) -> None:
        self._title = package.title
        self._movies = sum(file.role is FileRole.MOVIE for file in package.files)
        self._paths = paths
        self._prober = prober
        self._profile = profile
        self._check = check
        self._sums: dict[Path, str] = {}
        self.broken_off: BrokenOff | None = None

    def look(self, file: PackageFile) -> Iterator[Finding]:
        """All that is wrong with a file; of one that cannot be used, the first reason."""
        self._check()
        path = self._paths.get(file.name)
        try:
            about = path.lstat() if path else None
        except OSError:
            about = None
        if path is None or about is None:
            yield Finding("absent")
        elif not stat.S_ISREG(about.st_mode):
            yield Finding("no_plain_file")
        else:
            yield from self._read(file, path, about.st_size)

    def _read(self, file: PackageFile, path: Path, size: int) -> Iterator[Finding]:
        wrong = list(compare_bytes(file, size, None)) or list(compare_bytes(file, size, self._md5(file, path)))
        try:
            yield from wrong or self._inside(file, path)
        except BrokenOff as error:
            self.broken_off = error

    def _inside(self, file: PackageFile, path: Path) -> Iterator[Finding]:
        if file.role in PICTURES:
            yield from self._picture(path)
        elif file.role is not FileRole.OTHER:
            yield from self._media(file, path)

    def _md5(self, file: PackageFile, path: Path) -> str | None:
        if file.md5 and path not in self._sums:
            self._sums[path] = checksum(path, "md5", self._check)
        return self._sums.get(path)

    def _picture(self, path: Path) -> Iterator[Finding]:
        try:
            self._prober.picture(path)
        except NotProbed as error:
            yield Finding("picture", "", str(error))

    def _media(self, file: PackageFile, path: Path) -> Iterator[Finding]:
        try:
            probe = self._prober.probe(path, progress=lambda _: self._check())
        except NotProbed as error:
            yield Finding("not_probed" if error.is_absent else "media", "", str(error))
            return
        is_only_movie = file.role is FileRole.MOVIE and self._movies == 1
        yield from compare_media(file, probe, self._title, self._profile, is_only_movie=is_only_movie)
