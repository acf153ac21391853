"""Pictures of the service: what lies below `media` in the data directory, under /media/."""

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.static import serve

_SECONDS = 3600
_FOR_GOOD = "public, max-age=31536000, immutable"
_NAMED_BY_CONTENT = "pictures/"


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """One file; 404 for everything that is none, also for a path that would lead out of the directory."""
    try:
        answer = serve(request, path, document_root=str(settings.HEADEND.data / "media"))
    except (SuspiciousFileOperation, ValueError, OSError) as error:  # leads out, has a NUL, has too long a name
        raise Http404 from error
    is_fixed = path.startswith(_NAMED_BY_CONTENT)
    answer["Cache-Control"] = _FOR_GOOD if is_fixed else f"public, max-age={_SECONDS}"
    # A picture may be a document with scripts in it (SVG): it must not act in the console's name.
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
