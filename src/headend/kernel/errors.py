"""Errors a caller can expect. Each has a stable `code`; interfaces map codes to their wire's own errors."""


class HeadendError(Exception):
    """The root of expected errors; anything else is a defect and fails loudly."""

    code = "error"


class NotFound(HeadendError):
    code = "not_found"


class Invalid(HeadendError):
    """Input that cannot be accepted; `place` says where (a field, a line, a parameter)."""

    code = "invalid"

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place
