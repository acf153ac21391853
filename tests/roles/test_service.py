"""The service as processes: it starts, says so, survives its children, and leaves nothing behind."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from tests.roles.service import PASSWORD, STAFF, environment, headend, is_running, wait_until

pytestmark = pytest.mark.servers


def integrity(data: Path) -> str:
    with sqlite3.connect(data / "db.sqlite3") as database:
        answer: str = database.execute("PRAGMA integrity_check").fetchone()[0]
    return answer


def may_connect(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def log_in(url: str, username: str, password: str) -> int:
    """Log in to the console; answers the status: 302 leads in, 200 is the form again."""
    with httpx.Client(base_url=url, timeout=60) as browser:
        form = browser.get("/console/login/")
        assert form.status_code == 200
        token = browser.cookies["headend_csrf"]
        fields = {"username": username, "password": password, "csrfmiddlewaretoken": token, "next": "/console/"}
        return browser.post("/console/login/", data=fields).status_code


def test_up_serves_and_stops(start, data, free_port):
    service = start("up", "--data", data, "--port", free_port)
    assert service.ready == {"url": f"http://127.0.0.1:{free_port}"}
    assert service.get("/livez").text == "alive\n"
    assert service.get("/readyz").status_code == 200
    assert "headend_build_info" in service.get("/metrics").text
    assert log_in(service.ready["url"], "anna", PASSWORD) == 302
    assert log_in(service.ready["url"], "anna", "wrong") == 200
    children = service.children()
    assert sorted(children) == ["ingest", "web", "worker"]

    assert service.stop() == 0

    assert not any(is_running(pid) for pid in children.values())
    assert not may_connect(free_port)
    assert integrity(data) == "ok"
    assert PASSWORD not in service.log.read_text()


def test_interrupt_stops_as_terminate_does(start, data, free_port):
    service = start("up", "--data", data, "--port", free_port)
    children = service.children()
    service.process.send_signal(signal.SIGINT)
    assert service.process.wait(30) == 0
    assert not any(is_running(pid) for pid in children.values())


@pytest.mark.parametrize("role", ["web", "worker", "ingest"])
def test_a_killed_child_is_started_again(start, data, free_port, role):
    service = start("up", "--data", data, "--port", free_port)
    before = service.children()
    os.kill(before[role], signal.SIGKILL)

    after = wait_until(lambda: (now := service.children()).get(role) not in (None, before[role]) and now, "a new child")

    assert {name: pid for name, pid in after.items() if name != role} == {
        name: pid for name, pid in before.items() if name != role
    }
    assert service.get("/readyz").status_code == 200  # a call made meanwhile waits for the new child
    assert service.stop() == 0


def test_killing_the_supervisor_leaves_no_orphan(start, data, free_port):
    service = start("up", "--data", data, "--port", free_port)
    children = service.children()
    service.process.kill()
    service.process.wait(30)

    wait_until(lambda: not any(is_running(pid) for pid in children.values()), "the children to end")

    assert not may_connect(free_port)
    again = start("up", "--data", data, "--port", free_port)
    assert again.stop() == 0


def test_acknowledged_writes_survive_killing_everything(start, data, free_port):
    service = start("up", "--data", data, "--port", free_port)
    acknowledged: list[str] = []

    def write() -> None:
        # Each failed login is a write of the web role; it is acknowledged when the form comes back.
        for number in range(1000):
            try:
                log_in(service.ready["url"], f"nobody-{number}", "wrong")
            except httpx.HTTPError:
                return
            acknowledged.append(f"nobody-{number}")

    writer = threading.Thread(target=write)
    writer.start()
    wait_until(lambda: len(acknowledged) > 3, "some writes")
    for pid in [service.process.pid, *service.children().values()]:
        os.kill(pid, signal.SIGKILL)
    writer.join(60)

    assert integrity(data) == "ok"
    with sqlite3.connect(data / "db.sqlite3") as database:
        kept = {row[0] for row in database.execute("SELECT username FROM axes_accessattempt")}
    assert set(acknowledged) <= kept


def test_a_second_service_on_the_same_data_is_refused(start, data, free_port):
    service = start("up", "--data", data, "--port", free_port)
    second = headend("up", "--data", data, "--port", free_port + 1)
    assert second.returncode == 1
    assert f"is in use by another service (process {service.process.pid})" in second.stderr
    assert "Traceback" not in second.stderr
    assert second.stdout == ""


def test_a_port_in_use_gives_a_sentence(data):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = headend("up", "--data", data, "--port", port)
    assert refused.returncode == 1
    assert f"port {port} on 127.0.0.1 cannot be used: Address already in use" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_first_start_needs_somebody_who_may_log_in(tmp_path, free_port):
    refused = headend("up", "--data", tmp_path / "data", "--port", free_port, stdin=subprocess.DEVNULL)
    assert refused.returncode == 2
    assert "--staff-username" in refused.stderr


def test_a_weak_password_is_refused(tmp_path, free_port):
    secret = environment(HEADEND_STAFF_PASSWORD="12345")
    refused = headend("up", "--data", tmp_path / "data", "--port", free_port, *STAFF, env=secret)
    assert refused.returncode == 2
    assert "this password will not do" in refused.stderr


def test_a_password_may_come_from_a_file(start, tmp_path, free_port):
    secret = tmp_path / "password"
    secret.write_text("from a file, 1 line\n")
    service = start("up", "--data", tmp_path / "data", "--port", free_port, *STAFF, "--staff-password-file", secret)
    assert log_in(service.ready["url"], "anna", "from a file, 1 line") == 302


def test_a_bad_setting_stops_the_start(tmp_path, free_port):
    data = tmp_path / "data"
    data.mkdir()
    (data / "headend.toml").write_text("web_threads = 'many'\n")
    refused = headend("up", "--data", data, "--port", free_port)
    assert refused.returncode == 2
    assert f"setting web_threads (from {data}/headend.toml): a whole number from 1 to 256 is needed" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_data_directory_that_cannot_be_written_gives_a_sentence(tmp_path, free_port):
    (tmp_path / "file").write_text("")
    refused = headend("up", "--data", tmp_path / "file" / "data", "--port", free_port)
    assert refused.returncode in (1, 2)
    assert "Traceback" not in refused.stderr


def test_a_start_killed_while_preparing_goes_on_the_next_time(start, tmp_path, free_port):
    data = tmp_path / "data"
    command = [sys.executable, "-m", "headend", "up", "--data", str(data), "--port", str(free_port), *STAFF]
    first = subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL, process_group=0)
    wait_until((data / "db.sqlite3").exists, "the database")
    os.killpg(first.pid, signal.SIGKILL)
    first.wait(30)

    service = start("up", "--data", data, "--port", free_port, *STAFF)

    assert log_in(service.ready["url"], "anna", PASSWORD) == 302
    assert integrity(data) == "ok"
