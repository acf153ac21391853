"""A request as the calls see it: parameters of query and form in one, read by hand, since every zap passes here."""

import re
from typing import TypeAlias
from urllib.parse import unquote_plus, urlencode

import msgspec

from headend.hotpath.gate.asgi import Receive, Scope
from headend.hotpath.gate.errors import BadParameter, Refusal, Unreadable

LONGEST_QUERY = 16 * 1024
LARGEST_FORM = 64 * 1024
MOST_ENTRIES = 5000  # of a list of numbers
_FORMS = frozenset((b"application/x-www-form-urlencoded", b"text/plain", b""))  # shipped clients send all of them
_JSON = b"application/json"
_YES = frozenset(("1", "true", "True"))
_NO = frozenset(("0", "false", "False"))
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Request:
    """One request at one moment: `now` in seconds since the epoch, `address` of the caller, "" when unknown.

    Parameters of the form come after those of the query; of a repeated one the last counts.
    """

    __slots__ = ("_headers", "_text", "address", "looked_up", "now", "params", "scope")

    def __init__(self, scope: Scope, now: int, form: str = "") -> None:
        query: bytes = scope["query_string"]
        if len(query) > LONGEST_QUERY:
            raise Unreadable(414)
        client = scope["client"]
        self.scope = scope
        self._headers: dict[bytes, bytes] | None = None
        self.now = now
        self.address: str = client[0] if client else ""
        self.looked_up = False
        self._text = query.decode("utf-8", "replace")
        if form:
            self._text += f"&{form}"
        self.params = parse_form(self._text)

    @property
    def headers(self) -> dict[bytes, bytes]:
        """The headers by lower-case name; of a repeated one the last."""
        if self._headers is None:
            self._headers = dict(self.scope["headers"])
        return self._headers

    def text(self, name: str, longest: int = 200) -> str:
        """A text parameter; raises BadParameter when it is too long or has control characters."""
        value = self.params.get(name, "")
        if value and (len(value) > longest or _CONTROL.search(value)):
            raise BadParameter(name)
        return value

    def whole(self, name: str, default: int | None = None) -> int | None:
        """A whole number; raises BadParameter when there is something else."""
        value = self.params.get(name)
        return default if not value else whole_number(value, name)

    def whole_or_refuse(self, name: str, number: int, message: str) -> int | None:
        """A whole number; raises Refusal with a number of its own when there is something else."""
        try:
            return self.whole(name)
        except BadParameter as error:
            raise Refusal(number, message) from error

    def flag(self, name: str, default: bool = False) -> bool:
        """A flag, 0 or 1; raises BadParameter when there is something else."""
        value = self.params.get(name)
        if not value:
            return default
        if value in _YES:
            return True
        if value in _NO:
            return False
        raise BadParameter(name)

    def wholes(self, name: str) -> tuple[int, ...]:
        """Whole numbers of a parameter in their order, each once.

        They come in a repeated parameter, in a list of a JSON body, separated by commas, or as "[1, 2]". Raises
        BadParameter when there is something else, or more than MOST_ENTRIES.
        """
        if name not in self.params and f"{name}[]" not in self.params:
            return ()
        values = [value.strip() for key, value in _pairs(self._text) if key in (name, f"{name}[]")]
        entries = [each.strip() for value in values for each in _unbracketed(value).split(",")]
        if len(entries) > MOST_ENTRIES:
            raise BadParameter(name)
        return tuple(dict.fromkeys(whole_number(each, name) for each in entries if each))

    def cookie(self, name: str) -> str:
        """A cookie's value, "" when there is none (RFC 6265 section 4.2)."""
        for pair in self.headers.get(b"cookie", b"").decode("latin-1").split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name and not _CONTROL.search(value):
                return value.strip('"')
        return ""


def whole_number(text: str, name: str) -> int:
    """Read a whole number of at most 18 digits; raises BadParameter."""
    digits = text[1:] if text[:1] == "-" else text
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise BadParameter(name)
    return int(text)


def parse_form(text: str) -> dict[str, str]:
    """Read `name=value&...`; escapes that are no UTF-8 become U+FFFD."""
    if "%" in text or "+" in text:
        return dict(_pairs(text))
    try:
        return dict([pair.split("=", 1) for pair in text.split("&")])
    except ValueError:  # a piece without "="
        return dict(_pairs(text))


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = [pair.partition("=") for pair in text.split("&")]
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def _unbracketed(text: str) -> str:
    return text[1:-1] if text[:1] == "[" and text[-1:] == "]" else text


async def read_form(scope: Scope, receive: Receive) -> str:
    """Read the body of a POST as form text; raises Unreadable with the status that says what is wrong with it."""
    kind = dict(scope["headers"]).get(b"content-type", b"").split(b";")[0].strip().lower()
    body = await _read_body(receive)
    if not body.strip() or kind in _FORMS:
        return body.decode("utf-8", "replace")
    if kind != _JSON:
        raise Unreadable(415)
    return _json_as_form(body)


async def _read_body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Unreadable(400)
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > LARGEST_FORM:
            raise Unreadable(413)
        if not message.get("more_body"):
            return body


_Scalar: TypeAlias = str | int | float | bool | None
_json = msgspec.json.Decoder(dict[str, _Scalar | list[_Scalar]])


def _json_as_form(body: bytes) -> str:
    """Write a JSON object of scalars and lists of scalars as a form; the entries of a list repeat its name."""
    try:
        fields = _json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(400) from error
    pairs = [(name, each) for name, value in fields.items() for each in (value if isinstance(value, list) else [value])]
    return urlencode([(name, "" if value is None else value) for name, value in pairs])
