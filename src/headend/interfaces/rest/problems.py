"""What goes wrong, as problem details (RFC 9457): every refusal names its kind, and the field where there is one."""

import logging
from collections.abc import Iterable, Mapping
from itertools import dropwhile
from typing import Any

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as Unfitting

from headend.kernel.errors import HeadendError, Invalid, NotFound
from headend.kernel.formats import to_json

CONTENT_TYPE = "application/problem+json"
TYPE = "urn:headend:problem:"

TITLES = {
    400: "The request cannot be understood",
    401: "A valid key is needed",
    403: "The key may not do this",
    404: "There is no such thing",
    405: "This cannot be done here",
    409: "It contradicts what is there",
    411: "The request does not say how long it is",
    412: "It has changed meanwhile",
    413: "The request is too large",
    422: "Something in the request cannot be accepted",
    429: "Too many requests",
    500: "Something broke",
    502: "Another system failed",
    503: "The records do not answer",
}

log = logging.getLogger(__name__)


class Problem(Exception):
    """A refusal. `code` is for programs and stable, `detail` for people, `errors` are (field, what is wrong there)."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        errors: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or code)
        self.status, self.code, self.detail = status, code, detail
        self.errors = [{"field": field, "detail": text} for field, text in errors]
        self.headers = dict(headers or {})

    @property
    def fields(self) -> dict[str, Any]:
        """The members of the problem's JSON object."""
        told = {"type": TYPE + self.code, "title": TITLES[self.status], "status": self.status, "code": self.code}
        return (
            told | ({"detail": self.detail} if self.detail else {}) | ({"errors": self.errors} if self.errors else {})
        )

    def answer(self) -> HttpResponse:
        """The problem as an answer."""
        return HttpResponse(to_json(self.fields), CONTENT_TYPE, self.status, headers=self.headers)


_STATUSES = {"gateway_refused": 502, "answer_for_another": 422, "too_large": 413, "upload_failed": 503}


def problem_of(error: Exception) -> Problem | None:
    """What an expected error is told as; None for a defect."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, NotFound):
        return Problem(404, error.code, str(error))
    if isinstance(error, Invalid):
        return Problem(422, error.code, str(error), [(error.place, str(error))] if error.place else ())
    if isinstance(error, HeadendError):
        return Problem(_STATUSES.get(error.code, 409), error.code, str(error))
    if isinstance(error, ValidationError):
        return Problem(422, "invalid", "some fields cannot be accepted", _of_django(error))
    return _of_records(error)


def _of_django(error: ValidationError) -> list[tuple[str, str]]:
    if not hasattr(error, "error_dict"):
        return [("", " ".join(error.messages))]
    return [(field, " ".join(texts)) for field, texts in error.message_dict.items()]


def _of_records(error: Exception) -> Problem | None:
    if isinstance(error, ProtectedError | RestrictedError):
        return Problem(409, "in_use", "something else still needs it")
    if isinstance(error, IntegrityError):
        return Problem(409, "taken", "there is one of the same name or number already")
    if isinstance(error, DataError | OverflowError):
        log.warning("the records refused a value that its shape let through", exc_info=error)
        return Problem(422, "invalid", "a value is larger than what can be kept")
    if isinstance(error, OperationalError | InterfaceError):
        connection.close()
        return Problem(503, "records_away", "try again in a moment", headers={"Retry-After": "10"})
    return None


def of_request(error: Exception) -> Problem:
    """What is told of a request that cannot be carried out, whatever it was."""
    if isinstance(error, Unfitting):
        return Problem(422, "invalid", "some fields cannot be accepted", map(_place, error.errors))
    if isinstance(error, AuthenticationError):
        return Problem(401, "no_key", "send “Authorization: Bearer <key>”", headers={"WWW-Authenticate": "Bearer"})
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "too_large", "the body is larger than 2.5 MB")
    if isinstance(error, HttpError):
        return Problem(error.status_code, "unreadable", "the body is no JSON that could be read")
    found = problem_of(error)
    if found is None:
        log.exception("a request broke", exc_info=error)
    return found or Problem(500, "defect", "the error has been logged")


def _place(error: Mapping[str, Any]) -> tuple[str, str]:
    """A field as callers know it: without the name that the body or the query has in our code."""
    path = dropwhile(lambda step: step in ("body", "header", "path", "query"), error["loc"])
    return ".".join(map(str, path)), error["msg"]


def no_such_path(_request: HttpRequest, *_path: str) -> HttpResponse:
    """Django's view of all that is no resource."""
    return Problem(404, "no_such_path", "there is no such resource; /api/v1/docs lists them").answer()
