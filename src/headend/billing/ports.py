"""What the platform asks of a payment gateway: a product or service by which subscribers pay.

A gateway keeps nothing: what it has to be told again (its own number of the payment, a saved card's token) we keep.
It is made from a `GatewayConfig` and may be asked from many threads at once. It refuses with GatewayRefused. What it
cannot do at all it refuses with Failure.UNSUPPORTED.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeAlias


class Failure(StrEnum):
    """Why a gateway did not do what it was asked; the device API has a number for each (PaymentCreate, 1 to 19)."""

    UNKNOWN = "unknown"
    INTERNAL = "internal"
    NETWORK = "network"
    BAD_REQUEST = "bad_request"
    INSTRUMENT = "instrument"
    FRAUD = "fraud"
    FUNDS = "funds"
    OPERATION_LIMIT = "operation_limit"
    AUTHORISATION = "authorisation"
    BAD_CARD = "bad_card"
    ISSUER = "issuer"
    UNREGISTERED = "unregistered"
    UNSUPPORTED = "unsupported"
    REGISTRATION = "registration"
    ISSUER_COUNTRY = "issuer_country"
    NEEDS_3DS = "needs_3ds"
    DECLINED_FOR_GOOD = "declined_for_good"
    AMOUNT_LIMITS = "amount_limits"
    CARD_UNLINKED = "card_unlinked"


class PaymentState(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """What a gateway is made from. `options` are what the operator set, `secret` its key with the gateway."""

    name: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment that somebody wants to make. `key` is the same when it is asked again, so that nobody pays twice.

    `return_url` is where the payer's browser goes afterwards; `saves_card` asks the gateway to remember the card.
    """

    key: str
    amount: Decimal
    currency: str
    description: str = ""
    return_url: str = ""
    saves_card: bool = False
    phone_app: bool = False  # by the banks' own transfer application instead of a card


@dataclass(frozen=True, slots=True)
class Started:
    """A payment that the gateway knows of: its number there, the page to pay on, the form to send there."""

    reference: str
    url: str = ""
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SavedCardReference:
    """A card that the gateway remembers: `token` charges it again, `mask` is for the eye ("**** 4242")."""

    token: str = field(repr=False)
    mask: str
    expires_on: date | None = None
    phone_app: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a payment stands. `card` was saved with it."""

    state: PaymentState
    failure: Failure | None = None
    card: SavedCardReference | None = None


@dataclass(frozen=True, slots=True)
class CardDetails:
    """A card as a screen sent it, on its way to the gateway; kept nowhere and never shown, not even by a traceback.

    `browser` is what a gateway's fraud check wants to know of the screen.
    """

    number: str = field(repr=False)
    holder: str = field(repr=False)
    expires: str = field(repr=False)
    code: str = field(repr=False)
    browser: Mapping[str, int] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Preauthorised:
    """How a card's 3-D Secure check began: its version, and what the screen must load for it."""

    is_done: bool
    version: str = ""
    frame: Mapping[str, str] = field(default_factory=dict)


class PaymentGateway(Protocol):
    """See the module. `reference` is the gateway's own number of a payment (`Started`)."""

    def start(self, order: PaymentOrder) -> Started:
        """Tell the gateway of a payment to come."""

    def state_of(self, reference: str) -> Outcome:
        """Ask how a payment stands."""

    def pay_by_card(self, reference: str, card: CardDetails) -> Outcome:
        """Pay with a card's details."""

    def preauthorise(self, reference: str, card: CardDetails) -> Preauthorised:
        """Begin a card's 3-D Secure check."""

    def finish_check(self, reference: str, card: CardDetails, answer: str) -> Outcome:
        """Pay after a 3-D Secure check, with the answer (PaRes) of the card's bank."""

    def charge_saved(self, token: str, order: PaymentOrder) -> tuple[Started, Outcome]:
        """Charge a card that the gateway remembers; the same `order.key` twice charges once."""

    def forget_card(self, token: str) -> None:
        """Make the gateway forget a card."""

    def refund(self, reference: str, amount: Decimal, currency: str, key: str) -> None:
        """Give money back; the same `key` twice gives it back once."""

    def send_receipt(self, reference: str, email: str) -> None:
        """Send the payer a receipt."""


PaymentGatewayFactory: TypeAlias = Callable[[GatewayConfig], PaymentGateway]
