"""The console speaks the staff member's language and shows their time; and how much it takes at once."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from headend.operators.models import Staff
from headend.operators.queries import zone_named

LONGEST_UPLOAD_SECONDS = 24 * 3600  # since something of it came last


class StaffLocale:
    """Language: what was last chosen in this browser, else the staff member's. Zone: theirs, else the operator's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        staff = request.user if request.path.startswith("/console/") else None
        if not isinstance(staff, Staff):
            return self._get_response(request)
        if staff.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(staff.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zone_of(staff)):
            return self._get_response(request)


def zone_of(staff: Staff) -> ZoneInfo:
    """The zone in which a staff member reads times."""
    return zone_named(staff.time_zone or (staff.operator.time_zone if staff.operator else "UTC"))


class LimitedUploads:
    """Refuses what is larger than may be uploaded, before anybody reads it. Throws away what processes that were killed
    have left of uploads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        for left in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"):
            with suppress(FileNotFoundError):  # another process has thrown it away
                if time.time() - left.stat().st_mtime > LONGEST_UPLOAD_SECONDS:
                    left.unlink()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        megabytes = settings.HEADEND.upload_megabytes
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.path.startswith("/console/") and length.isdecimal() and int(length) > megabytes * 10**6:
            words = _("Only %(number)d MB can be uploaded at once.") % {"number": megabytes}
            return HttpResponse(words, content_type="text/plain; charset=utf-8", status=413)
        return self._get_response(request)
