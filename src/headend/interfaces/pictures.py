"""Pictures: those that are handed in and kept, figures to be read before registering, and QR codes."""

import io
from collections.abc import Callable

import segno
from captcha.image import ImageCaptcha
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from headend.catalog.ports import Pictures
from headend.operators.models import Operator
from headend.subscribers.models import Captcha

_SIZE = (240, 80)  # pixels


def kept_pictures() -> Pictures:
    """Where the pictures are kept that people and programs hand in."""
    make: Callable[..., Pictures] = import_string(settings.PICTURES)
    return make(settings.HEADEND.data, allowed_networks=settings.HEADEND.fetch_networks)


def captcha_url(name: str) -> str:
    """Where a picture with figures is found, below the service's address."""
    return f"/captcha/{name}.png"


def qr_url(operator_id: int, code: str) -> str:
    """Where the QR code is found that a television shows, below the service's address."""
    return f"/qr/{operator_id}/{code}.png"


def draw_figures(figures: str) -> bytes:
    """Figures as a PNG picture that a person reads and a program does not."""
    return bytes(ImageCaptcha(width=_SIZE[0], height=_SIZE[1]).generate(figures).getvalue())


def show_captcha(request: HttpRequest, name: str) -> HttpResponse:
    """The picture of a captcha."""
    found = Captcha.objects.filter(name=name).first()
    if found is None:
        raise Http404
    return _png(bytes(found.picture))


def show_qr(request: HttpRequest, operator: int, code: str) -> HttpResponse:
    """A QR code that leads to the operator's portal with a television's code, or holds the code where there is none."""
    found = Operator.objects.filter(pk=operator, is_active=True).first()
    if found is None:
        raise Http404
    portal = found.portal_url or found.site_url
    text = f"{portal}{'&' if '?' in portal else '?'}login_code={code}" if portal else code
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="png", scale=8, border=4)
    return _png(picture.getvalue())


def _png(picture: bytes) -> HttpResponse:
    answer = HttpResponse(picture, content_type="image/png")
    answer["Cache-Control"] = "private, max-age=600"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
