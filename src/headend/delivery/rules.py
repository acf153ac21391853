"""Address masks, stream tokens and their lifetime: pure, and cheap enough to run for every zap.

A mask is text with variables: `http://host/$cid/video-$flpbt-$flpdur.m3u8?token=$token`. It is data, never code.
A stream token is stateless: whoever has the secret can check it without asking anyone.
"""

import hmac
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from headend.delivery.errors import (
    MaskRefused,
    MaskValueRefused,
    TokenExpired,
    TokenForAnotherAddress,
    TokenForAnotherStream,
    TokenForged,
    TokenMalformed,
    UnknownMaskVariable,
)
from headend.kernel.errors import Invalid

LIVE_VARIABLES = ("cid", "prefix", "token", "signed", "account", "session", "ip", "now", "expires", "shift")
"""Variables of a live mask: the stream's id on the server; the channel's address prefix; the session's token; a
stateless token signed with the server's secret; the account's number; the device's session; the device's address
(empty when unknown); the time and the time until which the address is good, in seconds since the epoch; the
server's time shift in seconds."""

ARCHIVE_VARIABLES = (*LIVE_VARIABLES, "flpbt", "flpdur", "flpend", "flpago")
"""An archive mask also has the period: its begin (seconds since the epoch); its length in seconds or the word
`now`; its end (seconds since the epoch) or the word `now`; how many seconds ago it began."""

VOD_VARIABLES = (*(name for name in LIVE_VARIABLES if name not in ("cid", "prefix", "shift")), "file", "duration")
"""A mask of files of titles on demand has, in place of the stream's id, the file's name, which may have folders, and
its length in seconds (0 when unknown)."""

SCHEMES = ("http", "https", "rtsp", "rtmp", "rtmps", "rtp", "udp", "igmp", "srt", "mms")

Value: TypeAlias = str | int
Encode: TypeAlias = Callable[[str, Value], str]

_OPENING = re.compile(rf"(?:{'|'.join(SCHEMES)})://|/(?!/)")
_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|(?P<name>[A-Za-z]+)|\{(?P<braced>[A-Za-z]+)\})?")
_NOT_IN_AN_ADDRESS = re.compile(r"[^!-~]|[\"<>\\^`{|}]")
_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]*")
_DOTS = (".", "..")


class Verbatim(str):
    """Text that a mask takes as it is: a placeholder which the player fills in later."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask made ready; `literals` has one entry more than `slots`, text and values alternate."""

    literals: tuple[str, ...]
    slots: tuple[tuple[str, Encode], ...]
    names: frozenset[str]

    def fill(self, values: Mapping[str, Value]) -> str:
        """Put the values (every one in `names`) in, each percent-encoded for where it stands (RFC 3986).

        Raises MaskValueRefused for a value that would walk out of its folder or open another kind of address.
        """
        parts = [self.literals[0]]
        for (name, encode), literal in zip(self.slots, self.literals[1:], strict=True):
            parts += (encode(name, values[name]), literal)
        return "".join(parts)


def check_mask(text: str, variables: tuple[str, ...] = LIVE_VARIABLES) -> None:
    """Find at save time what is wrong with a mask; raises MaskRefused or UnknownMaskVariable with the column."""
    compile_mask(text, variables)


def compile_mask(text: str, variables: tuple[str, ...] = LIVE_VARIABLES, head: str = "") -> Mask:
    """Make a mask ready, once; raises as `check_mask` does.

    `$name` and `${name}` are variables, `$$` is a dollar sign. An address begins with a scheme, with `/` (our own
    host), or with `$prefix`, which then brings scheme and host. `head` is a beginning that another field of the
    server gives; columns count from where `text` begins.
    """
    literals, names = _split(head + text, variables, len(head))
    if not _OPENING.match(head + text) and not (names[:1] == ["prefix"] and not literals[0]):
        raise MaskRefused(f"an address begins with $prefix, / or one of {', '.join(SCHEMES)}://", 1)
    encoders, before = list[Encode](), ""
    for place, name in enumerate(names):
        before += literals[place]
        encoders.append(_encoder(name, before, opens=not (place or before), closes=literals[place + 1]))
        if encoders[-1] is _folder:
            literals[place + 1] = literals[place + 1][1:]
    return Mask(tuple(literals), tuple(zip(names, encoders, strict=True)), frozenset(names))


def _split(text: str, variables: tuple[str, ...], skipped: int) -> tuple[list[str], list[str]]:
    """Take a mask apart into its literals and, between each two of them, the name of a variable."""
    literals, names, end = [""], list[str](), 0
    for found in _VARIABLE.finditer(text):
        literals[-1] += text[end : found.start()]
        end = found.end()
        if found["dollar"]:
            literals[-1] += "$"
        else:
            names.append(_name(found, variables, found.start() + 1 - skipped))
            literals.append("")
    literals[-1] += text[end:]
    bad = _NOT_IN_AN_ADDRESS.search(_VARIABLE.sub(lambda found: "$" * len(found[0]), text))
    if bad:
        column = bad.start() + 1 - skipped
        raise MaskRefused(f"{bad[0]!r} at column {column} cannot stand in an address; percent-encode it", column)
    return literals, names


def _name(found: re.Match[str], variables: tuple[str, ...], column: int) -> str:
    name = found["name"] or found["braced"]
    if not name:
        raise MaskRefused(f"the $ at column {column} names no variable; a plain dollar sign is $$", column)
    if name not in variables:
        raise UnknownMaskVariable(name, column, variables)
    return name


def _encoder(name: str, before: str, *, opens: bool, closes: str) -> Encode:
    """Choose how a value is written: by what stands before it, and whether it opens the address."""
    if name not in ("prefix", "file") or "?" in before or "#" in before:
        return _segment
    if name == "file":
        return _file
    if opens:
        return _opening
    # An empty prefix must leave one slash, not two: many servers take `//` for another path.
    between = before.endswith("/") and not before.endswith("//") and closes.startswith("/")
    return _folder if between else _folders


def _segment(name: str, value: Value) -> str:
    if isinstance(value, int):
        return str(value)
    if value in _DOTS:
        raise MaskValueRefused(f"{value!r} would leave the folder", name)
    return value if isinstance(value, Verbatim) or _UNRESERVED.fullmatch(value) else quote(value, safe="")


def _folders(name: str, value: Value, safe: str = ":/[]") -> str:
    text = str(value)
    if any(part in _DOTS for part in text.split("/")):
        raise MaskValueRefused(f"{text!r} would leave the folder", name)
    return quote(text, safe=safe)


def _folder(name: str, value: Value) -> str:
    if not value:
        return ""
    text = _folders(name, value).strip("/")
    return f"{text}/" if text else ""


def _file(name: str, value: Value) -> str:
    """A file's name is a path below the folder it stands in, never an address of its own."""
    text = str(value)
    if any(part in _DOTS for part in text.split("/")):
        raise MaskValueRefused(f"{text!r} would leave the folder", name)
    return quote("/".join(filter(None, text.split("/"))), safe="/")


def _opening(name: str, value: Value) -> str:
    if not _OPENING.match(str(value)):
        raise MaskValueRefused(f"{value!r} is not the beginning of an address", name)
    return _folders(name, value, safe=":/[]@")


def expiry(now: int, ttl_seconds: int) -> int:
    """Say until when an address made now is good: at least `ttl_seconds`, at most a tenth longer.

    Rounded up to a tenth of the lifetime, so that addresses, and lists made of them, stay the same for a while.
    """
    step = max(1, ttl_seconds // 10)
    return -(-(now + ttl_seconds) // step) * step


class StreamToken(NamedTuple):
    """Who may watch what until when. `expires_at`: seconds since the epoch; `address` "" when any may use it."""

    stream_id: str
    account_id: int
    session: str
    expires_at: int
    address: str = ""


class TokenKey:
    """A secret made ready for signing: HMAC-SHA256 with both pads hashed beforehand (RFC 2104 section 4).

    Less than half of what the one-call HMAC costs, which fetches its algorithm anew each time. Raises Invalid for an
    empty secret.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, secret: str) -> None:
        if not secret:
            raise Invalid("a secret is needed", "secret")
        key = secret.encode()
        block = (key if len(key) <= _BLOCK_BYTES else sha256(key).digest()).ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))

    def signature(self, body: bytes) -> bytes:
        """Give the HMAC-SHA256 of `body`, its first half."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(body)
        outer.update(inner.digest())
        return outer.digest()[:_SIGNATURE_BYTES]


_BLOCK_BYTES = 64
_SIGNATURE_BYTES = 16  # of 32; RFC 2104 section 5 allows no fewer than half
_HEAD = struct.Struct(">BIQ")  # version, expires_at, account_id
_VERSION = 1
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,1400}")


def sign_stream_token(token: StreamToken, key: TokenKey) -> str:
    """Write a token as URL-safe text: base64url of version, expiry, account, the three texts and the signature.

    Raises Invalid when a text has a NUL or a number does not fit (expiry 32 bits, account 64 bits).
    """
    texts = f"{token.stream_id}\0{token.session}\0{token.address}"
    if texts.count("\0") != 2:
        raise Invalid("the texts of a token have no NUL", "token")
    try:
        body = _HEAD.pack(_VERSION, token.expires_at, token.account_id) + texts.encode()
    except struct.error as error:
        raise Invalid(str(error), "token") from error
    return urlsafe_b64encode(body + key.signature(body)).rstrip(b"=").decode()


def verify_stream_token(text: str, key: TokenKey, *, stream_id: str, now: float, address: str = "") -> StreamToken:
    """Read a token and make sure that it opens this stream, now, for whoever asks from `address`.

    Raises TokenMalformed, TokenForged, TokenExpired, TokenForAnotherStream or TokenForAnotherAddress. Nothing of
    the token is believed before its signature is right; signatures are compared in constant time.
    """
    token = _read(text, key)
    if token.expires_at <= now:
        raise TokenExpired("the token has expired")
    if token.stream_id != stream_id:
        raise TokenForAnotherStream("the token is for another stream")
    if token.address and token.address != address:
        raise TokenForAnotherAddress("the token is for another address")
    return token


def _read(text: str, key: TokenKey) -> StreamToken:
    if not _TOKEN.fullmatch(text):
        raise TokenMalformed("this is not a stream token")
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise TokenMalformed("this is not a stream token") from error
    body = raw[:-_SIGNATURE_BYTES]
    if not hmac.compare_digest(raw[-_SIGNATURE_BYTES:], key.signature(body)):
        raise TokenForged("the token's signature is wrong")
    version, expires_at, account_id = _HEAD.unpack_from(body)
    if version != _VERSION:
        raise TokenMalformed(f"this is a stream token of version {version}")
    stream_id, session, address = body[_HEAD.size :].decode().split("\0")
    return StreamToken(stream_id, account_id, session, expires_at, address)
