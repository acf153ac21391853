"""Describes every call of the service under /api/docs/, whether the gate answers it or Django."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from headend.hotpath.gate.calls import declared_calls
from headend.hotpath.gate.routes import BASES, Declared
from headend.interfaces.apis import load
from headend.interfaces.wire.openapi import describe, operation_of
from headend.interfaces.wire.page import page


@require_safe
def for_people(_request: HttpRequest) -> HttpResponse:
    """The description as a page."""
    return HttpResponse(page(description()))


@require_safe
def for_machines(_request: HttpRequest) -> HttpResponse:
    """The description as OpenAPI's JSON."""
    answer = JsonResponse(description())
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@cache
def description() -> dict[str, Any]:
    """All calls, made once: they do not change while the service runs."""
    whole = describe(load())
    for declared in declared_calls().values():
        path = BASES[declared.api] + declared.path
        whole["paths"].setdefault(path, {})[declared.verb.lower()] = _of_gate(declared)
    return whole


def _of_gate(declared: Declared) -> dict[str, Any]:
    schemas = {name: {"type": "string"} for name in declared.reads}
    text = "\n\n".join(f"Choice: {choice}" for choice in declared.choices)
    return operation_of(
        name=declared.name,
        verb=declared.verb,
        tag=declared.api,
        texts=(declared.description, text),
        needs=declared.needs.value,
        errors=declared.errors,
        schemas=schemas,
        required=(),
    )
