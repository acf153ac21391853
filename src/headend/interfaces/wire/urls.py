"""Where the wire APIs answer: under their base, and under /api before it for portals on other hosts."""

from collections.abc import Iterable

from django.urls import URLPattern, re_path

from headend.interfaces.wire.calls import Api
from headend.interfaces.wire.dispatch import answering


def urls_of(apis: Iterable[Api]) -> list[URLPattern]:
    """Django's patterns for some APIs."""
    return [re_path(rf"^(?:api/)?{api.base.strip('/')}/(?P<path>.+)$", answering(api)) for api in apis]
