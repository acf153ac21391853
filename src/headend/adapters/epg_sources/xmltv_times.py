"""Times as XMLTV writes them: `YYYYMMDDhhmmss +hhmm`, or some beginning of it, with or without a zone (xmltv.dtd)."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# The DTD's form, and ISO 8601's, which some guides write instead. A day is the least that says when something starts.
_FORM = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ]?(\d\d):?(?:(\d\d):?(?:(\d\d)(?:[.,]\d+)?)?)?)?\s*(\S.*)?", re.ASCII | re.DOTALL
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d\d?):?(\d\d)?", re.ASCII | re.IGNORECASE)
_FARTHEST_OFFSET = timedelta(hours=18)
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
        self._zones: dict[str | None, tzinfo] = {None: zone}

    def __missing__(self, text: str) -> int:
        seconds = self._read(text.strip())
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[text] = seconds
        return seconds

    def _read(self, text: str) -> int:
        found = _FORM.fullmatch(text)
        if not found:
            raise ValueError("not a time")
        *numbers, zone_text = found.groups(default=None)
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        if not 1970 < year < 2100 or hour * 3600 + minute * 60 + second > 86400 or minute > 59 or second > 59:
            raise ValueError("no such time")
        # Added to the day, so that 24:00 is the next day's midnight.
        local = datetime(year, month, day) + timedelta(hours=hour, minutes=minute, seconds=second)  # noqa: DTZ001
        return int(local.replace(tzinfo=self._zone_of(zone_text)).timestamp())

    def _zone_of(self, text: str | None) -> tzinfo:
        zone = self._zones.get(text)
        if zone is None:
            zone = _zone(text or "")
            if len(self._zones) < _MOST_REMEMBERED:
                self._zones[text] = zone
        return zone


def _zone(text: str) -> tzinfo:
    minutes = _NAMED.get(text.upper())
    if minutes is not None:
        return timezone(timedelta(minutes=minutes)) if minutes else UTC
    found = _OFFSET.fullmatch(text)
    if found:
        sign, hours, rest = found.groups(default="0")
        offset = timedelta(hours=int(hours), minutes=int(rest))
        if offset <= _FARTHEST_OFFSET:
            return timezone(offset if sign == "+" else -offset)
    elif "/" in text:
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass  # said below, like every other zone that is none
    raise ValueError(f"no such zone: {text[:40]}")
