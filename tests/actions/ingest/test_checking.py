"""Files of packages as they lie there."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from tests.factories.packages import make_package

from headend.ingest.actions.checking import check_files
from headend.ingest.actions.checksums import BLOCK
from headend.ingest.errors import BrokenOff, NotProbed, Stopped
from headend.ingest.ports import Deviation, FileRole, PackageFile, Probe, Profile, Progress, Track, no_progress

DATA = b"film" * 1000
MOVIE = PackageFile(FileRole.MOVIE, "film.mpg", size=len(DATA), md5=hashlib.md5(DATA).hexdigest(), seconds=5400, line=7)
COVER = PackageFile(FileRole.COVER, "cover.jpg")


class Scripted:
    """A prober that knows what it has been told."""

    def __init__(self, probe: Probe | NotProbed | BrokenOff | None = None, picture: NotProbed | None = None) -> None:
        self.found = probe or Probe("mpegts", 5400, (Track("video", height=720), Track("audio")))
        self.refusal = picture
        self.looked: list[str] = []

    def probe(self, path: Path, *, progress: Progress = no_progress) -> Probe:
        self.looked.append(path.name)
        if isinstance(self.found, NotProbed | BrokenOff):
            raise self.found
        return self.found

    def picture(self, path: Path) -> tuple[int, int]:
        self.looked.append(path.name)
        if self.refusal:
            raise self.refusal
        return 1, 1


def look(
    folder: Path, *files: PackageFile, prober: Scripted | None = None, profile: Profile | None = None
) -> list[Deviation]:
    paths = {
        each.name: folder / each.name
        for each in files
        if (folder / each.name).is_symlink() or (folder / each.name).exists()
    }
    package = make_package(files=files)
    return list(check_files(package, paths, prober or Scripted(), profile or Profile()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "film.mpg").write_bytes(DATA)
    (tmp_path / "cover.jpg").write_bytes(b"picture")
    return tmp_path


def test_what_is_as_it_is_said_has_no_deviation(folder: Path):
    prober = Scripted()
    assert look(folder, MOVIE, COVER, prober=prober) == []
    assert prober.looked == ["film.mpg", "cover.jpg"]


def test_what_is_not_updated_is_not_looked_for(folder: Path):
    assert look(folder, replace(MOVIE, name="nowhere.mpg", is_updated=False)) == []


@pytest.mark.parametrize(
    ("file", "message", "value"),
    [
        (replace(MOVIE, name="nowhere.mpg"), "the file is not there", ""),
        (replace(MOVIE, size=3), "the file has another size than the package says: 3 bytes are said", "4000"),
        (replace(MOVIE, md5="0" * 32), f"another checksum than the package says: {'0' * 32} is said", MOVIE.md5),
    ],
)
def test_what_is_missing_or_damaged_refuses(folder: Path, file: PackageFile, message: str, value: str):
    (told,) = look(folder, file)
    assert (told.is_refusal, told.line, told.place, told.value) == (True, 7, file.name, value)
    assert message in told.message


def test_links_and_folders_are_no_files(folder: Path):
    (folder / "link.mpg").symlink_to("/etc/passwd")
    (folder / "folder.mpg").mkdir()
    found = look(folder, replace(MOVIE, name="link.mpg"), replace(MOVIE, name="folder.mpg"))
    assert [(each.message, each.is_refusal) for each in found] == [("this is no ordinary file", True)] * 2


def test_a_broken_picture_and_a_film_that_cannot_be_played_refuse(folder: Path):
    prober = Scripted(NotProbed("Invalid data"), NotProbed("the picture is broken"))
    found = look(folder, MOVIE, COVER, prober=prober)
    assert [each.is_refusal for each in found] == [True, True]
    assert "Invalid data" in found[0].message


def test_without_ffprobe_it_is_a_warning(folder: Path):
    (told,) = look(folder, MOVIE, prober=Scripted(NotProbed("there is no ffprobe", is_absent=True)))
    assert not told.is_refusal
    assert "nobody could look" in told.message


def test_a_probe_that_was_broken_off_is_no_verdict_unless_another_file_refuses(folder: Path):
    slow = Scripted(BrokenOff("ffprobe took longer than 60 seconds"))
    with pytest.raises(BrokenOff):
        look(folder, MOVIE, COVER, prober=slow)
    assert slow.looked == ["film.mpg", "cover.jpg"]
    (told,) = look(folder, MOVIE, replace(COVER, name="nowhere.jpg"), prober=slow)
    assert (told.place, told.is_refusal) == ("nowhere.jpg", True)


def test_a_wrong_length_warns_unless_the_profile_is_strict(folder: Path):
    short = Scripted(Probe("mpegts", 60, (Track("video"), Track("audio"))))
    assert [each.is_refusal for each in look(folder, MOVIE, prober=short)] == [False]
    strict = Profile(strict=frozenset({"duration"}))
    assert [each.is_refusal for each in look(folder, MOVIE, prober=short, profile=strict)] == [True]


def test_the_work_ends_when_it_is_told_to(folder: Path):
    (folder / "film.mpg").write_bytes(b"x" * (3 * BLOCK))
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise Stopped("stopped")

    large = replace(MOVIE, size=3 * BLOCK)
    with pytest.raises(Stopped):
        check_files(make_package(files=(large,)), {"film.mpg": folder / "film.mpg"}, Scripted(), Profile(), check)
