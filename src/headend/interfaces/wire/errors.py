"""What ends a call of a wire API early.

HeadendError
├── Refused           the wire's own error number, in the body, with HTTP status 200
└── Unreadable        a request that is no call at all: an HTTP status
"""

from headend.kernel.errors import HeadendError


class Refused(HeadendError):
    """The call ends with this number in `error`; the call's declaration says what it means.

    `message` stands in `error_message` instead of that meaning; `fields` are answered beside the number.
    """

    code = "refused"

    def __init__(self, number: int, message: str = "", fields: dict[str, object] | None = None) -> None:
        super().__init__(message or f"refused with {number}")
        self.number = number
        self.message = message
        self.fields = fields or {}


class Unreadable(HeadendError):
    """The request cannot be read as a call: too long, of another kind, broken off."""

    code = "unreadable"

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
