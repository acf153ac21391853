"""What Django's part of the service answers when something broke: 503 when the database is away, else 500."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

PAGE = (
    '<!doctype html><html lang="{}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{}</title><style>body{{font:1rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:30rem;padding:1rem}}"
    "</style><h1>{}</h1><p>{}</p></html>"
)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500; the exception that ended the request is being handled while this runs."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        title, text = _("Not available"), _("The database does not answer. Please try again in a moment.")
        return HttpResponse(_page(title, text), status=503, headers={"Retry-After": "10"})
    title, text = (
        _("Something broke"),
        _("The error has been logged. Please try again, or tell whoever runs this service."),
    )
    return HttpResponse(_page(title, text), status=500)


def _page(title: str, text: str) -> str:
    return format_html(PAGE, get_language() or "en", title, title, text)
