"""Answers as plain values, with their headers made ready as far as possible."""

import re
from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from headend.hotpath.gate.packing import MARK, TOKEN_LENGTH, Body, Tokened
from headend.hotpath.gate.requests import Request
from headend.kernel import cors
from headend.kernel.formats import FORMATS, Fields, WireFormat

Headers: TypeAlias = list[tuple[bytes, bytes]]

NO_STORE = (b"cache-control", b"no-store")
PRIVATE = (b"cache-control", b"private, no-cache")
GZIP = (b"content-encoding", b"gzip")
PLAIN_TEXT = (b"content-type", b"text/plain; charset=utf-8")
ALLOW = (b"allow", cors.METHODS.encode())

_IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=|{}"  # left as they are; an address is already encoded, or nearly
_WEIGHT = re.compile(rb"[01](\.[0-9]{0,3})?")


class Answer(NamedTuple):
    """A whole answer. A body that is too long for one piece may come in parts; its length is told in the headers.
    `code` is the wire's error number, or the HTTP status where the wire has none; for counting. `block` is what
    `written` makes of the headers, b"" when that has not been done yet.
    """

    status: int
    headers: Headers
    body: bytes | Tokened | Iterable[bytes] = b""
    code: int = 0
    block: bytes = b""


def ok(wire: WireFormat, fields: Fields) -> Answer:
    """Answer a call with its fields; `error` is added."""
    return encoded(wire, wire.encode({**fields, "error": 0}))


def ok_with_message(wire: WireFormat, fields: Fields) -> Answer:
    """The same for the calls that have an `error_message` too."""
    return encoded(wire, wire.encode({**fields, "error": 0, "error_message": ""}))


def ok_with_token(wire: WireFormat, fields: Fields, token: str) -> Answer:
    """The same for fields in which the mark stands for the caller's token."""
    body = wire.encode({**fields, "error": 0, "error_message": ""})
    return encoded(wire, body.replace(MARK.encode(), token.encode()))


def refused(wire: WireFormat, number: int, message: str, fields: Fields | None = None) -> Answer:
    """Answer a call with an error number of the wire; the HTTP status stays 200."""
    body = wire.encode({**(fields or {}), "error": number, "error_message": message})
    return encoded(wire, body, number)


def encoded(wire: WireFormat, body: bytes, code: int = 0) -> Answer:
    """Answer a call with a body made before."""
    before, block = _CALL_HEADERS[wire]
    return Answer(200, [*before, length(body)], body, code, block % len(body))


def lasting(wire: WireFormat, body: bytes, seconds: int) -> Answer:
    """Answer a call with a body that its device may keep for so many seconds."""
    kind, keep = wire.content_type, b"private, max-age=%d" % seconds
    headers = [(b"content-type", kind), (b"cache-control", keep), length(body)]
    return Answer(200, headers, body, 0, _LASTING % (kind, keep, len(body)))


def plain(status: int, text: str, *more: tuple[bytes, bytes]) -> Answer:
    """Say something to a player or a browser in one line."""
    body = f"{text}\n".encode()
    return Answer(status, [PLAIN_TEXT, NO_STORE, length(body), *more], body, status)


def redirect(location: str) -> Answer:
    """Send a player on to a stream; the next one may get another address."""
    address = quote(location, safe=_IN_ADDRESSES).encode()
    return Answer(302, [(b"location", address), NO_STORE, (b"content-length", b"0")])


def preflight() -> Answer:
    """Tell a browser which calls a page may make (Fetch standard, CORS)."""
    return Answer(204, [*_as_bytes(cors.PREFLIGHT), (b"content-length", b"0")])


def opened(answer: Answer, origin: bytes, portals: Collection[str]) -> Answer:
    """Let a page of this origin read an answer; `portals` may send cookies."""
    return with_headers(answer, _as_bytes(cors.headers_for(origin.decode("latin-1"), portals)))


def with_headers(answer: Answer, more: Iterable[tuple[bytes, bytes]]) -> Answer:
    """The answer with more headers."""
    return answer._replace(headers=[*answer.headers, *more], block=b"")


def _as_bytes(headers: Iterable[tuple[str, str]]) -> Headers:
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]


def length(body: bytes) -> tuple[bytes, bytes]:
    """The content-length header of a body."""
    return (b"content-length", b"%d" % len(body))


def written(headers: Headers) -> bytes:
    """Headers as they go over the wire (RFC 9112 section 5)."""
    return b"".join([part for name, value in headers for part in (name, b": ", value, b"\r\n")])


class Ready:
    """A body that is kept, with all its headers: of what is sent only the token differs.

    The entity tag is weak: it names what the body says, in whatever coding and with whatever token.
    """

    def __init__(self, kind: bytes, body: Body, tag: str) -> None:
        self._body = body
        self._tag = f'"{tag}"'.encode()
        self._common = [PRIVATE, (b"etag", b"W/" + self._tag), (b"content-type", kind)]
        self._plain = _with_block([*self._common, (b"content-length", b"%d" % body.size)])

    def answer(self, request: Request, token: str) -> Answer:
        """Answer with the body for a token, or say that the caller has it already."""
        if token != request.params.get("authkey"):
            return self._of_cookie(token)
        asked = request.headers
        known = asked.get(b"if-none-match")
        if known and (self._tag in known or known.strip() == b"*"):
            return Answer(304, self._common)
        if len(token) != TOKEN_LENGTH:
            return self._of_cookie(token)
        if takes_gzip(asked.get(b"accept-encoding", b"")):
            headers, block = self._gzip
            return Answer(200, headers, self._body.gzip(token.encode()), 0, block)
        headers, block = self._plain
        return Answer(200, headers, self._body.plain(token.encode()), 0, block)

    def answer_to_all(self, request: Request) -> Answer:
        """Answer with a body that has no token, so that everybody may get the same."""
        known = request.headers.get(b"if-none-match")
        if known and (self._tag in known or known.strip() == b"*"):
            return Answer(304, self._common)
        if takes_gzip(request.headers.get(b"accept-encoding", b"")):
            headers, block = self._gzip
            return Answer(200, headers, self._body.gzip(b""), 0, block)
        headers, block = self._plain
        return Answer(200, headers, self._body.plain(b""), 0, block)

    @cached_property
    def _gzip(self) -> tuple[Headers, bytes]:
        return _with_block([*self._common, GZIP, (b"content-length", b"%d" % self._body.packed_size)])

    def _of_cookie(self, token: str) -> Answer:
        """Answer at an address without the token, where the next to sign in would get what is kept for this one."""
        body = self._body.plain(token.encode()).whole()
        return Answer(200, [NO_STORE, self._common[-1], length(body)], body)


def _with_block(headers: Headers) -> tuple[Headers, bytes]:
    return headers, written(headers)


@lru_cache(maxsize=256)
def takes_gzip(accepted: bytes) -> bool:
    """Say whether who sends this Accept-Encoding reads gzip (RFC 9110 section 12.5.3)."""
    codings = dict(_coding(each) for each in accepted.lower().split(b","))
    return codings.get(b"gzip", codings.get(b"*", 0.0)) > 0


def _coding(text: bytes) -> tuple[bytes, float]:
    name, _, weight = text.partition(b";")
    digits = weight.partition(b"=")[2].strip()
    return name.strip(), float(digits) if _WEIGHT.fullmatch(digits) else 1.0


def _call_headers(wire: WireFormat) -> tuple[Headers, bytes]:
    """The headers of a call's answer but for its length, and all of them as `written` with a place for the length."""
    before = [(b"content-type", wire.content_type), NO_STORE]
    return before, written([*before, (b"content-length", b"%d")])


_CALL_HEADERS = {wire: _call_headers(wire) for wire in FORMATS.values()}
_LASTING = b"content-type: %s\r\ncache-control: %s\r\ncontent-length: %d\r\n"  # as `written` has it
