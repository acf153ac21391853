"""`headend simulate`: devices that meet a service which is none, one that breaks, and one that goes dark."""

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.roles.service import headend, headend_process, wait_until
from tests.web_server import Quiet, web_server

ANSWERS = {
    "/login/": b'{"authkey":"a token","error":0}',
    "/channel/list/": b'{"channels":[{"id":1,"has_record":1}],"error":0}',
    "/channel/url/": b'{"uri":"http://edge.example/1","error":0}',
}


@dataclass
class Told:
    """What devices told a service, and what it does to them."""

    url: str = ""
    calls: Counter[str] = field(default_factory=Counter)
    uids: list[str] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    status: int = 200
    body: bytes = b""


@pytest.fixture
def service() -> Iterator[Told]:
    told = Told()

    class Handler(Quiet):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            call = parts.path.removeprefix("/tvmiddleware/api")
            told.calls[call] += 1
            told.addresses.add(self.headers["X-Forwarded-For"])
            if call == "/login/":
                told.uids += parse_qs(parts.query)["device_uid"]
            self.answer(told.status, told.body or ANSWERS.get(call, b'{"error":0}'))

    with web_server(Handler) as running:
        told.url = running.url
        yield told


@pytest.fixture
def logins(tmp_path: Path) -> Path:
    accounts = [{"abonement": number, "password": "x", "device_uid": f"uid-{number}"} for number in (1, 2)]
    path = tmp_path / "logins.json"
    path.write_text(json.dumps({"client_id": 1, "api_key": "k", "accounts": accounts}))
    return path


def simulate(service: Told, logins: Path, *more: object) -> tuple[int, dict[str, object]]:
    done = headend("simulate", "--target", service.url, "--accounts", logins, "--arrive", 0, "--json", *more)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def test_devices_share_accounts_under_names_of_their_own(service: Told, logins: Path) -> None:
    status, seen = simulate(service, logins, "--devices", 5, "--seconds", 2)
    assert (status, seen["failures"], seen["refusals"]) == (0, 0, 0)
    assert sorted(service.uids) == ["uid-1", "uid-1-1", "uid-1-2", "uid-2", "uid-2-1"]
    assert service.addresses == {f"10.0.0.{place}" for place in range(5)}
    assert seen["answers"] == service.calls.total()


def test_after_a_power_cut_all_come_back_at_once(service: Told, logins: Path) -> None:
    _, seen = simulate(service, logins, "--devices", 2, "--seconds", 3, "--power-cut", 1, "--away", 0.5)
    assert sorted(service.uids) == ["uid-1", "uid-1", "uid-2", "uid-2"]
    assert seen["failures"] == 0


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [(500, b'{"error":0}', "HTTP 500"), (200, b"<html>", "HTTP 200"), (200, b"[" * 100_000, "HTTP 200")],
)
def test_what_is_no_answer_is_a_failure(service: Told, logins: Path, status: int, body: bytes, reason: str) -> None:
    service.status, service.body = status, body
    ended, seen = simulate(service, logins, "--devices", 1, "--seconds", 1)
    assert ended == 1
    assert seen["failed"] == {f"/portal/settings/list/ {reason}": 1, f"/login/ {reason}": 1}


def test_a_refusal_is_told_in_the_words_of_the_wire(service: Told, logins: Path) -> None:
    service.body = b'{"error":6,"error_message":"device limit"}'
    ended, seen = simulate(service, logins, "--devices", 1, "--seconds", 1)
    assert ended == 0
    assert seen["refused"] == {"/portal/settings/list/ 6 device limit": 1, "/login/ 6 device limit": 1}


def test_ctrl_c_ends_it_with_what_was_seen_so_far(service: Told, logins: Path) -> None:
    more = ("--target", service.url, "--accounts", logins, "--devices", 1, "--seconds", 600)
    with headend_process("simulate", *more, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: service.calls["/account/status/"], "the device to be on")
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert json.loads(process.stdout.read())["calls"]["/login/"]["answers"] == 1
        assert process.wait(30) == 0


def test_nobody_there(logins: Path, free_port: int) -> None:
    ended, seen = simulate(Told(f"http://127.0.0.1:{free_port}"), logins, "--devices", 1, "--seconds", 1)
    assert ended == 1
    assert seen["answers"] == 0
    assert seen["failures"] == 2


@pytest.mark.parametrize("text", ["", "[]", '{"client_id":1}', '{"client_id":1,"api_key":"k","accounts":[]}'])
def test_a_file_without_logins_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    refused = headend("simulate", "--target", "http://127.0.0.1:1", "--accounts", path)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize("target", ["nonsense", "ftp://127.0.0.1", "http://127.0.0.1:99999", "http://[::1"])
def test_a_target_that_is_no_address_is_refused(logins: Path, target: str) -> None:
    refused = headend("simulate", "--target", target, "--accounts", logins)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"headend: an http(s) address such as https://tv.example.com is needed, not {target!r}\n"


def test_people_get_a_table(service: Told, logins: Path) -> None:
    done = headend("simulate", "--target", service.url, "--accounts", logins, "--devices", 3, "--seconds", 1)
    assert "3 devices share 2 accounts" in done.stderr
    assert done.stdout.splitlines()[0].split() == ["call", "answers", "p50", "ms", "p99", "ms", "MB"]
    assert any(line.startswith("/channel/list/") for line in done.stdout.splitlines())
