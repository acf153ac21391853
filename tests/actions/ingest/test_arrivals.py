"""What has arrived: whole, settled, oldest first; and files that move without being lost or written over."""

import errno
import os
import time
from pathlib import Path

import pytest
from tests.factories.ingest import make_inbox

from headend.ingest.actions.arrivals import OURS, Arrivals
from headend.ingest.actions.moving import folder, free_name, make_folders, move_files, write_beside
from headend.ingest.rules.folders import DISCARDED, ENCRYPTING, ERRORS, INBOX, PUBLISHED, TO_PUBLISH


def put(folder: Path, name: str, text: str = "x", age: float = 100) -> Path:
    path = folder / name
    path.write_text(text)
    moment = os.stat(path).st_mtime - age
    os.utime(path, (moment, moment))
    return path


def test_descriptions_come_oldest_first(tmp_path: Path) -> None:
    for name, age in (
        ("b.xml", 30),
        ("a.XML", 20),
        ("film.ts", 10),
        ("c.mrss", 40),
        (".hidden.xml", 9),
        ("d.xml.part", 9),
    ):
        put(tmp_path, name, age=age)
    (tmp_path / "errori").mkdir()
    assert Arrivals(tmp_path, 5).look() == ["c.mrss", "b.xml", "a.XML"]


def test_what_still_grows_has_not_arrived(tmp_path: Path) -> None:
    moment = [0.0]
    arrivals = Arrivals(tmp_path, 5, lambda: moment[0])
    put(tmp_path, "a.xml", age=0)
    put(tmp_path, "film.ts", age=0)
    assert (arrivals.look(), arrivals.waits()) == ([], True)
    moment[0] = 4
    put(tmp_path, "film.ts", "more", age=0)
    arrivals.look()
    moment[0] = 6
    assert (arrivals.look(), arrivals.has_settled("film.ts")) == (["a.xml"], False)
    moment[0] = 9.5
    arrivals.look()
    assert (arrivals.has_settled("film.ts"), arrivals.has_settled("absent"), arrivals.waits()) == (True, True, False)


def test_what_settles_after_a_look_is_still_waited_for(tmp_path: Path) -> None:
    now = [100.0]
    (tmp_path / "a.xml").write_text("<ADI/>")
    ahead = time.time() + 3600
    os.utime(tmp_path / "a.xml", (ahead, ahead))
    arrivals = Arrivals(tmp_path, 5, lambda: now[0])
    assert (arrivals.look(), arrivals.waits()) == ([], True)
    now[0] += 5
    assert arrivals.waits(), "nobody has taken it yet"
    assert (arrivals.look(), arrivals.waits()) == (["a.xml"], False)


def test_a_clock_that_is_ahead_only_makes_it_watched(tmp_path: Path) -> None:
    moment = [0.0]
    arrivals = Arrivals(tmp_path, 5, lambda: moment[0])
    put(tmp_path, "a.xml", age=-3600)
    assert arrivals.look() == []
    moment[0] = 5
    assert arrivals.look() == ["a.xml"]


def test_links_are_not_taken(tmp_path: Path) -> None:
    (tmp_path / "a.xml").symlink_to("/etc/passwd")
    assert Arrivals(tmp_path, 0).look() == []


def test_packages_may_lie_in_subfolders(tmp_path: Path) -> None:
    for name in ("one/ADI.XML", "one/film.ts", "two/ADI.XML", "two/other.xml", "two/deep/x.xml", "errori/bad.xml"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        put(tmp_path, name)
    put(tmp_path, f"errori/{OURS}")
    put(tmp_path, "flat.xml", age=200)
    (tmp_path / "link").symlink_to(tmp_path / "one")
    for name in (".hidden", "bell\a", os.fsdecode(b"\xff")):
        (tmp_path / name).mkdir()
        put(tmp_path, f"{name}/a.xml")
    arrivals = Arrivals(tmp_path, 5)
    assert arrivals.look() == ["flat.xml", "one/ADI.XML", "two/ADI.XML", "two/other.xml"]
    assert arrivals.beside("one/ADI.XML") == ["one/film.ts"]
    assert [arrivals.has_folder(name) for name in ("one/ADI.XML", "two/ADI.XML", "flat.xml")] == [True, False, False]


@pytest.mark.django_db
class TestMoving:
    def test_files_move_and_keep_their_names_where_they_can(self, tmp_path: Path) -> None:
        inbox = make_inbox(path="there")
        make_folders(inbox, tmp_path)
        put(folder(inbox, tmp_path, INBOX), "film.xml", "new")
        put(folder(inbox, tmp_path, PUBLISHED), "film.xml", "old")
        kept = free_name("film.xml", "abc", [folder(inbox, tmp_path, PUBLISHED)])
        assert kept == "film-abc.xml"
        move_files({"film.xml": kept, "never.ts": "never.ts"}, inbox, tmp_path, INBOX, PUBLISHED)
        there = folder(inbox, tmp_path, PUBLISHED)
        assert {each.name: each.read_text() for each in there.glob("[!.]*")} == {
            "film.xml": "old",
            "film-abc.xml": "new",
        }

    def test_a_move_that_was_begun_is_ended_from_wherever_files_are(self, tmp_path: Path) -> None:
        inbox = make_inbox(path="there")
        make_folders(inbox, tmp_path)
        files = {"a.xml": "a.xml", "b.ts": "b-1.ts", "c.ts": "c.ts"}
        put(folder(inbox, tmp_path, INBOX), "b.ts", "b")
        put(folder(inbox, tmp_path, ENCRYPTING), "a.xml", "a")
        put(folder(inbox, tmp_path, TO_PUBLISH), "c.ts", "c")
        for _ in range(2):
            move_files(files, inbox, tmp_path, INBOX, TO_PUBLISH)
        there = folder(inbox, tmp_path, TO_PUBLISH)
        assert {each.name: each.read_text() for each in there.glob("[!.]*")} == {
            "a.xml": "a",
            "b-1.ts": "b",
            "c.ts": "c",
        }

    def test_what_came_under_the_same_name_meanwhile_is_not_taken_for_it(self, tmp_path: Path) -> None:
        inbox = make_inbox(path="there")
        make_folders(inbox, tmp_path)
        put(folder(inbox, tmp_path, TO_PUBLISH), "a.xml", "ours")
        put(folder(inbox, tmp_path, INBOX), "a.xml", "the next one")
        move_files({"a.xml": "a.xml"}, inbox, tmp_path, INBOX, TO_PUBLISH)
        assert (folder(inbox, tmp_path, TO_PUBLISH) / "a.xml").read_text() == "ours"
        assert (folder(inbox, tmp_path, INBOX) / "a.xml").read_text() == "the next one"

    def test_subfolders_move_along_and_vanish_once_they_are_empty(self, tmp_path: Path) -> None:
        inbox = make_inbox(path="there")
        make_folders(inbox, tmp_path)
        for name in ("one/ADI.XML", "one/film.ts", "two/ADI.XML", "two/mine.txt"):
            (folder(inbox, tmp_path, INBOX) / name).parent.mkdir(exist_ok=True)
            put(folder(inbox, tmp_path, INBOX), name)
        (folder(inbox, tmp_path, PUBLISHED) / "one").mkdir()
        kept = free_name("one/film.ts", "ab", [folder(inbox, tmp_path, PUBLISHED)])
        assert kept == "one-ab/film.ts"
        one = {"one/ADI.XML": "one-ab/ADI.XML", "one/film.ts": kept}
        for _ in range(2):
            move_files(one, inbox, tmp_path, INBOX, TO_PUBLISH)
        move_files(one, inbox, tmp_path, TO_PUBLISH, PUBLISHED)
        move_files({"two/ADI.XML": "two/ADI.XML"}, inbox, tmp_path, INBOX, PUBLISHED)
        there = tmp_path / "there"
        assert sorted(str(each.relative_to(there)) for each in there.rglob("[!.]*") if each.is_file()) == [
            "pubblicati/one-ab/ADI.XML", "pubblicati/one-ab/film.ts", "pubblicati/two/ADI.XML", "two/mine.txt",
        ]  # fmt: skip
        assert [(there / each).exists() for each in ("one", "pubblicare/one-ab")] == [False, False]

    def test_a_folder_that_became_a_link_leads_nowhere(self, tmp_path: Path) -> None:
        inbox = make_inbox(path="there")
        make_folders(inbox, tmp_path)
        (tmp_path / "theirs").mkdir()
        put(tmp_path / "theirs", "film.ts")
        (tmp_path / "there/one").symlink_to(tmp_path / "theirs")
        move_files({"one/film.ts": "one/film.ts"}, inbox, tmp_path, INBOX, TO_PUBLISH)
        assert (tmp_path / "theirs/film.ts").exists()

    def test_to_another_file_system(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(source: Path, target: Path) -> None:
            if not os.path.exists(source):
                raise FileNotFoundError(source)
            raise OSError(errno.EXDEV, "another file system")

        inbox = make_inbox(path="there")
        make_folders(inbox, tmp_path)
        put(folder(inbox, tmp_path, TO_PUBLISH), "a.xml", "a")
        monkeypatch.setattr(os, "rename", refuse)
        move_files({"a.xml": "a.xml"}, inbox, tmp_path, TO_PUBLISH, DISCARDED)
        assert [each.name for each in folder(inbox, tmp_path, DISCARDED).iterdir()] == ["a.xml"]
        assert not (folder(inbox, tmp_path, TO_PUBLISH) / "a.xml").exists()

    def test_the_reason_lies_beside_the_package(self, tmp_path: Path) -> None:
        inbox = make_inbox(path="there", folders={"errors": "bad things"})
        write_beside(folder(inbox, tmp_path, ERRORS) / "a.error.json", {"reason": "è rotto"})
        assert (tmp_path / "there/bad things/a.error.json").read_text() == '{\n "reason": "è rotto"\n}\n'
