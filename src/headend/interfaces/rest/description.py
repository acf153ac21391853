"""What the OpenAPI description says of all operations alike: problems, idempotency keys, entity tags, rates."""

from collections.abc import Iterator
from typing import Any

from headend.interfaces.rest.problems import CONTENT_TYPE, TITLES
from headend.interfaces.rest.repeats import HEADER, LONGEST

TEXT = f"""The same actions as the console's, for your own systems.

- **Keys**: `Authorization: Bearer <key>`. Keys are issued in the console under *API keys*, with scopes
  (`customers:read`, `payments:write`, …) and, if you like, an end. A key sees its own operator and nothing else.
- **Writes** take `{HEADER}`, which POST demands: the same request with the same key is carried out once within 24
  hours and answered the same each time.
- **Lists** come in pages: ask again with `cursor=<next_cursor>` until it is null. `sort`, `fields` and the filters of
  each list are described there.
- **Single records** have an `ETag`. Send it back as `If-Match` when you write, and a change that somebody else made
  meanwhile is not lost (412); as `If-None-Match` when you read, and what you have is not sent again (304).
- **Refusals** are problem details (RFC 9457): `code` is for programs, `errors` names the fields.
- **Times** are RFC 3339 with an offset, **money** is text in the currency's main unit.
- **Rates**: `RateLimit` tells how many requests are left, 429 comes with `Retry-After`.
"""

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs: stable."},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
    "example": {
        "type": "urn:headend:problem:invalid",
        "title": TITLES[422],
        "status": 422,
        "code": "invalid",
        "detail": "some fields cannot be accepted",
        "errors": [{"field": "email", "detail": "Enter a valid email address."}],
    },
}
_ALWAYS = (400, 401, 403, 422, 429, 503)
_ON_WRITES = (409, 413)
_ON_RECORDS = (404,)
_WRITES = ("post", "patch", "delete")


def completed(schema: dict[str, Any]) -> dict[str, Any]:
    """The description with what ninja does not know."""
    schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in schema["paths"].items():
        for verb, operation in operations.items():
            _complete(path, verb, operation)
    return schema


def _complete(path: str, verb: str, operation: dict[str, Any]) -> None:
    responses = {str(status): each for status, each in operation["responses"].items()}
    for status in _problems(path, verb):
        responses[str(status)] = {
            "description": TITLES[status],
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    if verb == "get" and "{id}" in path:
        responses["304"] = {"description": "The caller has it"}
    operation["responses"] = dict(sorted(responses.items()))
    operation["parameters"] = [*operation.get("parameters", ()), *_headers(path, verb)]


def _problems(path: str, verb: str) -> Iterator[int]:
    yield from _ALWAYS
    if verb in (*_WRITES, "put"):
        yield from _ON_WRITES
    if verb == "put":
        yield 411
    if "{id}" in path:
        yield from _ON_RECORDS
        if verb in _WRITES:
            yield 412
    if path.endswith("/refund"):
        yield 502


def _headers(path: str, verb: str) -> Iterator[dict[str, Any]]:
    if verb in _WRITES:
        text = "A word of your own for this write, such as a UUID; the same again when you repeat it."
        shape = {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[ -~]+$"}
        yield _header(HEADER, text, shape, is_required=verb == "post")
        if "{id}" in path:
            yield _header("If-Match", "The ETag of what you have seen.", {"type": "string"})
    elif verb == "get" and "{id}" in path:
        yield _header("If-None-Match", "The ETag of what you have.", {"type": "string"})


def _header(name: str, text: str, shape: dict[str, Any], *, is_required: bool = False) -> dict[str, Any]:
    return {"in": "header", "name": name, "description": text, "required": is_required, "schema": shape}
