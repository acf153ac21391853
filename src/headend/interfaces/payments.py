"""The payment gateways that the service was built with, opened for an operator's contract with one of them."""

import io
from typing import Any

import segno
from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.module_loading import import_string

from headend.billing.errors import NoGateway
from headend.billing.models import Merchant
from headend.billing.ports import GatewayConfig, PaymentGateway, PaymentGatewayFactory
from headend.kernel.errors import Invalid
from headend.kernel.sealing import BadSeal, unseal


def gateways() -> dict[str, PaymentGatewayFactory]:
    """What gateways there are, by name."""
    known: dict[str, PaymentGatewayFactory] = import_string(settings.PAYMENT_GATEWAYS)
    return known


def open_gateway(merchant: Merchant) -> PaymentGateway:
    """The gateway of an operator's contract; raises NoGateway when there is none, or it cannot work as set up."""
    try:
        return gateway_of(merchant)
    except BadSeal as error:
        raise NoGateway("the gateway's secret was sealed with another key") from error
    except Invalid as error:
        raise NoGateway(f"the gateway cannot work: {error.place}: {error}") from error


def gateway_of(merchant: Merchant) -> PaymentGateway:
    """The same, for who wants to know what is wrong: raises NoGateway, BadSeal, and Invalid with the option's name."""
    factory = gateways().get(merchant.gateway)
    if factory is None:
        raise NoGateway(f"there is no payment gateway {merchant.gateway}")
    options = merchant.options if isinstance(merchant.options, dict) else {}
    texts = {str(name): str(value) for name, value in options.items()}
    sealed = (merchant.sealed_secret, merchant.sealed_notice_secret)
    secret, notice_secret = (unseal(each, settings.ENCRYPTION_KEY) for each in sealed)
    return factory(GatewayConfig(merchant.name, texts, secret, notice_secret))


# --- the way to a payment page, as a picture ---

_SALT = "payment.qr"


def qr_address(url: str) -> str:
    """Where the QR code of a payment page is found, below the service's address."""
    return f"/qr/payment/{signing.dumps(url, salt=_SALT)}.png"


def show_payment_qr(request: HttpRequest, signed: str) -> HttpResponse:
    """The QR code of a payment page. Only addresses that we gave: nobody else's codes come from here."""
    try:
        url: Any = signing.loads(signed, salt=_SALT)
    except signing.BadSignature as error:
        raise Http404 from error
    picture = io.BytesIO()
    segno.make(url, error="m", micro=False).save(picture, kind="png", scale=8, border=4)
    answer = HttpResponse(picture.getvalue(), content_type="image/png")
    answer["Cache-Control"] = "private, max-age=600"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


URLS = [path("qr/payment/<str:signed>.png", show_payment_qr)]
