"""What the platform asks of a foreign online cinema or content service, whose titles an operator sells too."""

from collections.abc import Mapping
from dataclasses import dataclass
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
