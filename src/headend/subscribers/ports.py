"""What the platform asks of those who carry texts to phones and mail boxes, and of other systems with subscribers."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

from headend.subscribers.rules import AccountDetails, Refused, SignInRequest


class Medium(StrEnum):
    """By what a text travels."""

    SMS = "sms"
    EMAIL = "email"

    @property
    def label(self) -> str:
        return "SMS" if self is Medium.SMS else "Email"


@dataclass(frozen=True, slots=True)
class Text:
    """A text to one recipient: a phone as "+" and digits, or a mail address. SMS have no subject."""

    to: str
    body: str
    subject: str = ""


class TextSender(Protocol):
    """Carries texts. Blocks, for some seconds at most; may be asked from many threads at once."""

    def send(self, text: Text) -> None:
        """Hand a text over; raises NotSent. Once it returns, whoever took it is answerable for it."""


@dataclass(frozen=True, slots=True)
class TextSenderConfig:
    """What an adapter is made from; which fields count is said by the adapter.

    `fields` and `headers` are filled with $to, $text, $subject, $sender, $user and $secret. `networks` are those that
    may be reached beside the public internet; `outbox` is the file that texts go to where nothing else carries them.
    """

    sender: str = ""
    host: str = ""
    port: int = 587
    security: str = "starttls"  # "starttls", "tls" or "none"
    url: str = ""
    sends_as: str = "form"  # "query", "form" or "json"
    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    expects: str = ""
    username: str = ""
    secret: str = ""
    networks: tuple[str, ...] = ()
    outbox: Path | None = None


TextSenderFactory: TypeAlias = Callable[[TextSenderConfig], TextSender]
"""Raises Invalid with the field as its place: calling it is how a configuration is checked when it is saved."""

TextSenders: TypeAlias = Callable[[int, Medium], TextSender]
"""Gives what carries an operator's texts by a medium; raises NotSent where nothing is set up for it."""


Gatekeeper: TypeAlias = Callable[[int, SignInRequest], bool]
"""Says whether another system lets an account (by its id) in after its credentials. Blocks, for some seconds."""


@dataclass(frozen=True, slots=True)
class ExternalSignIn:
    """What another system answers to a sign-in. `token` is its own: no session of ours stands behind it."""

    token: str
    account_id: int
    device_uid: str
    details: AccountDetails


@dataclass(frozen=True, slots=True)
class ExternalRegistration:
    """A household that registers in another system. Empty text and None stand for what was not said."""

    operator_id: int
    login: str
    password: str
    phone: str
    device_uid: str
    address: str


class ExternalSubscribers(Protocol):
    """Another system that knows the operator's subscribers: its billing, or a service that they are handed on to.

    Every call raises ExternalFailed when the system does not answer as it should.
    """

    def sign_in(self, request: SignInRequest) -> ExternalSignIn | Refused:
        """Ask whether somebody may sign in; opens no session of ours."""

    def register(self, wish: ExternalRegistration) -> tuple[int, str]:
        """Register a household there; gives the account's number and password."""

    def export(self, operator_id: int, number: int, service: str, login: str, password: str) -> None:
        """Hand an account on to a service; raises NotFound where the service knows no such account."""


# --- systems that an operator moves in from ---

OldRow: TypeAlias = Mapping[str, str | None]


class OldTables(Protocol):
    """The tables of another system, in a dump or a live database; every value is text or None."""

    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of each table."""
        ...

    def sizes(self) -> Mapping[str, int]:
        """About how many rows each table has."""
        ...

    def rows(self, table: str) -> Iterator[OldRow]:
        """The rows of a table; raises OldSystemUnreadable."""
        ...

    def close(self) -> None:
        """Let go of the file or connection."""
        ...


@dataclass(frozen=True, slots=True)
class Ref:
    """A record that was brought before, by its entity and the old system's number."""

    entity: str
    key: str


@dataclass(frozen=True, slots=True)
class Brought:
    """A record of another system as a row of our tables (docs/2-operate/bulk.md).

    `entity` is the table; `key` the old number, `origin` what it was there. A field is text, one `Ref` or several.
    """

    entity: str
    key: str
    origin: str
    fields: Mapping[str, str | Ref | tuple[Ref, ...]]


@dataclass(slots=True)
class Notes:
    """What was not understood, with how often: tables, columns that hold something, values; `left` are tables that are
    known and not moved."""

    tables: dict[str, int] = field(default_factory=dict)
    columns: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    left: dict[str, int] = field(default_factory=dict)


class OldSystem(Protocol):
    """Reads one kind of system: records in an order in which none refers to a later one."""

    def __call__(self, tables: OldTables, notes: Notes, client: str, /) -> Iterator[Brought]:
        """`client` is whose records, for systems that serve several; "" for the only one. Raises Invalid."""
        ...
