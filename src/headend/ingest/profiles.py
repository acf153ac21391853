"""A provider's profile, as an inbox keeps it in JSON."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from headend.ingest.deviations import STRICT
from headend.ingest.ports import Profile
from headend.kernel.errors import Invalid

UNITS = ("seconds", "minutes")
NAMES = tuple(each.name for each in fields(Profile))
OLDEST = 21
A_MOMENT = datetime(2026, 12, 31, 23, 58, 57, tzinfo=UTC)
_PLACE = re.compile(r"^(.*?)(?: - at `(?:key in )?\$\.?([^`]*)`)?$", re.DOTALL)


def profile_from_json(kept: Mapping[str, Any]) -> Profile:
    """Make a profile of what an inbox has. Raises Invalid, whose place is the field that is wrong."""
    if not isinstance(kept, Mapping):
        raise Invalid("a profile is an object of fields and their values")
    for name in kept:
        if name not in NAMES:
            raise Invalid(f"there is no such field; there are {', '.join(NAMES)}", str(name)[:100])
    try:
        profile = msgspec.convert(kept, Profile, dec_hook=_zone)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from error
    _check(profile)
    return profile


def _zone(kind: type, value: object) -> object:
    if kind is tzinfo and isinstance(value, str):
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {value[:100]!r}; a known one is Europe/Rome") from error
    raise ValueError("a time zone is a text such as Europe/Rome")


def _invalid(message: str) -> Invalid:
    """msgspec says where in the end of its message: "Expected `int`, got `str` - at `$.duration_tolerance`"."""
    found = _PLACE.match(message)
    said, place = (found[1], found[2] or "") if found else (message, "")
    return Invalid(said[:1].lower() + said[1:], place)


def _check(profile: Profile) -> None:
    """Raise Invalid for what has the right shape and makes no sense."""
    if profile.run_time_unit not in UNITS:
        raise Invalid(f"one of {', '.join(UNITS)}", "run_time_unit")
    if wrong := sorted(profile.strict - set(STRICT)):
        raise Invalid(f"there is no {wrong[0]!r}; there are {', '.join(STRICT)}", "strict")
    for word, age in profile.ratings.items():
        if not 0 <= age <= OLDEST:
            raise Invalid(f"years from 0 to {OLDEST}", f"ratings.{word}"[:100])
    for name in ("duration_tolerance", "most_preview_seconds"):
        if getattr(profile, name) < 0:
            raise Invalid("not less than 0", name)
    for place, form in enumerate(profile.date_formats):
        if not _is_date_format(form):
            raise Invalid(f"{form[:50]!r} is no form of a date; one is %d/%m/%Y", f"date_formats[{place}]")


def _is_date_format(form: str) -> bool:
    try:
        read = datetime.strptime(A_MOMENT.strftime(form), form)  # noqa: DTZ007 - a form without zone is meant to be one
    except ValueError:
        return False
    return read.date() == A_MOMENT.date()
