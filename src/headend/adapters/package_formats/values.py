"""Reads single values as providers write them, and notes what is wrong with them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from headend.catalog.rules import OLDEST_AGE, said_age
from headend.ingest.deviations import bounded, deviation
from headend.ingest.ports import Deviation, Package, Parsed, Profile
from headend.ingest.rules.names import fault_of_name
from headend.ingest.rules.states import LoadMode

ADULT = 18
_YES, _NO = frozenset({"y", "yes", "true", "1"}), frozenset({"n", "no", "false", "0"})
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.;:]\d+)?")
_PERIOD = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.\d+)?S)?)?")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:-[A-Za-z0-9\-]{1,20})?")
_MD5 = re.compile(r"[0-9a-f]{32}")
_MODES = {mode.value: mode for mode in LoadMode}
_EARLIEST, _LATEST = 1870, 2100
LARGEST_FILE = 2**50
LONGEST_SECONDS = 10**6


@dataclass(frozen=True, slots=True)
class Said:
    """A value with the line on which it stands and the name of what says it."""

    text: str
    line: int = 0
    place: str = ""


NOTHING = Said("")


@dataclass(slots=True)
class Notes:
    """The deviations of one file, as the profile weighs them."""

    profile: Profile
    found: list[Deviation] = field(default_factory=list)

    def add(self, fault: str, said: Said = NOTHING, detail: str = "") -> None:
        """Note a fault (`deviations.FAULTS`) of a value."""
        told = deviation(fault, self.profile.strict, line=said.line, place=said.place, value=said.text, detail=detail)
        self.found.append(told)

    @property
    def has_refusal(self) -> bool:
        return any(each.is_refusal for each in self.found)

    def parsed(self, packages: Iterable[Package]) -> Parsed:
        """What was read; nothing of it where something refuses it."""
        made = tuple(packages)
        in_order = sorted(self.found, key=lambda each: each.line)
        return Parsed(() if self.has_refusal else made, bounded(in_order))

    # --- values ---

    def flag(self, said: Said) -> bool | None:
        """Yes or no; None where nothing is said, or nothing that makes sense."""
        word = said.text.strip().casefold()
        if word in _YES or word in _NO:
            return word in _YES
        if word:
            self.add("bad_flag", said)
        return None

    def number(self, said: Said, most: int, fault: str = "bad_number") -> int | None:
        """A whole number from 0 on."""
        text = said.text.strip()
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= most:
            return int(text)
        self.add(fault, said)
        return None

    def year(self, said: Said) -> int | None:
        number = self.number(said, _LATEST, "bad_year")
        if number is not None and number < _EARLIEST:
            self.add("bad_year", said)
            return None
        return number

    def seconds(self, said: Said) -> int:
        """A length of time: hh:mm:ss, mm:ss with minutes above 59 or not, ISO 8601's PT1H2M3S, or a bare number."""
        text = said.text.strip()
        if not text:
            return 0
        found = _length(text)
        if found is None and re.fullmatch(r"\d{1,7}(\.\d{1,6})?", text):
            self.add("bare_time", said)
            found = int(float(text) * (60 if self.profile.run_time_unit == "minutes" else 1))
        if found is None or found > LONGEST_SECONDS:
            self.add("bad_time", said)
            return 0
        return found

    def hours_and_minutes(self, said: Said) -> int:
        """A length of time written hh:mm."""
        found = re.fullmatch(r"(\d{1,3}):(\d{2})", said.text.strip())
        return int(found[1]) * 3600 + int(found[2]) * 60 if found else self.seconds(said)

    def moment(self, said: Said, fault: str, *, is_end: bool = False) -> datetime | None:
        """A date or a time; a date alone as an end means the end of that day."""
        text = said.text.strip()
        if not text:
            return None
        found = moment(text, self.profile, is_end=is_end)
        if found is None:
            self.add(fault, said)
        return found

    def window(self, begins: Said, ends: Said) -> tuple[datetime | None, datetime | None]:
        """From when until when a title may be shown."""
        first, last = self.moment(begins, "bad_window"), self.moment(ends, "bad_window", is_end=True)
        if first and last and last <= first:
            self.add("window_order", ends)
        return first, last

    def age(self, ratings: Iterable[Said]) -> int:
        """The strictest age of all ratings; the profile's words go before those that everybody knows."""
        return max((self._age(each) for each in ratings), default=0)

    def _age(self, said: Said) -> int:
        word = said.text.strip()
        own = {key.casefold(): age for key, age in self.profile.ratings.items()}
        found = own.get(word.casefold(), said_age(word))
        if found is None:
            self.add("unknown_rating", said)
        return ADULT if found is None else min(found, OLDEST_AGE)

    def languages(self, values: Iterable[Said]) -> tuple[str, ...]:
        """Languages by their codes, each once."""
        found: dict[str, None] = {}
        for said in values:
            for word in re.split(r"[,;\s]+", said.text.strip()):
                match = _LANGUAGE.fullmatch(word)
                if match:
                    found[match[1].lower()] = None
                elif word:
                    self.add("bad_language", said)
        return tuple(found)

    def price(self, said: Said) -> str:
        text = said.text.strip()
        try:
            if text and not 0 <= Decimal(text) < 10**9:
                raise InvalidOperation
        except InvalidOperation:
            self.add("bad_price", said)
            return ""
        return text

    def checksum(self, said: Said) -> str:
        """An MD5 in hex, in small letters; the wild has it with blanks and in capitals."""
        text = "".join(said.text.split()).lower()
        if text and not _MD5.fullmatch(text):
            self.add("bad_checksum", said)
            return ""
        return text

    def size(self, said: Said) -> int | None:
        return self.number(said, LARGEST_FILE, "bad_size")

    def file_name(self, said: Said, *, is_updated: bool) -> str:
        """The name of a file; "" where it cannot be used, which refuses the package if the file is to be published."""
        name = said.text.strip()
        fault = fault_of_name(name)
        if not fault:
            return name
        if is_updated:
            self.add(fault, said)
        elif name:
            self.add("unused_name", said)
        return ""

    def load_mode(self, said: Said) -> LoadMode | None:
        word = said.text.strip().casefold()
        if word and word not in _MODES:
            self.add("bad_load_mode", said)
        return _MODES.get(word)


def _length(text: str) -> int | None:
    if (clock := _CLOCK.fullmatch(text)) and int(clock[3]) < 60:
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3])
    period = _PERIOD.fullmatch(text)
    if period and any(period.groups()):
        days, hours, minutes, seconds = (int(each or 0) for each in period.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return None


def moment(text: str, profile: Profile, *, is_end: bool = False) -> datetime | None:
    """Read a date or time in one of the profile's forms or in ISO 8601; without offset it is in the profile's zone.

    None when it is none, or lies so far off that it cannot be counted with.
    """
    try:
        found, is_day = _read_moment(text, profile.date_formats)
        if is_day and is_end:
            found += timedelta(days=1)
        placed = found if found.tzinfo else found.replace(tzinfo=profile.zone)
        return placed if _EARLIEST <= placed.year <= 9990 else None
    except (ValueError, OverflowError):
        return None


def _read_moment(text: str, forms: Iterable[str]) -> tuple[datetime, bool]:
    for form in forms:
        try:
            read = datetime.strptime(text, form)  # noqa: DTZ007 - the caller gives it its zone
        except ValueError:
            continue
        return read, read.time() == time() and "%H" not in form and "%I" not in form
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return datetime.combine(date.fromisoformat(text), time()), True
    if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text):
        raise ValueError(text)
    return datetime.fromisoformat(text), False


def name_of_person(text: str) -> str:
    """ "Last,First" as people say it."""
    last, comma, first = text.strip().partition(",")
    if not comma or "," in first:
        return " ".join(text.split())
    return " ".join(f"{first} {last}".split())


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Each value once, in its order, without those that say nothing."""
    return tuple(dict.fromkeys(each for each in (" ".join(value.split()) for value in values) if each))
