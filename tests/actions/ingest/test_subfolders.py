"""Packages that come each in a folder of its own."""

from pathlib import Path

import pytest
from tests.actions.ingest.conftest import ALL_FOLDERS, MOVIE, Site
from tests.factories.ingest import make_inbox
from tests.factories.packages import adi1_xml, make_package

from headend.ingest.actions.arrivals import OURS
from headend.ingest.actions.moving import make_folders
from headend.ingest.actions.tickets import reopen
from headend.ingest.models import Incomplete, Ticket
from headend.ingest.ports import FileRole, PackageFile
from headend.ingest.rules.folders import INBOX
from headend.ingest.rules.states import LoadMode
from headend.kernel.actor import system
from headend.vod.models import Title

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]
MOVIE_FILE = PackageFile(FileRole.MOVIE, "film.ts", size=len(MOVIE))


def drop(site: Site, home: str, *, movie: bytes = MOVIE, **fields: object) -> Path:
    """A provider's folder with a description of the usual name, its film, and what nobody asked for."""
    there = site.folder(INBOX) / home
    there.mkdir(exist_ok=True)
    if movie:
        (there / "film.ts").write_bytes(movie)
    (there / "read me.txt").write_text("hello")
    (there / "ADI.XML").write_bytes(adi1_xml(make_package(**{"files": (MOVIE_FILE,), **fields})))
    return there


def lies(site: Site) -> list[str]:
    """Everything below the inbox but the folders of states."""
    states = {site.folder(name) for name in ALL_FOLDERS}
    root = site.folder(INBOX)
    return sorted(str(each.relative_to(root)) for each in root.rglob("*") if each not in states and each.name != OURS)


def whole(home: str) -> list[str]:
    return [home, f"{home}/ADI.XML", f"{home}/film.ts", f"{home}/read me.txt"]


def test_a_folder_is_taken_moved_and_published_as_a_whole(site: Site, edges: list[Path]) -> None:
    drop(site, "PKG1")
    drop(site, "PKG2", asset="films.example/OTHR0123456789012345")
    assert site.work().published == 2
    assert lies(site) == [*whole("pubblicati/PKG1"), *whole("pubblicati/PKG2")]
    assert sorted(Ticket.objects.values_list("file_name", flat=True)) == ["PKG1/ADI.XML", "PKG2/ADI.XML"]
    for ticket in Ticket.objects.all():
        remote = ticket.title.assets.get().file_name
        assert remote.endswith(f"/{ticket.pk}/film.ts")
        assert [(edge / remote).read_bytes() for edge in edges] == [MOVIE, MOVIE]


def test_a_folder_of_the_same_name_comes_to_lie_beside_it(site: Site, edges: list[Path]) -> None:
    drop(site, "PKG")
    site.work()
    drop(site, "PKG", load_mode=LoadMode.UPDATE, version=(1, 1))
    assert site.work().published == 2
    second = Ticket.objects.order_by("-pk").first()
    assert second is not None
    assert lies(site) == sorted([*whole("pubblicati/PKG"), *whole(f"pubblicati/PKG-{second.fingerprint[:8]}")])


def test_a_refused_folder_has_its_reason_inside_and_may_come_back(site: Site, edges: list[Path]) -> None:
    drop(site, "PKG", movie=b"short")
    assert site.work().rejected == 1
    bad = site.folder("errors") / "PKG"
    assert sorted(each.name for each in bad.iterdir()) == ["ADI.XML", "ADI.error.json", "film.ts", "read me.txt"]
    bad.rename(site.folder(INBOX) / "PKG")  # with the reason, as people do
    (site.folder(INBOX) / "PKG/film.ts").write_bytes(MOVIE)
    assert site.work().published == 1
    assert lies(site) == whole("pubblicati/PKG")


def test_what_is_begun_anew_leaves_no_folder_behind(site: Site, edges: list[Path]) -> None:
    drop(site, "PKG", movie=b"short")
    site.work()
    (site.folder("errors") / "PKG/film.ts").write_bytes(MOVIE)
    reopen(actor=system("anna"), ticket=Ticket.objects.get(), now=site.clock(), reason="mended")
    assert site.work().published == 1
    assert lies(site) == whole("pubblicati/PKG")


def test_a_folder_waits_for_its_files_in_the_inbox(site: Site, edges: list[Path]) -> None:
    site.inbox.grace_minutes = 15
    site.inbox.save()
    there = drop(site, "PKG", movie=b"")
    site.work()
    assert list(Incomplete.objects.values_list("file_name", "missing")) == [("PKG/ADI.XML", ["PKG/film.ts"])]
    (site.folder(INBOX) / "film.ts").write_bytes(MOVIE)  # not in the package's folder
    site.work()
    assert (site.states(), there.is_dir()) == ([], True)
    (there / "film.ts").write_bytes(MOVIE)
    assert site.work().published == 1


def test_names_never_leave_the_folder(site: Site, edges: list[Path]) -> None:
    (site.folder(INBOX) / "secret.ts").write_bytes(MOVIE)
    for number, name in enumerate(("../secret.ts", "/etc/passwd", "..\\secret.ts", "other/film.ts")):
        file = PackageFile(FileRole.MOVIE, name)
        drop(site, f"PKG{number}", files=(file,), asset=f"films.example/ABCD000000000000000{number}")
    assert site.work().rejected == 4
    assert (site.folder(INBOX) / "secret.ts").exists()
    assert not Title.objects.exists()


def test_several_descriptions_in_one_folder_are_packages_of_their_own(site: Site, edges: list[Path]) -> None:
    there = drop(site, "BATCH")
    other = make_package(asset="films.example/OTHR0123456789012345")
    (there / "words.xml").write_bytes(adi1_xml(other))
    assert site.work().published == 2
    assert [each for each in lies(site) if "read me" in each] == ["BATCH/read me.txt"]


def test_films_of_the_next_package_stay_where_they_are(site: Site, edges: list[Path]) -> None:
    there = drop(site, "BATCH")
    (there / "next.ts").write_bytes(MOVIE)
    (there / "ADI.DTD").write_text("<!ELEMENT ADI ANY>")
    assert site.work().published == 1
    assert [each for each in lies(site) if each.startswith("BATCH/")] == ["BATCH/next.ts"]
    file = PackageFile(FileRole.MOVIE, "next.ts")
    (there / "next.xml").write_bytes(adi1_xml(make_package(files=(file,), asset="films.example/NEXT0123456789012345")))
    assert site.work().published == 2
    assert not there.exists()


def test_what_cannot_be_read_goes_with_its_whole_folder(site: Site) -> None:
    there = drop(site, "PKG")
    (there / "ADI.XML").write_bytes(b"<ADI>")
    assert site.work().rejected == 1
    assert not there.exists()
    assert sorted(each.name for each in (site.folder("errors") / "PKG").iterdir()) == [
        "ADI.XML", "ADI.error.json", "film.ts", "read me.txt",
    ]  # fmt: skip


def test_what_a_person_encrypts_lies_in_its_folder_there(site: Site, edges: list[Path]) -> None:
    type(site.inbox).objects.update(encryptor="manual")
    drop(site, "PKG", wants_encryption=True)
    site.work()
    assert lies(site) == whole("encrypting/PKG")


def test_folders_of_states_are_no_packages_whatever_they_were_called_before(site: Site, edges: list[Path]) -> None:
    drop(site, "PKG")
    site.drop("words.xml", asset="films.example/OTHR0123456789012345")
    site.work()
    type(site.inbox).objects.update(folders={"published": "done"})
    assert site.work().taken == 2


def test_an_inbox_inside_another_one_keeps_its_packages(site: Site, edges: list[Path]) -> None:
    there = drop(site, "inner")
    inner = make_inbox(site.inbox.operator, path="films/inner")
    make_folders(inner, site.data)
    type(site.inbox).objects.filter(pk=inner.pk).update(is_enabled=False)
    assert site.work().taken == 0
    assert (there / "ADI.XML").exists()
