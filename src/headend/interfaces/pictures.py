"""Pictures: those that are handed in and kept, figures to be read before registering, and QR codes."""

import io
import re
from collections.abc import Callable, Iterator

import segno
from captcha.image import ImageCaptcha
from django.apps import apps
from django.conf import settings
from django.db.models import CharField, JSONField, Model, TextField
from django.db.models.functions import Cast
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


_NAMED = re.compile(r"/media/pictures/[0-9a-f]{2}/[0-9a-f]{32}\.(?:jpg|png)")
_PAST = frozenset({"operators.auditentry", "operators.change", "operators.keptanswer", "webhooks.event"})
"""Records that tell of others as they were: a picture that only they name is not used."""


def used_pictures() -> set[str]:
    """The paths of all kept pictures that any record names, in whichever of its texts."""
    used: set[str] = set()
    for model in apps.get_models():
        if model._meta.label_lower not in _PAST:
            for field in model._meta.concrete_fields:
                if isinstance(field, CharField | TextField | JSONField):
                    used.update(_named_in(model, field.name))
    return used


def _named_in(model: type[Model], name: str) -> Iterator[str]:
    texts = model._base_manager.annotate(named_in=Cast(name, TextField())).filter(named_in__contains="/media/pictures/")
    for text in texts.order_by().values_list("named_in", flat=True).iterator():
        yield from _NAMED.findall(text)


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
