"""From a Django request to what a call reads: parameters of query and body in one."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException, UnreadablePostError

from headend.interfaces.wire.callers import Asked
from headend.interfaces.wire.errors import Unreadable

LONGEST_QUERY = 16 * 1024
LARGEST_BODY = 1024 * 1024
MOST_PARAMETERS = 2000
XML = ("text/xml", "application/xml")
_UNTOLD = ("", "text/plain", "application/octet-stream")


def read(request: HttpRequest) -> Asked:
    """Read a request; raises Unreadable. A parameter of the body replaces one of the query with the same name."""
    if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
        raise Unreadable(414, "query too long")
    values: dict[str, list[Any]] = dict(request.GET.lists())
    document = b""
    if request.method == "POST":
        document = _body_of(request)
        values |= _values(request, document)
    return Asked(
        values=values,
        cookies=request.COOKIES,
        address=request.META.get("REMOTE_ADDR", ""),
        now=datetime.now(UTC),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:200],
        document=document if request.content_type in XML else b"",
    )


def _body_of(request: HttpRequest) -> bytes:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise Unreadable(413, "body too large")
    try:
        body = request.body
    except RequestDataTooBig as error:
        raise Unreadable(413, "body too large") from error
    except (RawPostDataException, UnreadablePostError) as error:
        raise Unreadable(400, "the body broke off") from error
    if len(body) > LARGEST_BODY:
        raise Unreadable(413, "body too large")
    return body


def _values(request: HttpRequest, body: bytes) -> Mapping[str, list[Any]]:
    kind = request.content_type
    if not body.strip() or kind in XML:
        return {}
    # What players ask for licences with is JSON that nobody calls so.
    if kind == "application/json" or (kind in _UNTOLD and body.startswith(b"{")):
        return _json(body)
    if kind in ("", "application/x-www-form-urlencoded", "text/plain"):
        return _form(body)
    if kind == "multipart/form-data":
        return _multipart(request)
    raise Unreadable(415, "neither a form nor JSON nor XML")


def _form(body: bytes) -> Mapping[str, list[Any]]:
    # Shipped clients send a form, some of them without saying so.
    if body.count(b"&") >= MOST_PARAMETERS:
        raise Unreadable(413, "too many parameters")
    return dict(QueryDict(body, encoding="utf-8").lists())


def _multipart(request: HttpRequest) -> Mapping[str, list[Any]]:
    try:
        return dict(request.POST.lists())
    except (MultiPartParserError, TooManyFieldsSent, TooManyFilesSent) as error:
        raise Unreadable(400, "the form cannot be read") from error


def _json(body: bytes) -> Mapping[str, list[Any]]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(400, "the body is no JSON") from error
    if not isinstance(found, dict):
        raise Unreadable(400, "the body is no JSON object")
    return {name: [value] for name, value in found.items()}
