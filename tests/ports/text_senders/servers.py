"""Real servers that take texts, on free ports of this machine: SMTP with and without TLS, and an SMS gateway."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.web_server import Quiet, web_server

USER, PASSWORD = "tv", "mail-secret"


@dataclass
class MailServer:
    """What a mail server has taken, and where it listens; `refuses` makes it refuse recipients."""

    port: int = 0
    refuses: bool = False
    users: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if self.refuses:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return "250 taken"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        if (data.login, data.password) != (USER.encode(), PASSWORD.encode()):
            return AuthResult(success=False)
        self.users.append(data.login.decode())
        return AuthResult(success=True)


@contextmanager
def mail_server(folder: Path, security: str = "none", needs_login: bool = False) -> Iterator[MailServer]:
    """Run a mail server; `security` as in TextSenderConfig. Its certificate is `folder`/ca.pem."""
    server = MailServer()
    context = _context(folder) if security != "none" else None
    options: dict[str, Any] = {"require_starttls": True, "tls_context": context} if security == "starttls" else {}
    if needs_login:
        options |= {"authenticator": server.authenticate, "auth_required": True, "auth_require_tls": security != "tls"}
    kind = Controller(
        server, hostname="127.0.0.1", port=0, ssl_context=context if security == "tls" else None, **options
    )
    kind.port = _free_port()
    kind.start()
    server.port = kind.port
    try:
        yield server
    finally:
        kind.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _context(folder: Path) -> ssl.SSLContext:
    """A server's TLS with a certificate for localhost, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context


@dataclass
class Gateway:
    """What an SMS gateway was asked, and what it answers."""

    url: str = ""
    status: int = 200
    answer: bytes = b'{"result": "OK"}'
    location: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def sms_gateway() -> Iterator[Gateway]:
    """Run an SMS gateway."""
    gateway = Gateway()

    class Handler(Quiet):
        def do_GET(self) -> None:
            self._note({})

        def do_POST(self) -> None:
            body = self.body().decode()
            is_json = self.headers["Content-Type"] == "application/json"
            self._note({"body": json.loads(body) if is_json else _plain(body)})

        def _note(self, more: dict[str, Any]) -> None:
            parts = urlsplit(self.path)
            gateway.asked.append(
                {"verb": self.command, "path": parts.path, "query": _plain(parts.query), "headers": self.headers} | more
            )
            where = {"Location": gateway.location} if gateway.location else {}
            self.answer(gateway.status, gateway.answer, **where)

    with web_server(Handler) as running:
        gateway.url = f"{running.url}/send"
        yield gateway


def _plain(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
