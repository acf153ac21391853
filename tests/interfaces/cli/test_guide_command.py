"""`headend guide import`: what it prints and how it ends."""

import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.web_server import Quiet, web_server
from typer.testing import CliRunner, Result

from headend.catalog.models import GuideSource, Programme
from headend.roles.guides import app

pytestmark = pytest.mark.django_db

GUIDE = """<?xml version="1.0" encoding="UTF-8"?>
<tv>
<channel id="one"><display-name>One</display-name></channel>
<programme start="20261122180000 +0000" stop="20261122190000 +0000" channel="one"><title>News</title></programme>
<programme start="20261122200000" stop="20261122210000" channel="one"><title>Film</title></programme>
<programme start="nonsense" channel="one"><title>Bad</title></programme>
</tv>
"""
COUNTS = {"created": 2, "updated": 0, "unchanged": 0, "removed": 0, "skipped": 1, "errors": 1}


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    path = tmp_path / "guide.xml"
    path.write_text(GUIDE)
    return path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["import", *map(str, arguments)])


def counts(done: Result) -> dict[str, int]:
    told = json.loads(done.stdout)
    return {name: told[name] for name in COUNTS}


def test_an_import_says_what_it_did(guide: Path) -> None:
    done = call(guide, "--source", "kitchen")
    assert done.stdout.splitlines() == [
        "line 6: Bad: start 'nonsense': not a time (left out)",
        "programmes: 2 created, 0 updated, 0 unchanged, 0 removed, 1 skipped (1 of them bad)",
        "guide channels: 1 created, 0 updated",
    ]
    assert done.exit_code == 0
    source = GuideSource.objects.get()
    assert (source.name, source.operator, source.time_zone) == ("kitchen", None, "UTC")


def test_the_same_guide_again_changes_nothing(guide: Path) -> None:
    assert counts(call(guide, "--source", "kitchen", "--json")) == COUNTS
    again = call(guide, "--source", "kitchen", "--json")
    assert counts(again) == COUNTS | {"created": 0, "unchanged": 2}
    assert again.exit_code == 0


def test_times_without_offset_are_in_the_zone_that_is_named_once(guide: Path) -> None:
    call(guide, "--source", "kitchen", "--timezone", "Europe/Rome")
    first, second = Programme.objects.order_by("start").values_list("start", flat=True)
    assert second - first == 3600  # 20:00 in Rome is 19:00 in UTC
    assert counts(call(guide, "--source", "kitchen", "--json"))["unchanged"] == 2


@pytest.mark.parametrize(("pack", "suffix"), [(gzip.compress, "gz"), (lzma.compress, "xz")])
def test_packed_guides(tmp_path: Path, pack: Callable[[bytes], bytes], suffix: str) -> None:
    path = tmp_path / f"guide.xml.{suffix}"
    path.write_bytes(pack(GUIDE.encode()))
    assert counts(call(path, "--source", "kitchen", "--json")) == COUNTS


def test_a_guide_from_an_address() -> None:
    class Guides(Quiet):
        def do_GET(self) -> None:
            self.answer(200 if self.path == "/guide.xml" else 404, GUIDE.encode())

    with web_server(Guides) as server:
        assert counts(call(f"{server.url}/guide.xml", "--source", "kitchen", "--json")) == COUNTS
        gone = call(f"{server.url}/gone.xml", "--source", "kitchen")
    assert gone.exit_code == 1
    assert "nothing was brought in" in gone.stderr
    assert "404" in gone.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no element"),
        ("<html>404</html>", "html"),
        ('<!DOCTYPE tv [<!ENTITY e "e">]>\n<tv>&e;</tv>', "doctype"),
    ],
)
def test_what_is_no_guide_ends_with_1_and_changes_nothing_that_was_good(guide: Path, text: str, words: str) -> None:
    call(guide, "--source", "kitchen")
    guide.write_text(text)
    done = call(guide, "--source", "kitchen", "--json")
    assert done.exit_code == 1
    assert words in done.stderr.lower()
    assert json.loads(done.stdout)["errors"] == 1
    assert Programme.objects.count() == 2


@pytest.mark.parametrize("whole", range(10, 100, 15))
def test_a_file_that_ends_in_the_middle_changes_nothing(guide: Path, whole: int) -> None:
    call(guide, "--source", "kitchen")
    guide.write_text(GUIDE.replace("News", "Other news")[: len(GUIDE) * whole // 100])
    done = call(guide, "--source", "kitchen", "--json")
    assert (done.exit_code, counts(done)) == (1, dict.fromkeys(COUNTS, 0) | {"errors": 1})
    assert set(Programme.objects.values_list("title", flat=True)) == {"News", "Film"}


def test_a_file_that_is_not_there_leaves_no_source(tmp_path: Path) -> None:
    done = call(tmp_path / "no.xml", "--source", "kitchen")
    assert (done.exit_code, GuideSource.objects.count()) == (1, 0)
    assert "no.xml" in done.stderr


@pytest.mark.parametrize("options", [("--timezone", "Europe/Atlantis"), ("--source", " "), ("--source", "x" * 101)])
def test_a_call_that_makes_no_sense_ends_with_2(guide: Path, options: tuple[str, str]) -> None:
    done = call(guide, "--source", "kitchen", *options)
    assert (done.exit_code, GuideSource.objects.count()) == (2, 0)
    assert done.stderr
