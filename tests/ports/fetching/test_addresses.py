"""What an operator's own sources reach: a real web server, real redirects, real TLS; only names are made up."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.web_server import Quiet, WebServer, web_server

from headend.adapters.fetching import fetch, fetch_public
from headend.adapters.fetching.addresses import is_public
from headend.catalog.errors import FetchFailed

GUIDE = b"<tv></tv>"
LOOPBACK = ("127.0.0.0/8",)


class Handler(Quiet):
    def do_GET(self) -> None:
        self.server.hosts.append(self.headers["Host"])
        target = self.path.partition("?to=")[2]
        if target:
            self.answer(302, Location=target)
        else:
            self.answer(200, GUIDE)


def serving(certificate: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    with web_server(Handler, certificate) as running:
        running.hosts = []
        yield running


@pytest.fixture
def server() -> Iterator[WebServer]:
    yield from serving()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names and the addresses they lead to, one answer for each time they are asked for; others as they are."""
    known: dict[str, list[str]] = {}
    ask = socket.getaddrinfo

    def answer(host: str, port: Any, *args: Any, **options: Any) -> Any:
        if host in known:
            host = known[host].pop(0)
        return [found for each in host.split() for found in ask(each, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return known


def read(source: str, allowed: tuple[str, ...] = ()) -> bytes:
    with fetch_public(source, allowed=allowed) as fetched:
        assert fetched.stream is not None
        return fetched.stream.read()


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.0.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
        *("0.0.0.0", "0.1.2.3", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
        *("224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::127.0.0.1", "fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [*("1.1.1.1", "172.32.0.1", "192.167.1.1", "100.128.0.1", "2606:4700::1", "2a00:1450::1"),
     *("::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1")],
)  # fmt: skip
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0", "[::1]",
                                  "[::ffff:127.0.0.1]", "user:word@127.0.0.1"])  # fmt: skip
def test_the_machine_itself_is_refused_however_it_is_written(server: WebServer, host: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        read(f"http://{host}:{server.server_port}/guide?key=secret")
    assert "from where an operator's own source may not be fetched" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "word" not in str(caught.value)
    assert server.hosts == []


def test_what_the_configuration_allows_is_fetched_and_the_installation_fetches_all(server: WebServer) -> None:
    address = f"http://127.0.0.1:{server.server_port}/guide"
    assert read(address, LOOPBACK) == GUIDE
    with pytest.raises(FetchFailed, match="leads to 127.0.0.1, from where"):
        read(address, ("10.0.0.0/8", "::1/128"))
    with fetch(address) as fetched:
        assert fetched.stream is not None
        assert fetched.stream.read() == GUIDE


def test_a_name_that_leads_inside_is_refused_also_beside_a_public_one(
    server: WebServer, names: dict[str, list[str]]
) -> None:
    for addresses in ("127.0.0.1", "1.1.1.1 192.168.7.7", "::ffff:a00:1"):
        names["guide.example"] = [addresses]
        with pytest.raises(FetchFailed, match=f"^guide.example leads to {addresses.split()[-1]}, "):
            read(f"http://guide.example:{server.server_port}/guide")
    assert server.hosts == []


def test_a_name_is_asked_for_once_and_the_address_that_was_checked_is_connected(
    server: WebServer, names: dict[str, list[str]]
) -> None:
    names["guide.example"] = ["127.0.0.1"]  # asked a second time, it would fail
    port = server.server_port
    assert read(f"http://guide.example:{port}/guide", LOOPBACK) == GUIDE
    assert server.hosts == [f"guide.example:{port}"]
    assert names["guide.example"] == []


def test_a_redirect_begins_anew(server: WebServer, names: dict[str, list[str]]) -> None:
    port = server.server_port
    names["other.example"] = ["127.0.0.1"]
    assert read(f"http://127.0.0.1:{port}/a?to=http://other.example:{port}/guide", LOOPBACK) == GUIDE
    assert server.hosts == [f"127.0.0.1:{port}", f"other.example:{port}"]


@pytest.mark.parametrize("target", ["http://127.0.0.2:{port}/", "http://[::1]:{port}/", "//inside.example:{port}/"])
def test_a_redirect_to_the_inside_is_refused(server: WebServer, names: dict[str, list[str]], target: str) -> None:
    names["inside.example"] = ["10.0.0.1"]
    start = f"http://127.0.0.1:{server.server_port}/?to={target.format(port=server.server_port)}"
    with pytest.raises(FetchFailed, match="leads to (127.0.0.2|::1|10.0.0.1), from where"):
        read(start, ("127.0.0.1/32",))
    assert len(server.hosts) == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://xn--/"])
def test_a_redirect_leads_to_no_other_scheme(server: WebServer, target: str) -> None:
    with pytest.raises(FetchFailed, match="cannot be fetched"):
        read(f"http://127.0.0.1:{server.server_port}/?to={target}", LOOPBACK)


@pytest.mark.parametrize(
    "source",
    ["/etc/hostname", "file:///etc/hostname", "ftp://1.1.1.1/x", "", "http:", "http://", "http://[", "http://xn--/"],
)
def test_an_operator_has_no_files(source: str) -> None:
    with pytest.raises(FetchFailed):
        read(source)


def test_the_next_address_of_a_name_is_tried(server: WebServer, names: dict[str, list[str]]) -> None:
    names["guide.example"] = ["::1 127.0.0.1"]  # nobody listens on the first
    source = f"http://guide.example:{server.server_port}/guide"
    assert read(source, (*LOOPBACK, "::1/128")) == GUIDE


def test_a_proxy_of_the_environment_is_not_asked(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.server_port}")
    with pytest.raises(FetchFailed, match="leads to 127.0.0.2"):
        read("http://127.0.0.2:9/")
    assert server.hosts == []


def test_a_certificate_is_checked_against_the_name(
    names: dict[str, list[str]], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = certificate_for("guide.example", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", files[0])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    for server in serving(context):
        names["guide.example"] = names["stranger.example"] = ["127.0.0.1"] * 2
        assert read(f"https://guide.example:{server.server_port}/guide", LOOPBACK) == GUIDE
        assert urlsplit(f"//{server.hosts[0]}").hostname == "guide.example"
        with pytest.raises(FetchFailed, match="cannot be fetched"):
            read(f"https://stranger.example:{server.server_port}/guide", LOOPBACK)


def certificate_for(name: str, folder: Any) -> tuple[str, str]:
    """Make a certificate that vouches for itself; gives the files of certificate and key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return str(files[0]), str(files[1])
