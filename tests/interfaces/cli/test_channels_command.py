"""`headend channels`: what it prints and how it ends."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.factories import make_guide_channel, make_operator
from tests.web_server import Quiet, web_server
from typer.testing import CliRunner, Result

from headend.catalog.models import Channel
from headend.operators.models import AuditEntry, Operator
from headend.roles.channel_lists import app

pytestmark = pytest.mark.django_db

LIST = """#EXTM3U url-tvg="http://guide.example/epg.xml"
#EXTINF:-1 tvg-id="one" tvg-chno="1.5",One
http://a.example/1
#EXTINF:-1,Gone
#EXTINF:-1 group-title="Films",Two
http://a.example/2
#EXTINF:-1 media="true",A film
http://a.example/film.mp4
"""


@pytest.fixture
def operator() -> Operator:
    return make_operator(name="Acme")


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    path = tmp_path / "list.m3u"
    path.write_text(LIST)
    return path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_an_import_says_what_it_did(operator: Operator, list_file: Path) -> None:
    make_guide_channel(guide_id="one")
    done = call("import", list_file)
    assert done.stdout.splitlines() == [
        "line 2: One: '1.5' is not a whole channel number",
        "line 4: Gone: the entry has no address (left out)",
        "channels: 2 created, 0 updated, 0 unchanged, 2 skipped (1 of them bad)",
        "the list names 1 guides, the first is http://guide.example/epg.xml",
        "guides: 1 by id, 0 by name (to be reviewed), 0 ambiguous, 1 without",
    ]
    assert done.exit_code == 0
    assert list(Channel.objects.values_list("name", "operator", "import_source")) == [
        ("One", operator.pk, "list"),
        ("Two", operator.pk, "list"),
    ]
    assert AuditEntry.objects.values_list("actor_kind", "actor_name").get() == ("system", "headend channels import")


def test_an_import_in_json(operator: Operator, list_file: Path) -> None:
    call("import", list_file)
    list_file.write_text(LIST.replace("http://a.example/2", "\nhttp://a.example/new").replace("#EXTINF:-1,Gone\n", ""))
    done = call("import", list_file, "--json", "--operator", "Acme", "--source", "list")
    assert json.loads(done.stdout) == {
        "created": 0,
        "updated": 1,
        "unchanged": 1,
        "skipped": 1,
        "errors": 0,
        "problems": [{"line": 2, "message": "'1.5' is not a whole channel number", "name": "One", "is_loss": False}],
        "missing": [],
        "disabled": 0,
        "guide_urls": ["http://guide.example/epg.xml"],
        "matches": {"by_id": 0, "by_name": 0, "unmatched": 2, "changed": 0, "ambiguous": []},
    }
    assert done.stdout.count("\n") == 1
    assert done.exit_code == 0


def test_what_left_the_list_is_shown_and_disabled_when_asked(operator: Operator, list_file: Path) -> None:
    call("import", list_file)
    list_file.write_text("#EXTM3U\n#EXTINF:-1,Two\nhttp://a.example/2\n")
    assert "no longer in the list: 1, 0 of them disabled now" in call("import", list_file).stdout
    done = call("import", list_file, "--disable-missing", "--operator", operator.pk)
    assert "no longer in the list: One\n" in done.stdout
    assert "no longer in the list: 1, 1 of them disabled now" in done.stdout
    assert not Channel.objects.get(name="One").is_enabled


def test_a_packed_list(operator: Operator, tmp_path: Path) -> None:
    packed = tmp_path / "list.m3u.gz"
    packed.write_bytes(gzip.compress(LIST.encode()))
    assert call("import", packed).exit_code == 0
    packed.write_bytes(gzip.compress(LIST.encode() * 1000)[:-100])
    done = call("import", packed, "--disable-missing")
    assert done.exit_code == 1
    assert Channel.objects.filter(is_enabled=True).count() == 2


@pytest.fixture
def address() -> Iterator[str]:
    """Where the list is to be had, under /list.m3u."""

    class Handler(Quiet):
        def do_GET(self) -> None:
            if self.path.startswith("/list.m3u"):
                self.answer(200, LIST.encode())
            else:
                self.answer(404, b"no")

    with web_server(Handler) as running:
        yield running.url


def test_a_list_from_an_address(operator: Operator, address: str) -> None:
    done = call("import", f"{address}/list.m3u?token=secret")
    assert (done.exit_code, Channel.objects.count()) == (0, 2)
    assert set(Channel.objects.values_list("import_source", flat=True)) == {"127.0.0.1/list.m3u"}
    assert "2 unchanged" in call("import", f"{address}/list.m3u?token=other").stdout
    done = call("import", f"{address}/gone?token=secret")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"headend: nothing was brought in: {address}/gone answers 404 Not Found\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<html>", "nothing was brought in: this is a web page or an XML document, not a channel list (line 1)"),
        ("#EXTM3U\n#EXTINF:-1,A\n", "nothing was brought in: the list has no channel that could be taken"),
    ],
)
def test_when_nothing_goes_in_the_exit_status_is_1(operator: Operator, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.m3u"
    path.write_text(text)
    done = call("import", path, "--json")
    assert (done.exit_code, done.stderr) == (1, f"headend: {says}\n")
    answer = json.loads(done.stdout)
    assert (answer["created"], answer["errors"], len(answer["problems"])) == (0, 1, 1)


def test_a_file_that_is_not_there(operator: Operator, tmp_path: Path) -> None:
    done = call("import", tmp_path / "nothing.m3u")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "nothing.m3u" in done.stderr


@pytest.mark.parametrize("name", [[], ["--operator", "Nobody"], ["--operator", "99999"]])
def test_an_operator_that_is_not_clear_ends_with_2(list_file: Path, name: list[str]) -> None:
    first, second = make_operator(name="A"), make_operator(name="B")
    done = call("import", list_file, *name)
    assert done.exit_code == 2
    assert done.stderr == f"headend: which operator? There are: {first.pk} (A), {second.pk} (B)\n"
    assert Channel.objects.count() == 0


def test_without_any_operator(list_file: Path) -> None:
    done = call("import", list_file)
    assert (done.exit_code, done.stderr) == (2, "headend: which operator? There are: none yet\n")


def test_matching_alone(operator: Operator, list_file: Path) -> None:
    call("import", list_file)
    make_guide_channel(name="Two")
    assert call("match").stdout == "guides: 0 by id, 1 by name (to be reviewed), 0 ambiguous, 1 without\n"
    assert json.loads(call("match", "--json").stdout) == {
        "by_id": 0,
        "by_name": 1,
        "unmatched": 1,
        "changed": 0,
        "ambiguous": [],
    }
