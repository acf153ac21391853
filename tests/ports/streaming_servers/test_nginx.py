"""Signed addresses against a real nginx: it lets in what we sign and nothing else."""

import contextlib
import getpass
import os
import re
import socket
import subprocess
import time
from dataclasses import replace
from urllib.parse import urljoin

import httpx
import pytest

from headend.adapters.streaming_servers.nginx_secure_link import NginxSecureLinkServer
from headend.delivery.ports import ServerConfig, StreamRequest
from headend.interfaces.cli.packages import PROGRAMS

pytestmark = [pytest.mark.servers, pytest.mark.needs("nginx")]

SECRET = "the edge's secret"
REFUSALS = 'if ($secure_link = "") { return 403; } if ($secure_link = "0") { return 410; }'
CONFIGURATION = """
daemon off; master_process off; pid %(folder)s/pid; error_log %(folder)s/error.log; %(user)s
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path %(folder)s/t1; proxy_temp_path %(folder)s/t2; fastcgi_temp_path %(folder)s/t3;
    uwsgi_temp_path %(folder)s/t4; scgi_temp_path %(folder)s/t5;
    server {
        listen 127.0.0.1:%(port)d;
        root %(folder)s/hls;
        location /bound/ {
            secure_link $arg_md5,$arg_expires;
            secure_link_md5 "$secure_link_expires$uri$remote_addr %(secret)s";
            %(refusals)s
        }
        location /open/ {
            secure_link $arg_md5,$arg_expires;
            secure_link_md5 "$secure_link_expires$uri %(secret)s";
            %(refusals)s
        }
        location ~ "^/folder/(?<link>[\\w-]{22},\\d+)(?<folder>/[^/]+/)(?<file>.+)$" {
            secure_link $link;
            secure_link_md5 "$secure_link_expires$folder$remote_addr %(secret)s";
            %(refusals)s
            alias %(folder)s/hls/folder$folder$file;
        }
    }
}
"""


@pytest.fixture(scope="module")
def edge(tmp_path_factory):
    """An nginx on a free port with a stream in each of its three protected places."""
    folder = tmp_path_factory.mktemp("edge")
    for place in ("bound", "open", "folder"):
        for stream in ("12", "13", "news ü"):
            (folder / "hls" / place / stream / "360p").mkdir(parents=True)
            (folder / "hls" / place / stream / "index.m3u8").write_text("360p/index.m3u8")
            (folder / "hls" / place / stream / "360p" / "index.m3u8").write_text("0.ts")
            (folder / "hls" / place / stream / "360p" / "0.ts").write_bytes(b"segment")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    values = {"folder": folder, "port": port, "secret": SECRET, "refusals": REFUSALS, "user": user}
    (folder / "nginx.conf").write_text(CONFIGURATION % values)
    command = [PROGRAMS["nginx"].find(), "-p", str(folder), "-e", str(folder / "error.log"), "-c", "nginx.conf"]
    with subprocess.Popen([*command[:-1], str(folder / "nginx.conf")]) as nginx:
        try:
            wait_for(port, nginx)
            yield f"http://127.0.0.1:{port}"
        finally:
            nginx.terminate()


def wait_for(port, process):
    while process.poll() is None:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)
    pytest.fail("nginx did not start")


def request(stream_id="12", now=None, ip="127.0.0.1"):
    return StreamRequest(stream_id, account_id=7, now=int(time.time()) if now is None else now, device_ip=ip)


def config(mask, **more):
    return ServerConfig(mask=mask, secret=SECRET, **more)


@pytest.fixture(params=["bound", "open", "folder"])
def place(request):
    return request.param


@pytest.fixture
def server(edge, place):
    masks = {
        "bound": f"{edge}/bound/$cid/index.m3u8",
        "open": f"{edge}/open/$cid/index.m3u8",
        "folder": f"{edge}/folder/$link/$cid/index.m3u8",
    }
    return NginxSecureLinkServer(config(masks[place], bind_to_address=place != "open"))


@pytest.mark.parametrize("stream_id", ["12", "news ü"])
def test_nginx_lets_in_what_is_signed(server, stream_id):
    answer = httpx.get(server.live_address(request(stream_id)))
    assert (answer.status_code, answer.text) == (200, "360p/index.m3u8")


def test_nginx_says_when_a_link_has_expired(server):
    assert httpx.get(server.live_address(request(now=int(time.time()) - 7200))).status_code == 410


@pytest.mark.parametrize(
    "tamper",
    [
        lambda path: path.replace("/12/", "/13/"),
        lambda path: path.translate(str.maketrans("abcxyzABCXYZ", "bcdyzxBCDYZX")),
        lambda path: path.split("?")[0].split(",")[0],
    ],
    ids=["another stream", "another signature", "no expiry"],
)
def test_nginx_refuses_what_was_changed(server, tamper):
    head, host, path = re.fullmatch(r"(http://)([^/]+)(/.+)", server.live_address(request())).groups()
    assert httpx.get(f"{head}{host}{tamper(path)}").status_code in (403, 404)


def test_a_later_expiry_needs_another_signature(server):
    now = int(time.time())
    address = server.live_address(request(now=now))
    until = next(
        part for part in address.replace(",", "=").replace("/", "=").split("=") if part.isdigit() and len(part) == 10
    )
    assert httpx.get(address.replace(until, str(int(until) + 1))).status_code == 403


def test_nginx_refuses_another_device_address_unless_any_may_come(server, place):
    status = httpx.get(server.live_address(request(ip="10.9.8.7"))).status_code
    assert status == (200 if place == "open" else 403)


def test_another_secret_opens_nothing(server, place):
    other = NginxSecureLinkServer(replace(server.config, secret="guessed"))
    assert httpx.get(other.live_address(request())).status_code == 403


def test_only_a_link_in_the_path_is_kept_by_relative_addresses(server, place):
    address = server.live_address(request())
    rendition = urljoin(address, httpx.get(address).text)
    if place != "folder":
        assert httpx.get(rendition).status_code == 403
        return
    segment = urljoin(rendition, httpx.get(rendition).text)
    assert httpx.get(segment).content == b"segment"
