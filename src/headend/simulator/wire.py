"""How devices say it: addresses of calls, and what an answer is to them (TVMiddleware API, JSON)."""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

API = "/tvmiddleware/api"
UNREADABLE = -1
_NO_ERROR = re.compile(rb'"error": ?0\b')
_NEAR_AN_END = 4096


class Answer:
    """The body of an answer, read when somebody looks into it: a channel list has hundreds of kilobytes."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """What it holds; nothing, if it is no JSON object."""
        try:
            read = json.loads(self.body)
        except (ValueError, RecursionError):  # of [[[[…
            return {}
        return read if isinstance(read, dict) else {}

    @cached_property
    def error(self) -> int:
        """Its error number, 0 for none, UNREADABLE where there is none to be found."""
        if _NO_ERROR.search(self.body[-_NEAR_AN_END:]) or _NO_ERROR.search(self.body[:_NEAR_AN_END]):
            return 0
        error = self.fields.get("error", UNREADABLE)
        return error if isinstance(error, int) else UNREADABLE

    @property
    def reason(self) -> str:
        """The error in words, as devices show it."""
        return str(self.fields.get("error_message", "")) or "an answer that is none"


def address(target: str, call: str, client_id: int, parameters: Mapping[str, Any]) -> str:
    """Where a call is asked. `target` is the service's address, with or without a slash at its end."""
    return f"{target.rstrip('/')}{API}{call}?{urlencode({'client_id': client_id, **parameters})}"
