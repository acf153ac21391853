"""May this account watch this title, and why not; what titles are found and sorted by. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from headend.kernel.names import fold


class Price(IntEnum):
    """How a title is paid for; the values are the wire's."""

    SUBSCRIPTION = 0
    PURCHASE = 1
    FREE = 2


class Source(IntEnum):
    """Where a title's files come from; the values are the wire's."""

    OWN = 1
    PARTNER = 2
    ARCHIVE = 3


class TitleReason(StrEnum):
    """Why a title plays or does not; in the order in which it is asked."""

    ALLOWED = "allowed"
    OUT_OF_SERVICE = "out_of_service"
    DEVICE_DISABLED = "device_disabled"
    NOT_SHOWN = "not_shown"
    NOT_YET = "not_yet"
    NO_LONGER = "no_longer"
    ANNOUNCED = "announced"
    WRONG_DEVICE = "wrong_device"
    EPISODE_PLANNED = "episode_planned"
    NO_FILE = "no_file"
    NOT_IN_TARIFF = "not_in_tariff"
    NOT_PURCHASED = "not_purchased"
    PARENT_CODE = "parent_code"


@dataclass(frozen=True, slots=True)
class TitleTerms:
    """What a title asks for. `tariffs`: those that give it, none: every tariff that gives videos; `device_types`: the
    system names of the types it is for, none: all; the window is in seconds since the epoch, None: open.
    """

    is_enabled: bool = True
    is_announcement: bool = False
    shown_from: int | None = None
    shown_until: int | None = None
    price: Price = Price.SUBSCRIPTION
    tariffs: frozenset[int] = frozenset()
    device_types: frozenset[str] = frozenset()
    needs_parent_code: bool = False


@dataclass(frozen=True, slots=True)
class TitleRequest:
    """One wish to watch. `tariffs` are those held now that give videos; `has_file` and `is_trailer` speak of the file
    that would be played, `is_free` and `is_planned` of its episode.
    """

    tariffs: frozenset[int] = frozenset()
    is_in_service: bool = True
    device_is_enabled: bool = True
    device_type: str = ""
    is_purchased: bool = False
    has_file: bool = True
    is_trailer: bool = False
    is_free: bool = False
    is_planned: bool = False
    parent_code_given: bool = True


def decide_title(terms: TitleTerms, request: TitleRequest, now: int) -> TitleReason:
    """Decide whether a title plays at `now` (epoch seconds), and say why not. Trailers are for everybody."""
    return _standing(request) or _window(terms, request, now) or _file(terms, request) or _right(terms, request)


def _standing(request: TitleRequest) -> TitleReason | None:
    if not request.is_in_service and not request.is_trailer:
        return TitleReason.OUT_OF_SERVICE
    return None if request.device_is_enabled else TitleReason.DEVICE_DISABLED


def _window(terms: TitleTerms, request: TitleRequest, now: int) -> TitleReason | None:
    if not terms.is_enabled:
        return TitleReason.NOT_SHOWN
    if terms.shown_from is not None and now < terms.shown_from:
        return TitleReason.NOT_YET
    if terms.shown_until is not None and terms.shown_until <= now:
        return TitleReason.NO_LONGER
    return TitleReason.ANNOUNCED if terms.is_announcement and not request.is_trailer else None


def _file(terms: TitleTerms, request: TitleRequest) -> TitleReason | None:
    if terms.device_types and request.device_type not in terms.device_types:
        return TitleReason.WRONG_DEVICE
    if request.is_planned:
        return TitleReason.EPISODE_PLANNED
    return None if request.has_file else TitleReason.NO_FILE


def _right(terms: TitleTerms, request: TitleRequest) -> TitleReason:
    if not (request.is_trailer or request.is_free or terms.price is Price.FREE or request.is_purchased):
        if terms.price is Price.PURCHASE:
            return TitleReason.NOT_PURCHASED
        if not has_subscription(terms.tariffs, request.tariffs):
            return TitleReason.NOT_IN_TARIFF
    needs_code = terms.needs_parent_code and not request.is_trailer
    return TitleReason.PARENT_CODE if needs_code and not request.parent_code_given else TitleReason.ALLOWED


def has_subscription(wanted: frozenset[int], held: frozenset[int]) -> bool:
    """Say whether one of the tariffs held gives a title; one that names no tariff comes with every tariff of videos."""
    return bool(held & wanted) if wanted else bool(held)


def search_text(names: Iterable[str]) -> str:
    """What a search looks through: all names of a record, folded, one a line."""
    return "\n".join(dict.fromkeys(fold(name) for name in names if name))


_CYRILLIC = range(0x400, 0x530)
SORTED_CHARACTERS = 120


def sort_text(name: str) -> str:
    """What names are sorted by, the same way on every database."""
    return fold(name)[:SORTED_CHARACTERS]


def cyrillic_first(name: str) -> str:
    """What names are sorted by when Cyrillic ones go before all others."""
    folded = sort_text(name)
    return ("0" if folded and ord(folded[0]) in _CYRILLIC else "1") + folded


def average(total: int, number: int) -> float:
    """The mean of ratings, to two places; 0 when there is none."""
    return round(total / number, 2) if number else 0.0
