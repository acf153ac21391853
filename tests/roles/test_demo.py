"""`headend demo`: one command, a service that plays; later starts go on with the same data, also behind an nginx."""

import json
import re
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from tests.roles.service import Service, cpu_seconds, environment, headend, wait_until

pytestmark = pytest.mark.servers
KEYS = {
    "url": str,
    "client_id": int,
    "api_key": str,
    "billing_api_key": str,
    "dealer_id": int,
    "dealer_api_key": str,
    "content_api_key": str,
    "streaming_api_key": str,
    "rest_api_key": str,
    "staff": dict,
    "accounts": list,
}

_MAIN = """
daemon off; pid {work}/nginx.pid; error_log {work}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  include {work}/site.conf;
}}
"""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its data directory: whoever comes first pays for its loops."""
    return tmp_path_factory.mktemp("demo") / "a place"


def test_demo_starts_twice_with_the_same_logins(demonstration, start, free_port):
    data = demonstration
    first = start("demo", "--data", data, "--port", free_port)
    assert {name: type(value) for name, value in first.ready.items()} == KEYS
    assert set(first.ready["staff"]) == {"username", "password"}
    assert [set(account) for account in first.ready["accounts"]] == [{"abonement", "password", "device_uid"}] * len(
        first.ready["accounts"]
    )
    assert first.get("/readyz").json()["status"] == "ready"
    assert first.get("/console/login/").status_code == 200
    for secret in ("demo.json", "secret.key", "encryption.key", "origin.key"):
        assert stat.S_IMODE((data / secret).stat().st_mode) == 0o600, secret
    assert first.stop() == 0
    assert first.process.stdout.read() == ""  # standard output held the one JSON object and nothing else

    second = start("demo", "--data", data, "--port", free_port)

    assert second.ready == first.ready
    assert "preparing" not in second.log.read_text()


def test_the_worker_leaves_its_figures(start, data, free_port):
    service = start("up", "--data", data, "--port", free_port)
    wait_until(
        lambda: "headend_worker_seen_timestamp_seconds 1" in service.get("/metrics").text, "the worker's figures"
    )


def test_devices_live_in_it(demonstration, start, tmp_path, free_port):
    service = start("demo", "--data", demonstration, "--port", free_port)
    (tmp_path / "logins.json").write_text(json.dumps(service.ready))
    told = headend(
        *("simulate", "--accounts", tmp_path / "logins.json", "--devices", 12, "--seconds", 12, "--arrive", 2),
        *("--speed", 300, "--power-cut", 5, "--away", 1, "--json"),
    )
    assert told.returncode == 0, told.stderr
    seen = json.loads(told.stdout)
    assert (seen["failures"], seen["odd"]) == (0, {})
    assert seen["calls"]["/login/"]["answers"] >= 24  # all came back after the power cut
    assert {"/channel/url/", "/program/list/", "/account/status/"} < set(seen["calls"])


def mpv(*arguments: str) -> str:
    """What mpv says of two seconds of what it plays, as fast as it comes: counted in pictures, since time goes back
    where a loop begins anew.
    """
    command = ["mpv", "--no-config", "--vo=null", "--ao=null", "--frames=50", "--untimed", "--ao-null-untimed=yes"]
    played = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert played.returncode == 0, played.stdout
    return played.stdout


@pytest.mark.needs("mpv")
def test_a_player_finds_the_channels_in_the_playlist_and_plays_them(
    demonstration: Path, start: Callable[..., Service], free_port: int
) -> None:
    service = start("demo", "--data", demonstration, "--port", free_port)
    account = service.ready["accounts"][0]
    playlist = f"/get.php?username={account['abonement']}&password={account['password']}"
    listed = service.get(playlist).text
    addresses = re.findall(r"^http.*$", listed, re.MULTILINE)
    last = f"--playlist-start={len(addresses) - 1}"  # by its place: it has read the list, not only its first line
    live = mpv(service.ready["url"] + playlist, last)
    assert addresses[-1] in live
    assert "(h264 640x360 25.000fps)" in live
    source = re.findall(r'catchup-source="([^"]+)"', listed)[-1]
    start_of = {"${start}": int(time.time()) - 86_400, "${duration}": 1800, "${timestamp}": int(time.time())}
    for word, value in start_of.items():
        source = source.replace(word, str(value))
    assert "(h264 640x360 25.000fps)" in mpv(source)


def test_nobody_is_busy_while_there_is_nothing_to_do(demonstration, start, free_port):
    roles = start("demo", "--data", demonstration, "--port", free_port).children()

    def is_quiet() -> bool:
        before = {role: cpu_seconds(pid) for role, pid in roles.items()}
        time.sleep(2)
        return all(cpu_seconds(pid) - before[role] < 0.2 for role, pid in roles.items())

    wait_until(is_quiet, "every role to rest for two seconds", 120)


# --- a real nginx, with the configuration that `headend render nginx` prints, before two web processes ---


def port_before_two_more() -> int:
    """A free port; the two behind it are free as well."""
    while True:
        with socket.socket() as first, socket.socket() as second, socket.socket() as third, suppress(OSError):
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            second.bind(("127.0.0.1", port + 1))
            third.bind(("127.0.0.1", port + 2))
            return port


@pytest.mark.needs("nginx")
def test_nginx_before_two_processes(
    demonstration: Path, tmp_path: Path, free_port: int, start: Callable[..., Service]
) -> None:
    data, of_service = demonstration, {"HEADEND_WEB_PROCESSES": "2", "HEADEND_PORT": str(port_before_two_more())}
    service = start("demo", "--data", data, **of_service)
    rendered = headend(
        "render", "nginx", "--listen", f"127.0.0.1:{free_port}", "--data", data, env=environment(**of_service)
    )
    assert rendered.returncode == 0, rendered.stderr
    assert "hash $arg_authkey" in rendered.stdout
    tmp_path.chmod(0o755)
    (tmp_path / "site.conf").write_text(rendered.stdout)
    (tmp_path / "nginx.conf").write_text(_MAIN.format(work=tmp_path))
    command = ["nginx", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    with subprocess.Popen(command) as process:
        try:
            _use(f"http://127.0.0.1:{free_port}", service, int(of_service["HEADEND_PORT"]))
        finally:
            process.terminate()


def _use(url: str, service: Service, port: int) -> None:
    ready = service.ready
    wait_until(lambda: _answers(url), "nginx to answer")
    account = ready["accounts"][0]
    common = {"client_id": ready["client_id"], "device": "web_app"}
    login = common | {"api_key": ready["api_key"], "abonement": account["abonement"], "password": account["password"]}
    api = f"{url}/api/tvmiddleware/api"
    signed_in = httpx.get(f"{api}/login/", params=login, timeout=30).json()
    assert signed_in["error"] == 0
    session = common | {"authkey": signed_in["authkey"]}
    for _ in range(20):  # whichever process is asked, it knows the session
        assert len(httpx.get(f"{api}/channel/list/", params=session, timeout=30).json()["channels"]) == 12
    for own in (port + 1, port + 2):
        got = httpx.get(f"http://127.0.0.1:{own}/tvmiddleware/api/channel/list/", params=session, timeout=30)
        assert got.json()["error"] == 0
    assert httpx.get(f"{url}/console/", follow_redirects=True, timeout=30).status_code == 200
    uploaded = httpx.post(f"{url}/console/login/", content=bytes(70_000_000), timeout=30)
    assert (uploaded.status_code, "nginx" in uploaded.text) == (403, False)  # all of it came; the form's token did not


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=30).status_code == 200
    except httpx.TransportError:
        return False
