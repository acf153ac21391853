"""What carries texts, against real servers: each hands a text over as it is, or says that it did not."""

import json
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.ports.text_senders.servers import PASSWORD, USER, mail_server, sms_gateway

from headend.adapters.text_senders import TEXT_SENDERS
from headend.kernel.errors import Invalid
from headend.subscribers.errors import NotSent
from headend.subscribers.ports import Text, TextSender, TextSenderConfig

HERE = ("127.0.0.0/8",)
BODY = "Код: 123456 & <ещё> $text\n.\nчерез ®"
FIELDS = {"phone": "$digits", "msg": "$text", "from": "$sender", "key": "$secret", "price": "$$1"}


def smtp_config(port: int, **more: object) -> TextSenderConfig:
    given: dict[str, object] = {"security": "none", "sender": "tv@example.com", "networks": HERE} | more
    return TextSenderConfig(host="localhost", port=port, **given)  # type: ignore[arg-type]


def http_config(url: str, **more: object) -> TextSenderConfig:
    given: dict[str, object] = {"fields": FIELDS, "sender": "TV", "secret": "s&cret", "networks": HERE} | more
    return TextSenderConfig(url=url, **given)  # type: ignore[arg-type]


# --- what holds for all of them ---

Carried = Callable[[], list[tuple[str, str]]]


@contextmanager
def carrying(kind: str, folder: Path) -> Iterator[tuple[TextSender, str, Carried]]:
    """A sender with a server behind it, a recipient that it takes, and what has arrived: (to, body)."""
    if kind == "smtp":
        with mail_server(folder) as mail:
            yield (
                TEXT_SENDERS[kind](smtp_config(mail.port)),
                "ada@example.com",
                lambda: [(m["to"], m.get_content().replace("\r\n", "\n").removesuffix("\n")) for m in mail.mails],
            )
    elif kind == "http":
        with sms_gateway() as gateway:
            yield (
                TEXT_SENDERS[kind](http_config(gateway.url)),
                "+390105550001",
                lambda: [("+" + asked["body"]["phone"], asked["body"]["msg"]) for asked in gateway.asked],
            )
    else:
        path = folder / "deep" / "1.jsonl"
        yield (
            TEXT_SENDERS[kind](TextSenderConfig(outbox=path)),
            "+390105550001",
            lambda: [(line["to"], line["body"]) for line in map(json.loads, path.read_text().splitlines())],
        )


@pytest.mark.parametrize("kind", TEXT_SENDERS)
def test_texts_arrive_as_they_are_and_in_order(kind: str, tmp_path: Path) -> None:
    with carrying(kind, tmp_path) as (sender, to, carried):
        sender.send(Text(to, BODY, "Your code"))
        sender.send(Text(to, "second"))
        assert carried() == [(to, BODY), (to, "second")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("smtp", lambda port, folder: smtp_config(port)),
        ("http", lambda port, folder: http_config(f"http://127.0.0.1:{port}/")),
        ("outbox", lambda port, folder: TextSenderConfig(outbox=folder / "file" / "below")),
    ],
)
def test_what_cannot_be_handed_over_is_told(kind: str, config, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(NotSent) as told:
        TEXT_SENDERS[kind](config(free_port(), tmp_path)).send(Text("+390105550001", BODY))
    assert "123456" not in str(told.value)


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("smtp", lambda port: smtp_config(port, networks=())),
        ("http", lambda port: http_config(f"http://127.0.0.1:{port}/", networks=())),
        ("http", lambda port: http_config(f"http://[::ffff:127.0.0.1]:{port}/", networks=())),
    ],
)
def test_operators_do_not_reach_our_own_network(kind: str, config) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0)
        with pytest.raises(NotSent):
            TEXT_SENDERS[kind](config(listener.getsockname()[1])).send(Text("ada@example.com", "x"))
        with pytest.raises(BlockingIOError):
            listener.accept()


# --- mail ---


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_is_encrypted_and_the_server_proved(security: str, tmp_path: Path, monkeypatch) -> None:
    with mail_server(tmp_path, security, needs_login=security == "starttls") as mail:
        config = smtp_config(mail.port, security=security)
        if security == "starttls":
            config = smtp_config(mail.port, security=security, username=USER, secret=PASSWORD)
        with pytest.raises(NotSent):  # nobody knows its certificate
            TEXT_SENDERS["smtp"](config).send(Text("ada@example.com", BODY))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        TEXT_SENDERS["smtp"](config).send(Text("ada@example.com", BODY, "Your code"))
    (got,) = mail.mails
    assert (got["from"], got["to"], got["subject"]) == ("tv@example.com", "ada@example.com", "Your code")
    assert got["auto-submitted"] == "auto-generated"
    assert mail.users == ([USER] if security == "starttls" else [])


def test_a_password_is_not_sent_to_a_server_without_encryption(tmp_path: Path) -> None:
    with mail_server(tmp_path) as mail:
        config = smtp_config(mail.port, security="starttls", username=USER, secret=PASSWORD)
        with pytest.raises(NotSent):
            TEXT_SENDERS["smtp"](config).send(Text("ada@example.com", BODY))
    assert (mail.users, mail.mails) == ([], [])


@pytest.mark.parametrize("to", ["ada@example.com\r\nBcc: all@example.com", "ada", "", "a@b, c@d", "+390105550001"])
def test_only_one_mail_address_is_one(to: str, tmp_path: Path) -> None:
    with mail_server(tmp_path) as mail, pytest.raises(NotSent):
        TEXT_SENDERS["smtp"](smtp_config(mail.port)).send(Text(to, BODY))
    assert mail.mails == []


def test_a_subject_makes_no_header_of_its_own(tmp_path: Path) -> None:
    with mail_server(tmp_path) as mail:
        TEXT_SENDERS["smtp"](smtp_config(mail.port)).send(Text("ada@example.com", "x", "Hi\r\nBcc: all@example.com"))
    assert mail.mails[0]["subject"] == "Hi Bcc: all@example.com"
    assert mail.mails[0]["bcc"] is None


def test_a_refused_recipient_is_told(tmp_path: Path) -> None:
    with mail_server(tmp_path) as mail:
        mail.refuses = True
        with pytest.raises(NotSent):
            TEXT_SENDERS["smtp"](smtp_config(mail.port)).send(Text("ada@example.com", BODY))


# --- SMS gateways ---


@pytest.mark.parametrize(
    ("sends_as", "verb", "place"), [("query", "GET", "query"), ("form", "POST", "body"), ("json", "POST", "body")]
)
def test_a_gateway_is_asked_as_it_wants(sends_as: str, verb: str, place: str) -> None:
    with sms_gateway() as gateway:
        config = http_config(gateway.url, sends_as=sends_as, headers={"Authorization": "Bearer $secret"})
        TEXT_SENDERS["http"](config).send(Text("+390105550001", "a=b&key=x\r\n$secret"))
    (asked,) = gateway.asked
    expected = {"phone": "390105550001", "msg": "a=b&key=x\r\n$secret", "from": "TV", "key": "s&cret", "price": "$1"}
    assert (asked["verb"], asked["path"], asked[place]) == (verb, "/send", expected)
    assert asked["headers"]["Authorization"] == "Bearer s&cret"


@pytest.mark.parametrize(
    "answers",
    [{"status": 500}, {"status": 402}, {"answer": b"ERROR 7"}, {"status": 302, "location": "http://127.0.0.1:1/"}],
)
def test_an_answer_that_is_no_yes_is_told(answers: dict[str, object]) -> None:
    with sms_gateway() as gateway:
        vars(gateway).update(answers)
        with pytest.raises(NotSent):
            TEXT_SENDERS["http"](http_config(gateway.url, expects='"OK"')).send(Text("+390105550001", BODY))
        assert len(gateway.asked) == 1  # a redirect is not followed


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    with sms_gateway() as gateway:
        gateway.answer = b"x" * 3_000_000 + b"OK"
        with pytest.raises(NotSent):
            TEXT_SENDERS["http"](http_config(gateway.url, expects="OK")).send(Text("+390105550001", BODY))


# --- what is wrong with a configuration is known when it is saved ---


@pytest.mark.parametrize(
    ("kind", "config", "place"),
    [
        ("smtp", TextSenderConfig(sender="tv@example.com"), "host"),
        ("smtp", TextSenderConfig(host="localhost", sender="TV"), "sender"),
        ("smtp", TextSenderConfig(host="localhost", sender="tv@example.com", security="some"), "security"),
        ("smtp", TextSenderConfig(host="h", sender="t@example.com", security="none", secret="x"), "security"),
        ("http", TextSenderConfig(fields=FIELDS), "url"),
        ("http", TextSenderConfig(url="file:///etc/passwd", fields=FIELDS), "url"),
        ("http", TextSenderConfig(url="http://sms.example.com/"), "fields"),
        ("http", http_config("http://sms.example.com/", fields={"msg": "$text $nobody"}), "fields"),
        ("http", http_config("http://sms.example.com/", fields={"msg": "$text costs $ 5"}), "fields"),
        ("http", http_config("http://sms.example.com/", headers={"A: b\r\nC": "d"}), "headers"),
        ("http", http_config("http://sms.example.com/", sends_as="pigeon"), "sends_as"),
        ("outbox", TextSenderConfig(), "kind"),
    ],
)
def test_what_makes_no_sense_is_refused(kind: str, config: TextSenderConfig, place: str) -> None:
    with pytest.raises(Invalid) as told:
        TEXT_SENDERS[kind](config)
    assert told.value.place == place


def test_the_outbox_is_private_and_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    sender = TEXT_SENDERS["outbox"](TextSenderConfig(outbox=path))
    for _each in range(300):
        sender.send(Text("+390105550001", "x" * 2000))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 600_000
