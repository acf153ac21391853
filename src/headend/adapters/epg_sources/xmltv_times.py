"""Times as XMLTV writes them: `YYYYMMDDhhmmss +hhmm`, or some beginning of it, with or without a zone (xmltv.dtd)."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# The DTD's form, and ISO 8601's, which some guides write instead. A day is the least that says when something starts.
_FORM = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ]?(\d\d):?(?:(\d\d):?(?:(\d\d)(?:[.,]\d+)?)?)?)?\s*(\S.*)?", re.ASCII | re.DOTALL
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d\d?):?(\d\d)?", re.ASCII | re.IGNORECASE)
_FARTHEST_OFFSET = timedelta(hours=18)
_DAY = 86_400
_MOST_REMEMBERED = 20_000

# The names that Date::Manip, which XMLTV's own tools use, knows without asking back: in minutes east of Greenwich.
_NAMED = {
    **dict.fromkeys(("Z", "UT", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("BST", "IST", "WEST", "CET", "MEZ"), 60),
    **dict.fromkeys(("CEST", "MEST", "MESZ", "EET", "SAST"), 120),
    **dict.fromkeys(("EEST", "MSK"), 180),
    **{"MSD": 240, "JST": 540, "KST": 540, "AWST": 480, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780},
    **{"AST": -240, "ADT": -180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360},
    **{"PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600},
}


class Times(dict[str, int]):
    """Seconds since the epoch by the text of a time: `times[text]`; ValueError with a reason for what is no time.

    A dictionary, because the programmes of all channels start at the same few thousand minutes.
    """

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, text: str) -> int:
        found = _FORM.fullmatch(text.strip())
        if not found:
            raise ValueError("not a time")
        year, month, day, hour, minute, second, zone = found.groups("")
        within = int(hour or 0) * 3600 + int(minute or 0) * 60 + int(second or 0)
        if within > _DAY or minute > "59" or second > "59":  # 24:00 is the next day's midnight
            raise ValueError("no such time of the day")
        local = _midnight(year, month, day) + within
        seconds = local - _offset(_zone(zone) if zone else self._zone, local)
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[text] = seconds
        return seconds


@lru_cache(1000)
def _midnight(year: str, month: str, day: str) -> int:
    """Seconds from the epoch to the beginning of a day, where it is UTC."""
    if not "1970" < year < "2100":
        raise ValueError("no such year in a guide")
    return (date(int(year), int(month), int(day)).toordinal() - date(1970, 1, 1).toordinal()) * _DAY


def _offset(zone: tzinfo, local: int) -> int:
    """Seconds that a zone is ahead of UTC at a local time; of the hour that comes twice in autumn, the first."""
    if isinstance(zone, timezone):
        offset = zone.utcoffset(None)
    else:
        offset = zone.utcoffset(datetime(1970, 1, 1) + timedelta(seconds=local)) or timedelta()  # noqa: DTZ001
    return offset.days * _DAY + offset.seconds


@lru_cache(1000)
def _zone(text: str) -> tzinfo:
    minutes = _NAMED.get(text.upper())
    if minutes is not None:
        return timezone(timedelta(minutes=minutes)) if minutes else UTC
    found = _OFFSET.fullmatch(text)
    if found:
        sign, hours, rest = found.groups("0")
        offset = timedelta(hours=int(hours), minutes=int(rest))
        if offset <= _FARTHEST_OFFSET:
            return timezone(offset if sign == "+" else -offset)
    elif "/" in text:
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass  # said below, like every other zone that is none
    raise ValueError(f"no such zone: {text[:40]}")
