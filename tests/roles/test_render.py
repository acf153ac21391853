"""A real nginx, with the configuration that `headend render nginx` prints, before two web processes."""

import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from tests.roles.service import Service, environment, headend, wait_until

pytestmark = pytest.mark.servers

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
def test_nginx_before_two_processes(tmp_path: Path, free_port: int, start: Callable[..., Service]) -> None:
    data, of_service = tmp_path / "data", {"HEADEND_WEB_PROCESSES": "2", "HEADEND_PORT": str(port_before_two_more())}
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


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=30).status_code == 200
    except httpx.TransportError:
        return False


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    refused = headend("render", "nginx", "--certificate", tmp_path / "a.pem", "--data", tmp_path)
    assert refused.returncode == 2
    assert "needs its key" in refused.stderr
