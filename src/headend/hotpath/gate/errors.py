"""What ends a call of the gate early.

HeadendError
├── Refusal          the wire's own error number, in the body, with HTTP status 200
│   └── BadParameter
├── Forbidden        a refusal on addresses that players open: an HTTP status
├── Unreadable       a request that is no call at all: an HTTP status
├── SessionUnknown   not in memory; the records may know it
├── Later            no answer at once: the records have to be asked something for it
└── TooBusy          too many questions to the records are waiting
"""

from collections.abc import Awaitable, Callable
from typing import Any

from headend.kernel.errors import HeadendError


class Refusal(HeadendError):
    """The call ends with this number in `error`; the numbers are those of the call's documentation."""

    code = "refusal"

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number
        self.message = message


class BadParameter(Refusal):
    """A parameter is missing or cannot be read; every call that has parameters documents number 1 for it."""

    code = "bad_parameter"

    def __init__(self, name: str) -> None:
        super().__init__(1, f"bad parameter: {name}")


class Forbidden(HeadendError):
    """A player gets this HTTP status and the reason as one word; `retry_after` in seconds, 0: no hint."""

    code = "forbidden"

    def __init__(self, status: int, reason: str, retry_after: int = 0) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.retry_after = retry_after


class Unreadable(HeadendError):
    """The request cannot be read as a call: too long, of another kind, broken off."""

    code = "unreadable"

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status


class SessionUnknown(HeadendError):
    """No session with this token digest is in memory, and it was not asked for lately."""

    code = "session_unknown"

    def __init__(self, digest: str) -> None:
        super().__init__("no such session in memory")
        self.digest = digest


class TooBusy(HeadendError):
    """The records have more questions waiting than they will answer in time."""

    code = "too_busy"


class Later(HeadendError):
    """A call that answers at once as a rule has to ask the records this time; `answer` does so and gives an Answer."""

    code = "later"

    def __init__(self, answer: Callable[[], Awaitable[Any]]) -> None:
        super().__init__("the records have to be asked")
        self.answer = answer
