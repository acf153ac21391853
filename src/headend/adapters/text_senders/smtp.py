"""Mail over SMTP (RFC 5321), with STARTTLS (RFC 3207) or TLS from the first byte (RFC 8314).

Needs `host`, `port`, `security` and `sender`, an address; `username` and `secret` where the server wants them. They are
never sent without encryption: a server that offers none is refused when there is a secret.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterable
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate, make_msgid
from ipaddress import ip_network

from headend.adapters.fetching.addresses import Network, allowed_addresses
from headend.kernel.errors import HeadendError, Invalid
from headend.subscribers.errors import NotSent
from headend.subscribers.ports import Text, TextSenderConfig

SECONDS = 10  # of silence
SECURITY = ("starttls", "tls", "none")


class SmtpSender:
    """Hands mail to a server."""

    def __init__(self, config: TextSenderConfig) -> None:
        if not config.host:
            raise Invalid("a mail server is needed", "host")
        if config.security not in SECURITY:
            raise Invalid(f"encryption is one of {', '.join(SECURITY)}", "security")
        if config.secret and config.security == "none":
            raise Invalid("a password is not sent without encryption", "security")
        self._config = config
        self._sender = _address(config.sender, "sender")
        self._networks = [ip_network(network) for network in config.networks]

    def send(self, text: Text) -> None:
        try:
            message = self._message(text)
            with self._connection() as server:
                self._log_in(server)
                server.send_message(message)
        except (smtplib.SMTPException, OSError, MessageError, UnicodeError, HeadendError) as error:
            raise NotSent(f"{self._config.host} does not take the mail ({type(error).__name__})") from error

    def _message(self, text: Text) -> EmailMessage:
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = self._sender
        message["To"] = _address(text.to, "to")
        message["Subject"] = " ".join(text.subject.split())
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.domain)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text.body)
        return message

    def _connection(self) -> smtplib.SMTP:
        config = self._config
        if config.security == "tls":
            return _TlsConnection(config.host, config.port, self._networks)
        connection = _Connection(config.host, config.port, self._networks)
        try:
            if config.security == "starttls":
                connection.starttls(context=ssl.create_default_context())
        except BaseException:
            connection.close()
            raise
        return connection

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self._config.username:
            server.login(self._config.username, self._config.secret)


class _Connection(smtplib.SMTP):
    """A connection to an address that an operator's texts may be handed to; what the name leads to is checked once."""

    def __init__(self, host: str, port: int, networks: Iterable[Network]) -> None:
        self._networks = networks
        super().__init__(host, port, timeout=SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # smtplib's own place for it
        failure: OSError = OSError("the name leads nowhere")
        for address in allowed_addresses(host, self._networks):
            try:
                return socket.create_connection((str(address), port), timeout)
            except OSError as error:
                failure = error
        raise failure


class _TlsConnection(smtplib.SMTP_SSL, _Connection):
    def __init__(self, host: str, port: int, networks: Iterable[Network]) -> None:
        self._networks = networks
        smtplib.SMTP_SSL.__init__(self, host, port, timeout=SECONDS, context=ssl.create_default_context())


def _address(text: str, place: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (MessageError, ValueError, IndexError) as error:
        raise Invalid("a mail address is needed, such as tv@example.com", place) from error


def smtp(config: TextSenderConfig) -> SmtpSender:
    """Make a sender of mail; raises Invalid."""
    return SmtpSender(config)
