"""HTTP answers of the origin: bodies, byte ranges (RFC 9110, section 14) and refusals, as plain values."""

import re
from typing import NamedTuple

from headend.kernel.errors import HeadendError

Headers = list[tuple[bytes, bytes]]

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")

# Players in web pages come from other origins; the headers beyond the safe ones are byte ranges and CMCD (CTA-5004).
_OPEN_TO_ALL: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"content-length, content-range, etag"),
]
_PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"range, if-range, if-none-match, cmcd-request, cmcd-object, cmcd-status, cmcd-session",
    ),
    (b"access-control-max-age", b"86400"),
]


class Refused(HeadendError):
    """The request ends here, with this status and the code as its body."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Answer(NamedTuple):
    """A whole answer; for HEAD the body is not sent but `length` is told."""

    status: int
    headers: Headers
    body: bytes = b""


def playlist(body: bytes, *, is_final: bool) -> Answer:
    """Answer with a playlist; one that is final may be kept, the others change every few seconds."""
    caching = b"max-age=86400" if is_final else b"no-cache"
    return _whole(200, body, [(b"content-type", b"application/vnd.apple.mpegurl"), (b"cache-control", caching)])


def segment(body: bytes, etag: str, asked: dict[str, str]) -> Answer:
    """Answer with a segment or the part of it that was `asked` for (request headers by lower-case name)."""
    headers: Headers = [
        (b"content-type", b"video/mp2t"),
        (b"cache-control", b"public, max-age=31536000, immutable"),
        (b"etag", etag.encode()),
        (b"accept-ranges", b"bytes"),
    ]
    if asked.get("if-none-match", "").strip() in (etag, f"W/{etag}", "*"):
        return Answer(304, headers + _OPEN_TO_ALL)
    part = byte_range(asked.get("range", ""), len(body)) if asked.get("if-range", etag) == etag else None
    if part is None:
        return _whole(200, body, headers)
    first, last = part
    if first > last:
        return _whole(416, b"", [*headers, (b"content-range", f"bytes */{len(body)}".encode())])
    headers.append((b"content-range", f"bytes {first}-{last}/{len(body)}".encode()))
    return _whole(206, body[first : last + 1], headers)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Read a Range header: first and last byte; (1, 0) when nothing is there; None when it is to be passed over.

    Passed over are several ranges at once and what is no range at all, as RFC 9110 allows and demands.
    """
    found = _RANGE.fullmatch(header.strip())
    if not found or found[0].endswith("=-"):
        return None
    first, last = found[1], found[2]
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) and size else (1, 0)
    if last and int(last) < int(first):
        return None
    return (int(first), min(int(last or size), size - 1)) if int(first) < size else (1, 0)


def refusal(refused: Refused) -> Answer:
    """Say in one word why there is nothing."""
    headers: Headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if refused.status == 405:
        headers.append((b"allow", b"GET, HEAD, OPTIONS"))
    if refused.status == 503:
        headers.append((b"retry-after", b"5"))
    return _whole(refused.status, f"{refused.code}\n".encode(), headers)


def preflight() -> Answer:
    """Tell a browser that a player may ask (Fetch standard, CORS)."""
    return Answer(204, _PREFLIGHT + _OPEN_TO_ALL)


def _whole(status: int, body: bytes, headers: Headers) -> Answer:
    return Answer(status, [*headers, (b"content-length", str(len(body)).encode()), *_OPEN_TO_ALL], body)
