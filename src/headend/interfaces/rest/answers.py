"""Answers: records as JSON with an entity tag, whole or only the fields that were asked for."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from ninja import Schema

from headend.interfaces.rest.problems import Problem
from headend.kernel.formats import to_json

JSON = "application/json"


def told(shape: type[Schema], record: Any, fields: frozenset[str] | None = None) -> dict[str, Any]:
    """A record as its shape says, as plain values; only these fields of it where some are named."""
    return shape.from_orm(record).model_dump(mode="json", include=set(fields) if fields is not None else None)


def fields_of(shape: type[Schema], text: str | None) -> frozenset[str] | None:
    """The fields that `fields=id,name` asks for, None for all; raises Problem for one that there is not."""
    if not text:
        return None
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if unknown := names - set(shape.model_fields):
        raise Problem(422, "invalid", f"there is no field {min(unknown)}", [("fields", f"no field {min(unknown)}")])
    return names


def tag_of(shape: type[Schema], record: Any) -> str:
    """The entity tag of a record as it stands: of the whole of it, whatever fields are asked for."""
    return tag_of_told(told(shape, record))


def tag_of_told(fields: Mapping[str, Any]) -> str:
    """As `tag_of`, of what would be told."""
    return f'"{hashlib.sha256(to_json(fields)).hexdigest()[:32]}"'


def is_named(tag: str, header: str) -> bool:
    """Say whether a tag is among those of If-Match or If-None-Match."""
    names = [name.strip().removeprefix("W/") for name in header.split(",")]
    return "*" in names or tag in names


def check_match(request: HttpRequest, shape: type[Schema], record: Model) -> None:
    """Raises Problem (412) when the caller wants to write what it has seen, and the record is another by now."""
    wanted = request.headers.get("If-Match", "")
    if wanted and not is_named(tag_of(shape, record), wanted):
        raise Problem(412, "changed_meanwhile", "read it again: it is not what If-Match says")


def one(request: HttpRequest, shape: type[Schema], record: Any, fields: frozenset[str] | None) -> HttpResponse:
    """A single record, or 304 where the caller has it."""
    whole = told(shape, record)
    tag = tag_of_told(whole)
    if is_named(tag, request.headers.get("If-None-Match", "")):
        return _answer(b"", 304, {"ETag": tag})
    return _answer(to_json(_only(whole, fields)), 200, {"ETag": tag})


def written(shape: type[Schema], record: Any, status: int, location: str = "") -> HttpResponse:
    """A record that was just made or changed."""
    whole = told(shape, record)
    headers = {"ETag": tag_of_told(whole)} | ({"Location": location} if location else {})
    return _answer(to_json(whole), status, headers)


def listed(
    shape: type[Schema], records: Iterable[Any], following: str | None, fields: frozenset[str] | None
) -> HttpResponse:
    """A page of records and the cursor of the next one, None after the last."""
    return _answer(to_json({"data": [told(shape, each, fields) for each in records], "next_cursor": following}), 200)


def nothing() -> HttpResponse:
    """What is gone has no body."""
    return _answer(b"", 204)


def _only(whole: Mapping[str, Any], fields: frozenset[str] | None) -> dict[str, Any]:
    return {name: value for name, value in whole.items() if fields is None or name in fields}


def _answer(body: bytes, status: int, headers: Mapping[str, str] | None = None) -> HttpResponse:
    answer = HttpResponse(body, JSON if body else None, status, headers=dict(headers or {}))
    if not body:
        del answer["Content-Type"]
    return answer
