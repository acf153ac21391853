"""What the platform asks of others about titles: online cinemas whose titles an operator sells too, film databases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias

MOST_ACTIONS = 20


@dataclass(frozen=True, slots=True)
class PartnerRequest:
    """Who wants what: `title` and `asset` are the partner's own ids ("" for none), `account` is the account's id at
    the partner, which is its number with us; `address` is the device's IP, "" when unknown.
    """

    title: str
    account: str
    asset: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class PartnerStream:
    """Where a title plays. `partner_id`, `token` and `key` are for partners whose own player plays it by their id."""

    url: str
    partner_id: str = ""
    token: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class PartnerOffer:
    """One way to get a title at the partner; `action` is what `act` takes, `price` in the account's currency."""

    action: str
    caption: str
    price: str = "0"


class ContentPartner(Protocol):
    """A partner. Each call may take a second and raises PartnerRefused or PartnerAway (headend.vod.errors)."""

    def stream(self, request: PartnerRequest) -> PartnerStream:
        """Give the address of a title that the account may watch."""

    def offers(self, request: PartnerRequest) -> tuple[PartnerOffer, ...]:
        """Say how the account may get a title; nothing when it may watch it already."""

    def act(self, request: PartnerRequest, action: str) -> None:
        """Take one of the offers."""

    def ticket(self, code: str, request: PartnerRequest) -> bool:
        """Say whether a ticket to a seance, sold by the partner, is good."""


ContentPartners: TypeAlias = Mapping[str, ContentPartner]
"""The partners by the name that video providers name them with."""


# --- film databases ---


@dataclass(frozen=True, slots=True)
class FoundTitle:
    """What a film database says of a film or series; "", 0 and None where it says nothing. `rating` is from 0 to 10."""

    name: str
    name_original: str = ""
    description: str = ""
    year: int | None = None
    countries: str = ""
    genres: str = ""
    minutes: int = 0
    rating: float = 0
    premiere: date | None = None
    poster_url: str = ""
    screenshot_url: str = ""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """What a film database says of somebody; `gender` as in vod.models.Gender."""

    name: str
    biography: str = ""
    birth_date: date | None = None
    gender: int = 0
    country: str = ""
    profession: str = ""
    photo_url: str = ""


class MetadataSource(Protocol):
    """A film database. Each call may take some seconds and raises MetadataFailed (headend.vod.errors)."""

    def title(self, number: int, *, is_series: bool, language: str) -> FoundTitle:
        """Look up a film or series by its number there; texts are in `language` (a code such as "en") if it can."""

    def person(self, number: int, *, language: str) -> FoundPerson:
        """Look up somebody."""
