"""Answers the calls of an API: finds the call, who calls and the parameters, and encodes what the function gives."""

import logging
from collections.abc import Callable

from django.core.cache import cache as shared
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from headend.interfaces.wire.callers import Stranger, find_caller, wire_of, wire_of_refused
from headend.interfaces.wire.calls import Api, Call
from headend.interfaces.wire.errors import Refused, Unreadable
from headend.interfaces.wire.requests import read
from headend.kernel import cors
from headend.kernel.errors import HeadendError, Invalid
from headend.kernel.formats import JSON, Fields, WireFormat
from headend.operators.models import Operator

BROKEN = 500

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
        wire = wire_of(caller) if caller else wire_of_refused(asked)
        return _refused(wire, call, refused)
    except (OperationalError, InterfaceError):
        log.warning("%s: the records do not answer", call.name)
        connection.close()
        return _encoded(JSON, {"error": BROKEN, "error_message": "the records do not answer"}, 503)
    except Exception:  # noqa: BLE001 - the edge of the service: a device gets the wire's error, the log the rest
        log.exception("%s broke", call.name)
        return _encoded(JSON, {"error": BROKEN, "error_message": "internal error"}, 500)


def _called(call: Call, caller: Stranger) -> HttpResponseBase:
    try:
        given = {each.name: each.read(caller.asked.values) for each in call.parameters}
    except Invalid as error:
        raise Refused(call.bad_parameter, str(error)) from error
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
    message = {"error_message": ""} if call.has_message else {}
    return _encoded(wire_of(caller), {**fields, "error": 0, **message})


def _refused(wire: WireFormat, call: Call, refused: Refused) -> HttpResponse:
    message = refused.message or call.errors.get(refused.number, "")
    return _encoded(wire, {**refused.fields, "error": refused.number, "error_message": message})


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
