"""Answers the calls of an API: finds the call, who calls and the parameters, and encodes what the function gives."""

import logging
from collections.abc import Callable

from django.core.cache import cache as shared
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from headend.interfaces.wire.callers import Asked, Stranger, find_caller, wire_of, wire_of_refused
from headend.interfaces.wire.calls import Api, Call
from headend.interfaces.wire.errors import Refused, Unreadable
from headend.interfaces.wire.parameters import ABSENT, UNSENT, Sent
from headend.interfaces.wire.requests import read
from headend.kernel import cors
from headend.kernel.calls import Needs
from headend.kernel.errors import HeadendError, Invalid
from headend.kernel.formats import JSON, Fields, WireFormat
from headend.operators.models import Operator

log = logging.getLogger(__name__)

after_write: Callable[[], object] = lambda: None  # noqa: E731
"""What waits, after a call that writes, until the gate knows; the web role puts it here."""


def answering(api: Api) -> Callable[..., HttpResponseBase]:
    """The Django view of an API whose calls are all declared; `path` is what stands behind the API's base."""

    calls = api.by_path()

    @csrf_exempt
    def view(request: HttpRequest, path: str) -> HttpResponseBase:
        call = calls.get("/" + path.strip("/"))
        if call is None:
            answer: HttpResponseBase = HttpResponse("no such call\n", status=404, content_type="text/plain")
        elif request.method == "OPTIONS":
            answer = HttpResponse(status=204, headers=dict(cors.PREFLIGHT))
        elif request.method not in ("GET", "POST", "HEAD"):
            answer = HttpResponse(
                "method not allowed\n", status=405, content_type="text/plain", headers={"Allow": cors.METHODS}
            )
        else:
            answer = _answer(api, call, request)
        return _opened(request, answer)

    return view


def _answer(api: Api, call: Call, request: HttpRequest) -> HttpResponseBase:
    try:
        asked = read(request)
    except Unreadable as error:
        return HttpResponse(f"{error}\n", status=error.status, content_type="text/plain; charset=utf-8")
    caller: Stranger | None = None
    try:
        caller = find_caller(call, api.key, asked)
        return _called(call, caller)
    except Refused as refused:
        return _refused(_wire_for(call, caller, asked), call, refused)
    except (OperationalError, InterfaceError):
        log.warning("%s: the records do not answer", call.name)
        connection.close()
        return _encoded(JSON, {"error": api.broken, "error_message": "the records do not answer"}, 503)
    except Exception:  # noqa: BLE001 - the edge of the service: a device gets the wire's error, the log the rest
        log.exception("%s broke", call.name)
        return _encoded(JSON, {"error": api.broken, "error_message": "internal error"}, 500)


def _wire_for(call: Call, caller: Stranger | None, asked: Asked) -> WireFormat:
    if caller is not None:
        return wire_of(caller)
    return JSON if call.needs in (Needs.SIGNATURE, Needs.DEALER) else wire_of_refused(asked)


def _called(call: Call, caller: Stranger) -> HttpResponseBase:
    given = _read(call, caller.asked)
    try:
        fields = call.function(caller, **given)
    except Refused:
        raise
    except HeadendError as error:
        refused = call.refusal_of(error)
        if refused is None:
            raise  # nobody expects it here: a defect, and the log says so
        raise refused from error
    if call.writes:
        after_write()
    if isinstance(fields, HttpResponseBase):
        return fields
    message: Fields = {"error_message": ""} if call.has_message else {}
    bad: Fields = {} if call.error_fields is None else {"error_fields": {}}
    return _encoded(wire_of(caller), {**bad, **fields, "error": 0, **message})


def _read(call: Call, asked: Asked) -> dict[str, object]:
    given: dict[str, object] = {}
    sent, bad = Sent(), []
    for parameter in call.parameters:
        try:
            value = parameter.read(asked.values)
        except Invalid as error:
            bad.append(error)
            continue
        if value is not UNSENT and value is not ABSENT:
            (sent if parameter.default is UNSENT else given)[parameter.name] = value
    if bad:
        raise call.refused(call.bad_parameter, *bad)
    return given | {"sent": sent} if any(each.default is UNSENT for each in call.parameters) else given


def _refused(wire: WireFormat, call: Call, refused: Refused) -> HttpResponse:
    message: Fields = {"error_message": refused.message or call.errors.get(refused.number, "")}
    bad: Fields = {} if call.error_fields is None else {"error_fields": {}}
    return _encoded(wire, {**bad, **refused.fields, "error": refused.number, **message})


def _encoded(wire: WireFormat, fields: Fields, status: int = 200) -> HttpResponse:
    answer = HttpResponse(wire.encode(fields), status=status, content_type=wire.content_type.decode())
    answer["Cache-Control"] = "no-store"
    return answer


# --- browsers on other hosts ---


def _opened(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    origin = request.META.get("HTTP_ORIGIN")
    for name, value in cors.headers_for(origin, _portals()) if origin else ():
        answer[name] = value
    return answer


def _portals() -> frozenset[str]:
    known: frozenset[str] | None = shared.get("portals")
    if known is None:
        try:
            urls = list(Operator.objects.exclude(portal_url="").values_list("portal_url", flat=True))
        except DatabaseError:
            return frozenset()
        known = cors.origins_of(urls)
        shared.set("portals", known, 30)
    return known
