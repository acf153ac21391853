"""What is declared of a remote call, whether the gate answers it or the records do."""

import inspect
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

FORBIDDEN = 403
UNKNOWN_DEALER = 401
BROKEN = 500
UNKNOWN_ERROR = -1
BAD_SIGNATURE = -2
UNKNOWN_OPERATOR = -3
CHOICE = "Choice: "


class Needs(StrEnum):
    """What a caller has to show."""

    SESSION = "session"  # authkey: a signed-in device
    KEY = "key"  # client_id and api_key: an operator's portal or application
    EITHER = "either"
    SIGNATURE = "signature"  # client_id and an MD5 signature made with the API's key
    DEALER = "dealer"  # dealer_id and api_key, from an address the dealer may come from
    NOTHING = "nothing"


REFUSED_CALLERS: Mapping[Needs, Mapping[int, str]] = {
    Needs.SESSION: {FORBIDDEN: "authorization required"},
    Needs.KEY: {FORBIDDEN: "bad client_id or api_key"},
    Needs.EITHER: {FORBIDDEN: "authorization required"},
    Needs.SIGNATURE: {BAD_SIGNATURE: "bad signature", UNKNOWN_OPERATOR: "client_id not found"},
    Needs.DEALER: {UNKNOWN_DEALER: "no such dealer, wrong api_key, or not from this address"},
    Needs.NOTHING: {},
}
"""The error numbers of callers who are not who a call needs, and what they mean."""


class Told(NamedTuple):
    """What a docstring says of a call: what it does, in one sentence, and what was decided where nobody says it."""

    description: str
    choices: tuple[str, ...]


def told_by(function: Callable[..., Any]) -> Told:
    """Read a docstring: its first paragraph, and those that begin with "Choice: "."""
    first, *rest = (" ".join(each.split()) for each in (inspect.getdoc(function) or "").split("\n\n"))
    return Told(first, tuple(each.removeprefix(CHOICE) for each in rest if each.startswith(CHOICE)))
