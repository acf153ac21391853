"""Describes the calls of wire APIs as OpenAPI 3.1, from their declarations."""

import inspect
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from headend import __version__
from headend.interfaces.wire.calls import Api, Call
from headend.interfaces.wire.parameters import REQUIRED, Parameter
from headend.kernel.calls import Needs

_KINDS: Mapping[type, Mapping[str, Any]] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bool: {"type": "integer", "enum": [0, 1]},
    dict: {"type": "object"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}
_TEXT = {"type": "string"}
_CREDENTIALS: Mapping[str, tuple[str, ...]] = {
    Needs.SESSION: ("client_id", "authkey"),
    Needs.KEY: ("client_id", "api_key"),
    Needs.EITHER: ("client_id", "api_key", "authkey"),
    Needs.SIGNATURE: ("client_id", "signature"),
    Needs.DEALER: ("dealer_id", "api_key"),
    Needs.NOTHING: (),
}
_SAID = {
    "client_id": "the operator's number",
    "dealer_id": "the dealer's number",
    "api_key": "a key of this API",
    "authkey": "the session's token; the cookie of this name does as well",
    "signature": "MD5 over all other parameters and the key",
    "device": "the device's type, which also decides between JSON and XML",
    "lang": "one of the operator's languages",
}


def describe(apis: Iterable[Api]) -> dict[str, Any]:
    """The description of these APIs as OpenAPI's JSON."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Headend", "version": __version__},
        "paths": {
            api.base + call.path: {call.verb.lower(): _operation(api, call)}
            for api in apis
            for call in sorted(api.calls.values(), key=lambda each: each.path)
        },
    }


def _operation(api: Api, call: Call) -> dict[str, Any]:
    summary, _, more = (inspect.getdoc(call.function) or "").partition("\n")
    return operation_of(
        name=api.id_of(call),
        verb=call.verb,
        tag=api.name,
        texts=(summary, more.strip()),
        needs=call.needs.value,
        errors=call.errors,
        schemas={each.name: schema_of(each) for each in call.parameters},
        required=[each.name for each in call.parameters if each.default is REQUIRED],
    )


def operation_of(  # noqa: PLR0913 - each is named where it is given
    *,
    name: str,
    verb: str,
    tag: str,
    texts: tuple[str, str],
    needs: str,
    errors: Mapping[int, str],
    schemas: Mapping[str, Any],
    required: Collection[str],
) -> dict[str, Any]:
    """One call. `texts`: its summary, and all else there is to say. Parameters are in the query, of a POST in JSON."""
    summary, more = texts
    said = "\n".join(f"- {number}: {meaning}" for number, meaning in sorted(errors.items()))
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "description": "\n\n".join(filter(None, (more, said))),
        "tags": [tag],
        "responses": {"200": {"description": "The answer, or the refusal.", "content": _content(_answer(errors))}},
    }
    common = () if needs in (Needs.SIGNATURE, Needs.DEALER) else ("device", "lang")
    credentials = {each: {**_TEXT, "description": _SAID[each]} for each in (*_CREDENTIALS[needs], *common)}
    every = credentials | dict(schemas)
    if verb == "GET":
        operation["parameters"] = [_in_query(each, schema, each in required) for each, schema in every.items()]
    else:
        body = {"type": "object", "properties": every, "required": list(required)}
        operation["requestBody"] = {"required": True, "content": _content(body)}
    return operation


def _content(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _in_query(name: str, schema: Mapping[str, Any], is_required: bool) -> dict[str, Any]:
    bare = {key: value for key, value in schema.items() if key != "description"}
    return {
        "name": name,
        "in": "query",
        "required": is_required,
        "schema": bare,
        "description": schema.get("description", ""),
    }


def schema_of(parameter: Parameter) -> dict[str, Any]:
    """The JSON schema of a parameter's values."""
    schema = dict(_KINDS[parameter.kind])
    if parameter.kind is str:
        schema["maxLength"] = parameter.longest
    return {"type": "array", "items": schema} if parameter.is_list else schema


def _answer(errors: Mapping[int, str]) -> dict[str, Any]:
    error = {"type": "integer", "description": f"one of {[0, *sorted(errors)]}"}
    return {"type": "object", "properties": {"error": error, "error_message": _TEXT}, "required": ["error"]}
