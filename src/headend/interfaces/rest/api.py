"""The API as a whole: its resources, its description, and Django's addresses for both."""

import json
import math
import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import Swagger
from ninja.parser import Parser

from headend import __version__
from headend.interfaces.rest.catalogue import CATEGORIES, CHANNELS, TARIFFS, TITLES
from headend.interfaces.rest.description import TEXT, completed
from headend.interfaces.rest.messages import MESSAGES
from headend.interfaces.rest.money import PAYMENTS, PROMO_CODES, SUBSCRIPTIONS, TRANSACTIONS
from headend.interfaces.rest.organisation import DEALERS, OPERATORS
from headend.interfaces.rest.packages import INBOXES, PACKAGES, mount_uploads
from headend.interfaces.rest.people import ACCOUNTS, CUSTOMERS, DEVICES, SESSIONS
from headend.interfaces.rest.problems import Problem, no_such_path, of_request
from headend.interfaces.rest.resources import NAMESPACE, mount
from headend.interfaces.rest.webhooks import DELIVERIES, WEBHOOKS

RESOURCES = (
    CUSTOMERS, ACCOUNTS, DEVICES, SESSIONS, SUBSCRIPTIONS, PAYMENTS, TRANSACTIONS, PROMO_CODES, TARIFFS, CHANNELS,
    CATEGORIES, TITLES, PACKAGES, INBOXES, MESSAGES, OPERATORS, DEALERS, WEBHOOKS, DELIVERIES,
)  # fmt: skip

View = Callable[..., HttpResponse]

# JSON may write it, PostgreSQL cannot keep it, and nobody means it.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

_BY_ENTITY = {resource.model._meta.label_lower: resource for resource in RESOURCES}


def describe(entity: str, numbers: Sequence[int]) -> dict[int, object]:
    """Records as events tell of them (`webhooks.ports.Describe`): as here. What is no resource has no more to tell."""
    resource = _BY_ENTITY.get(entity)
    return resource.described(numbers) if resource else {}


def _number(text: str) -> float:
    """1e3 and 1.0 are whole numbers too (JSON Schema, 6.1.1); what no float holds is none."""
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number out of range")
    return int(number) if number.is_integer() else number


_BODIES = msgspec.json.Decoder(float_hook=_number)


class StrictJson(Parser):
    """Reads bodies by the letter of RFC 8259: no NaN, no lone surrogates, nothing endless; and no NUL."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's value; ValueError for what is none."""
        if _NUL.search(request.body):
            raise ValueError("a NUL character")
        return _BODIES.decode(request.body)


class Page(Swagger):
    """Ninja's page with the files that it brings; it would take them from elsewhere, not being an app of ours."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **options: Any) -> HttpResponse:
        """The page, to be read by people."""
        settings = {**self.settings, "url": self.get_openapi_url(api, options)}
        return render(request, self.template, {"swagger_settings": json.dumps(settings), "api": api})


class RestApi(NinjaAPI):
    """Ninja's API with a description that also tells what all operations have in common."""

    def get_openapi_schema(self, **options: Any) -> Any:
        """The whole description."""
        return completed(super().get_openapi_schema(**options))


def _build() -> NinjaAPI:
    api = RestApi(
        title="Headend REST API",
        version=__version__,
        description=TEXT,
        urls_namespace=NAMESPACE,
        docs=Page(),
        docs_url="/docs/",
        parser=StrictJson(),
    )
    for error in (Exception, AuthenticationError, Http404, HttpError, ValidationError):  # ninja has answers to these
        api.exception_handler(error)(_refuse)
    for resource in RESOURCES:
        mount(api, resource)
    mount_uploads(api)
    return api


def _refuse(_request: HttpRequest, error: Exception) -> HttpResponse:
    return of_request(error).answer()


def _framed(view: View) -> View:
    """A view with what all answers have: the key's rate, and problem details also for a wrong method."""

    @wraps(view)
    def framed(request: HttpRequest, **path_values: Any) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            answer = Problem(400, "unreadable", "a NUL character in the address").answer()
        else:
            answer = _answered(view, request, path_values)
        if answer.status_code == 405:
            headers = {"Allow": answer["Allow"]}
            answer = Problem(405, "not_here", f"there are: {answer['Allow']}", headers=headers).answer()
        for name, value in getattr(request, "rest_headers", {}).items():
            answer[name] = value
        answer["Cache-Control"] = "no-store"
        return answer

    return framed


def _answered(view: View, request: HttpRequest, path_values: dict[str, Any]) -> HttpResponse:
    try:
        return view(request, **path_values)
    except Http404:  # ninja's own answer to the API's root
        return no_such_path(request)


def urls() -> list[URLPattern | URLResolver]:
    """What Django has to know."""
    patterns, app, namespace = API.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and str(pattern.pattern) not in ("openapi.json", "docs/"):
            pattern.callback = _framed(pattern.callback)
    return [
        path("api/v1/docs", RedirectView.as_view(url="/api/v1/docs/")),
        path("api/v1/", include((patterns, app), namespace)),
        re_path(r"^api/v1(/.*)?$", no_such_path),
    ]


API = _build()
