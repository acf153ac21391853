"""What screens show, and to whom: typed attributes of ribbons and rules of selections, the audience. Pure.

Ribbons and selections keep their particulars as a JSON object; `read_attributes` and `read_rule` are the only ways
from such an object to values, and refuse what its type does not have.
"""

import calendar
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from string import Template
from typing import Annotated, Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from headend.kernel.errors import Invalid

MOST_LISTED = 500
"""Entries of a list among the attributes."""


class RibbonType(IntEnum):
    """The wire's numbers (PortalDashboardList)."""

    MAIN_MENU = 0
    WIDGETS = 1
    CHANNELS = 2
    PROGRAMMES = 3
    TITLES = 4
    SELECTION = 5
    RECENT_CHANNELS = 6
    RECENT_PROGRAMMES = 7
    RECENT_TITLES = 8
    SLIDER = 9
    PLAYER = 10
    GENRES = 11


OF_HOUSEHOLDS = frozenset({RibbonType.RECENT_CHANNELS, RibbonType.RECENT_PROGRAMMES, RibbonType.RECENT_TITLES})
"""Types of ribbons that only those who have signed in can have."""


class ItemKind(IntEnum):
    """What a selection consists of; the wire's numbers (`content_type`)."""

    CHANNEL = 0
    PROGRAMME = 1
    TITLE = 2
    CAMERA = 3
    RADIO = 4
    AD = 5
    APPLICATION = 6


class ApplicationType(IntEnum):
    """The wire's numbers (ApplicationList)."""

    WEB = 0
    INTERNAL = 1
    TITLES = 2
    STREAM = 3
    WIDGET = 4
    ANDROID_SETTINGS = 5
    ANDROID_MENU = 6
    ANDROID_APPLICATION = 7
    CHANNELS = 8
    SYSTEM = 9


class DocumentType(IntEnum):
    """When a legal document is shown; the wire's numbers."""

    SIGN_IN = 1
    REGISTRATION = 2
    PAYMENT = 3
    SUBSCRIPTION = 4


class MenuEntry(StrEnum):
    """The sections of a main menu, by the wire's names and in its order."""

    CHANNELS = "tvchannels"
    ARCHIVE = "archive"
    TITLES = "videocatalog"
    CAMERAS = "cctv"
    SETTINGS = "settings"
    PROFILE = "profile"
    SERVICES = "services"
    RADIO = "radio"


MENU = tuple(MenuEntry)


# --- attributes of ribbons -------------------------------------------------------------------------------------------

Number: TypeAlias = Annotated[int, Meta(ge=1, le=2**62)]
Numbers: TypeAlias = Annotated[tuple[Number, ...], Meta(max_length=MOST_LISTED)]
Rating: TypeAlias = Annotated[float, Meta(ge=0, le=10)]
Year: TypeAlias = Annotated[int, Meta(ge=0, le=2200)]  # 0: not said
Link: TypeAlias = Annotated[str, Meta(max_length=1000)]


class Slide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A picture of a slider and where it leads."""

    image_url: Annotated[str, Meta(min_length=1, max_length=1000)]
    deep_link: Link = ""


class RibbonAttributes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The particulars of a ribbon; which of them it may have, its type says (`ATTRIBUTES`).

    Channels, categories, programmes, titles, genres, providers and selections by their numbers, None or () for all of
    them; ratings and years from 0, which is "any". `all_genres`: a title must be of every genre, not of any.
    """

    display: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,40}$")] = ""
    menu: Annotated[tuple[MenuEntry, ...], Meta(max_length=len(MENU))] = ()
    channels: Numbers = ()
    channel_category: Number | None = None
    programmes: Numbers = ()
    programme_category: Number | None = None
    titles: Numbers = ()
    genres: Numbers = ()
    all_genres: bool = False
    provider: Number | None = None
    kinopoisk_from: Rating = 0
    imdb_from: Rating = 0
    year_from: Year = 0
    year_to: Year = 0
    selection: Number | None = None
    slides: Annotated[tuple[Slide, ...], Meta(max_length=50)] = ()


_TITLES = ("genres", "all_genres", "provider", "kinopoisk_from", "imdb_from", "year_from", "year_to")

ATTRIBUTES: Mapping[RibbonType, tuple[str, ...]] = {
    RibbonType.MAIN_MENU: ("menu",),
    RibbonType.WIDGETS: ("display",),
    RibbonType.CHANNELS: ("display", "channels", "channel_category"),
    RibbonType.PROGRAMMES: ("display", "programmes", "channels", "channel_category", "programme_category"),
    RibbonType.TITLES: ("display", "titles", *_TITLES),
    RibbonType.SELECTION: ("display", "selection"),
    RibbonType.RECENT_CHANNELS: ("display",),
    RibbonType.RECENT_PROGRAMMES: ("display",),
    RibbonType.RECENT_TITLES: ("display",),
    RibbonType.SLIDER: ("slides",),
    RibbonType.PLAYER: ("channels",),
    RibbonType.GENRES: ("display", "genres"),
}
"""The attributes that a ribbon of each type has."""

_NEEDED = {RibbonType.SELECTION: "selection", RibbonType.SLIDER: "slides", RibbonType.MAIN_MENU: "menu"}


def read_attributes(kind: int, said: object) -> RibbonAttributes:
    """Read a ribbon's attributes; raises Invalid with the attribute ("slides.0.image_url") as its place."""
    ribbon = _member(RibbonType, kind, "type")
    found = _converted(said, RibbonAttributes)
    _refuse_others(said, ATTRIBUTES[ribbon])
    _check_years(found.year_from, found.year_to)
    needed = _NEEDED.get(ribbon, "")
    if needed and not getattr(found, needed):
        raise Invalid("this is needed", needed)
    for number, slide in enumerate(found.slides):
        check_link(slide.image_url, f"slides.{number}.image_url")
    return found


# --- rules of selections ---------------------------------------------------------------------------------------------


class Order(StrEnum):
    """In which order a rule gives what it finds."""

    OWN = ""
    NEWEST = "newest"
    RATING = "rating"
    NAME = "name"


class SelectionRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """By what a generated selection finds its items; which of these there are, the kind of its items says (`RULES`).

    `words` must stand in the title; `days_back` and `days_ahead` say which days of the guide count, `most` how many
    items there are at most. The others are as in RibbonAttributes.
    """

    words: Annotated[str, Meta(max_length=100)] = ""
    channels: Numbers = ()
    channel_category: Number | None = None
    programme_category: Number | None = None
    tariff: Number | None = None
    recorded_only: bool = False
    days_back: Annotated[int, Meta(ge=0, le=31)] = 0
    days_ahead: Annotated[int, Meta(ge=0, le=14)] = 7
    genres: Numbers = ()
    all_genres: bool = False
    provider: Number | None = None
    kinopoisk_from: Rating = 0
    imdb_from: Rating = 0
    year_from: Year = 0
    year_to: Year = 0
    order: Order = Order.OWN
    most: Annotated[int, Meta(ge=1, le=MOST_LISTED)] = 50


RULES: Mapping[ItemKind, tuple[str, ...]] = {
    ItemKind.CHANNEL: ("words", "channel_category", "tariff", "order", "most"),
    ItemKind.PROGRAMME: (
        "words",
        "channels",
        "channel_category",
        "programme_category",
        "recorded_only",
        "days_back",
        "days_ahead",
        "most",
    ),
    ItemKind.TITLE: ("words", *_TITLES, "order", "most"),
}
"""The kinds of items that a rule can find, and by what."""


def read_rule(kind: int, said: object) -> SelectionRule:
    """Read a generated selection's rule; raises Invalid with the part of the rule as its place."""
    item = _member(ItemKind, kind, "kind")
    if item not in RULES:
        raise Invalid("there is no rule that finds such items; choose them by hand", "origin")
    found = _converted(said, SelectionRule)
    _refuse_others(said, RULES[item])
    _check_years(found.year_from, found.year_to)
    return found


def plain(value: RibbonAttributes | SelectionRule) -> dict[str, Any]:
    """As the records keep it: a JSON object without what has its default."""
    kept: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))  # with lists, not tuples
    return kept


_Struct = TypeVar("_Struct", RibbonAttributes, SelectionRule)
_Member = TypeVar("_Member", RibbonType, ItemKind)
_PLACE = re.compile(r"^(.*?)(?: - at `\$\.?(.*)`)?$", re.DOTALL)


def _member(kinds: type[_Member], number: int, place: str) -> _Member:
    try:
        return kinds(number)
    except ValueError as error:
        raise Invalid(f"{number} is no such type", place) from error


def _converted(said: object, struct: type[_Struct]) -> _Struct:
    try:
        return msgspec.convert(said, struct)
    except msgspec.ValidationError as error:
        message, place = _PLACE.fullmatch(str(error)).groups()  # type: ignore[union-attr]  # it matches everything
        raise Invalid(message, re.sub(r"\[(\d+)\]", r".\1", place or "")) from error


def _refuse_others(said: object, known: Collection[str]) -> None:
    for name in said if isinstance(said, Mapping) else ():
        if name not in known:
            raise Invalid("this type has no such attribute", str(name))


def _check_years(since: int, until: int) -> None:
    if since and until and until < since:
        raise Invalid("it ends before it begins", "year_to")


# --- applications and links ------------------------------------------------------------------------------------------

MOST_ATTRIBUTES = 50
_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,59}")
_NEEDS_URL = {ApplicationType.WEB, ApplicationType.STREAM, ApplicationType.ANDROID_APPLICATION}


def check_application(kind: int, url: str, attributes: object) -> None:
    """Make sure that an application of this type can work; raises Invalid with the field as its place."""
    if kind in _NEEDS_URL and not url:
        raise Invalid("this type needs an address", "url")
    if kind == ApplicationType.WEB:
        check_link(url, "url")
    if not isinstance(attributes, Mapping) or len(attributes) > MOST_ATTRIBUTES:
        raise Invalid(f"these are names with values, {MOST_ATTRIBUTES} at most", "attributes")
    for name, value in attributes.items():
        if not _ATTRIBUTE.fullmatch(str(name)):
            raise Invalid(f"{name!r} is no name of an attribute", "attributes")
        if not isinstance(value, str) or len(value) > 1000:
            raise Invalid(f"{name} is no text of 1000 characters at most", "attributes")


def check_link(url: str, place: str) -> None:
    """Make sure that an address is http(s) or a path of our own; raises Invalid."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Invalid("this is no address", place) from error
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    if not is_ours and not (parts.scheme in ("http", "https") and parts.netloc):
        raise Invalid("an address begins with http://, https:// or /", place)


DEEP_LINK = "headend://$kind/$id"
_DEEP_LINK_NAMES = {"kind", "id", "channel"}


def check_deep_link(mask: str) -> None:
    """Make sure that a mask names only what an entry of a home feed has; raises Invalid."""
    template = Template(mask)
    if not template.is_valid() or set(template.get_identifiers()) - _DEEP_LINK_NAMES:
        raise Invalid("only $kind, $id and $channel are known", "deep_link")


def deep_link(mask: str, *, kind: str, number: int, channel: int) -> str:
    """Where an entry of a home feed leads; `channel` is 0 where there is none."""
    return Template(mask or DEEP_LINK).safe_substitute(kind=kind, id=number, channel=channel)


# --- who sees what ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks at a screen. `day` is today in the operator's zone; a guest has neither account nor tariffs.

    `tariffs` are those held now; `device_type` is the number of the device's type, None for one nobody knows;
    `template` the look of the portal that asks, "" when it does not say.
    """

    day: date
    account: int | None = None
    tariffs: frozenset[int] = frozenset()
    city: str = ""
    birth_date: date | None = None
    device_type: int | None = None
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """To whom something is shown. Empty collections and None: to all.

    Both days count. `accounts` and `tariffs` name together: one of the accounts, or whoever holds one of the tariffs.
    """

    is_enabled: bool = True
    since: date | None = None
    until: date | None = None
    accounts: frozenset[int] = frozenset()
    tariffs: frozenset[int] = frozenset()
    cities: frozenset[str] = frozenset()
    device_types: frozenset[int] = frozenset()
    templates: frozenset[str] = frozenset()
    on_birthday: bool = False


def is_shown(audience: Audience, viewer: Viewer) -> bool:
    """Say whether a viewer sees it now."""
    return (
        audience.is_enabled
        and _is_within(audience.since, audience.until, viewer.day)
        and _is_named(audience, viewer)
        and (not audience.cities or fold(viewer.city) in audience.cities)
        and (not audience.device_types or viewer.device_type in audience.device_types)
        and (not audience.templates or viewer.template in audience.templates)
        and (not audience.on_birthday or has_birthday(viewer.birth_date, viewer.day))
    )


def _is_within(since: date | None, until: date | None, day: date) -> bool:
    return (since is None or since <= day) and (until is None or day <= until)


def _is_named(audience: Audience, viewer: Viewer) -> bool:
    if not audience.accounts and not audience.tariffs:
        return True
    return viewer.account in audience.accounts or bool(viewer.tariffs & audience.tariffs)


def has_birthday(birth_date: date | None, day: date) -> bool:
    """Say whether somebody has a birthday; who was born on 29 February has it on the 28th of common years."""
    if birth_date is None:
        return False
    born = (birth_date.month, birth_date.day)
    if born == (2, 29) and not calendar.isleap(day.year):
        born = (2, 28)
    return (day.month, day.day) == born


def fold(text: str) -> str:
    """A city's name as it is compared."""
    return " ".join(text.split()).casefold()


def is_on_screen(screens: Iterable[str], asked: str) -> bool:
    """Say whether a ribbon stands on one of the screens asked for ("main,kids"); "" and "all" ask for every one.

    A ribbon that names no screen, or "all", stands on each.
    """
    own = {fold(screen) for screen in screens} - {""}
    wanted = {fold(screen) for screen in asked.split(",")} - {""}
    return not own or not wanted or "all" in own | wanted or bool(own & wanted)


def visible_menu(menu: Sequence[str], hidden: Collection[str]) -> list[str]:
    """A main menu in its order, without the sections that a kind of device does not show."""
    return [entry for entry in dict.fromkeys(menu) if entry not in hidden]


# --- exchange rates --------------------------------------------------------------------------------------------------


def price_in(local: str, rates: Mapping[str, Decimal], wanted: Sequence[str]) -> list[tuple[str, Decimal]]:
    """What one unit of each wanted currency costs in the local one: [(currency, price)], without the local itself.

    `rates` say how many units one unit of their common base buys, and hold the base with 1. What they do not have is
    left out; raises Invalid when they do not have the local currency.
    """
    if not rates.get(local):
        raise Invalid(f"there is no rate of {local}", "currency")
    return [(each, rates[local] / rates[each]) for each in wanted if each != local and rates.get(each)]
