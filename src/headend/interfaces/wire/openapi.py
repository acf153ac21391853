"""Describes the calls of wire APIs as OpenAPI 3.1, from their declarations."""

import inspect
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from headend import __version__
from headend.interfaces.wire.calls import Api, Call, Needs
from headend.interfaces.wire.parameters import REQUIRED, Parameter

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
_CREDENTIALS = {
    Needs.SESSION: ("client_id", "authkey"),
    Needs.KEY: ("client_id", "api_key"),
    Needs.EITHER: ("client_id", "api_key", "authkey"),
    Needs.SIGNATURE: ("client_id", "signature"),
    Needs.NOTHING: (),
}
_SAID = {
    "client_id": "the operator's number",
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
    operation: dict[str, Any] = {
        "operationId": call.name,
        "summary": summary,
        "description": "\n\n".join(filter(None, (more.strip(), _errors(call)))),
        "tags": [api.name],
        "responses": {"200": {"description": "The answer, or the refusal.", "content": _content(_answer(call))}},
    }
    if call.verb == "GET":
        operation["parameters"] = [*_credentials(call), *(_in_query(each) for each in call.parameters)]
    else:
        operation["requestBody"] = {"required": True, "content": _content(_body(call))}
    return operation


def _errors(call: Call) -> str:
    return "\n".join(f"- {number}: {meaning}" for number, meaning in sorted(call.errors.items()))


def _content(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _credentials(call: Call) -> list[dict[str, Any]]:
    names = (*_CREDENTIALS[call.needs], "device", "lang")
    return [{"name": name, "in": "query", "schema": _TEXT, "description": _SAID[name]} for name in names]


def _in_query(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.default is REQUIRED,
        "schema": schema_of(parameter),
    }


def _body(call: Call) -> dict[str, Any]:
    credentials = {name: {**_TEXT, "description": _SAID[name]} for name in _CREDENTIALS[call.needs]}
    return {
        "type": "object",
        "properties": credentials | {each.name: schema_of(each) for each in call.parameters},
        "required": [each.name for each in call.parameters if each.default is REQUIRED],
    }


def schema_of(parameter: Parameter) -> dict[str, Any]:
    """The JSON schema of a parameter's values."""
    schema = dict(_KINDS[parameter.kind])
    if parameter.kind is str:
        schema["maxLength"] = parameter.longest
    return {"type": "array", "items": schema} if parameter.is_list else schema


def _answer(call: Call) -> dict[str, Any]:
    numbers = [0, *sorted(call.errors)]
    properties: dict[str, Any] = {"error": {"type": "integer", "description": f"one of {numbers}"}}
    return {"type": "object", "properties": properties | {"error_message": _TEXT}, "required": ["error"]}
