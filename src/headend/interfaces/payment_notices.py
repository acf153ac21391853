"""Where payment gateways tell their news: /billing/payment/<called>/validate_notify/.

Whose contract is meant is said by the contract's number in the address, by `client_id` in the query, by the merchant
number that the gateway puts into a field, or by nothing where there is only one contract of that name.
"""

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from headend.billing.actions import Arrival, refuse_notice, take_notice
from headend.billing.errors import GatewayRefused, NoGateway, NoticeRefused
from headend.billing.models import Merchant
from headend.billing.ports import Complaint, PaymentGateway, RawNotice, Reply
from headend.billing.queries import merchants_called
from headend.interfaces.payments import open_gateway
from headend.interfaces.wire.callers import Asked
from headend.interfaces.wire.errors import Unreadable
from headend.interfaces.wire.requests import read
from headend.kernel.actor import Actor, ActorKind

MOST_FIELDS = 100
LONGEST_VALUE = 200
_SECRETS = re.compile(r"sign|secret|passw|token|card|pan\b|cvv|cvc|hash|crc", re.IGNORECASE)
_CARD = re.compile(r"\b(?:[0-9][ -]?){8,15}([0-9]{4})\b")

log = logging.getLogger(__name__)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, code: str, number: str | None = None) -> HttpResponse:
    """Take a notice: answered as its gateway wants it, 404 where nobody here knows it, 503 to be told again."""
    try:
        raw, asked = _raw(request)
    except Unreadable as error:
        return _plain(Reply(f"{error}\n", error.status))
    try:
        merchant = _merchant(code, number, request.GET.get("client_id", ""), raw.fields)
        gateway = open_gateway(merchant)
    except NoGateway as error:
        log.warning("a notice for %s from %s: %s", code, asked.address, error)
        return _plain(Reply("no such merchant\n", 404))
    try:
        return _plain(gateway.reply_to(_taken(merchant, gateway, raw, asked)))
    except GatewayRefused as refused:  # it was to tell more, such as which card was saved
        log.warning("a notice of %s: %s", merchant, refused)
        return _plain(Reply("try again later\n", 503))
    except (OperationalError, InterfaceError):
        log.warning("a notice of %s: the records do not answer", merchant)
        connection.close()
        return _plain(Reply("try again later\n", 503))


def _raw(request: HttpRequest) -> tuple[RawNotice, Asked]:
    """A notice as its gateway reads it; raises Unreadable. The body is read before the form, which would use it up."""
    try:
        asked = read(request)
    except Unreadable as error:
        if error.status != 415:  # its gateway may know what it is
            raise
        now, address = datetime.now(UTC), request.META.get("REMOTE_ADDR", "")
        asked = Asked(values=dict(request.GET.lists()), cookies={}, address=address, now=now)
    fields = {name: str(values[-1]) for name, values in asked.values.items() if values and _is_text(values[-1])}
    if "client_id" in request.GET:  # is our own, and no gateway has signed it
        fields.pop("client_id", None)
    headers = {name.lower(): text for name, text in request.headers.items()}
    body = b"" if request.content_type == "multipart/form-data" else request.body
    return RawNotice(fields, headers, body, int(asked.now.timestamp())), asked


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _merchant(code: str, number: str | None, client_id: str, fields: Mapping[str, str]) -> Merchant:
    """The contract that is meant; raises NoGateway."""
    called = merchants_called(code)
    if number or client_id:
        called = [
            each for each in called if number in (None, str(each.pk)) and client_id in ("", str(each.operator_id))
        ]
    elif len(called) > 1:
        called = [each for each in called if _is_named(each, fields)]
    if len(called) != 1:
        raise NoGateway("nobody or more than one is called so")
    return called[0]


def _is_named(merchant: Merchant, fields: Mapping[str, str]) -> bool:
    options = merchant.options if isinstance(merchant.options, dict) else {}
    name, own = options.get("merchant_field"), options.get("merchant_number")
    return bool(name and own) and fields.get(str(name)) == str(own)


def _taken(merchant: Merchant, gateway: PaymentGateway, raw: RawNotice, asked: Asked) -> Complaint | None:
    """Read a notice and do what it says; says what is wrong with it."""
    told = raw.body or repr(sorted(raw.fields.items())).encode()
    said = {name: _without_secrets(name, text) for name, text in flattened(asked.values).items()}
    arrival = Arrival(digest=sha256(told).hexdigest(), fields=said, address=asked.address)
    actor = Actor(ActorKind.SYSTEM, f"{merchant.code} notice", None, asked.address)
    try:
        notice = gateway.read_notice(raw)
    except NoticeRefused as refused:
        refuse_notice(merchant=merchant, arrival=arrival, refused=refused, now=asked.now)
        return _logged(merchant, asked, refused)
    try:
        take_notice(
            actor=actor,
            merchant=merchant,
            notice=notice,
            arrival=arrival,
            now=asked.now,
            sealing_key=settings.ENCRYPTION_KEY,
        )
    except NoticeRefused as refused:
        return _logged(merchant, asked, refused)
    return None


def _logged(merchant: Merchant, asked: Asked, refused: NoticeRefused) -> Complaint:
    log.warning(
        "a notice of %s (operator %s) from %s is refused: %s: %s",
        merchant, merchant.operator_id, asked.address, refused.complaint, refused,
    )  # fmt: skip
    return Complaint(refused.complaint)


def flattened(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """What was said as names and texts, of nested JSON with dots between; the first hundred."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if not prefix and isinstance(value, list):
            value = value[-1] if value else ""
        if isinstance(value, Mapping) and prefix.count(".") < 4:
            found |= flattened(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"[:LONGEST_VALUE]] = str(value)[:LONGEST_VALUE]
        if len(found) >= MOST_FIELDS:
            break
    return dict(list(found.items())[:MOST_FIELDS])


def _without_secrets(name: str, text: str) -> str:
    return "…" if _SECRETS.search(name) else _CARD.sub(r"… \1", text)


def _plain(reply: Reply) -> HttpResponse:
    answer = HttpResponse(reply.body, status=reply.status, content_type=f"{reply.content_type}; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


URLS = [
    re_path(
        r"^(?:api/)?billing/payment/(?P<code>[\w-]{1,30})(?:/(?P<number>[1-9][0-9]{0,17}))?/validate_notify/?$", take
    )
]
