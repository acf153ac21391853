"""Pictures of the service: what lies below `media` in the data directory, under /media/."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.static import serve

_SECONDS = 3600


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """One file; 404 for everything that is none, also for a path that would lead out of the directory."""
    answer = serve(request, path, document_root=str(settings.HEADEND.data / "media"))
    answer["Cache-Control"] = f"public, max-age={_SECONDS}"
    # A picture may be a document with scripts in it (SVG): it must not act in the console's name.
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
