"""What the platform asks of a payment gateway: a product or service by which subscribers pay.

A gateway keeps nothing: what it has to be told again (its own number of the payment, a saved card's token) we keep.
It is made from a `GatewayConfig`, which raises Invalid with the option as its place, and may be asked from many threads
at once. It refuses with GatewayRefused. What it cannot do at all it refuses with Failure.UNSUPPORTED.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Protocol, TypeAlias


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


class Ability(StrEnum):
    """What not every gateway can do."""

    TELLS = "tells"  # how a payment stands, when it is asked
    SENDS_NOTICES = "sends_notices"
    KEEPS_CARDS = "keeps_cards"
    REFUNDS = "refunds"
    SENDS_RECEIPTS = "sends_receipts"


class OptionKind(StrEnum):
    """How an option of a gateway is typed in the console. Every option is kept as text."""

    TEXT = "text"
    URL = "url"
    WORDS = "words"  # with commas between
    LINES = "lines"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Option:
    """A setting that a gateway has. What is empty or left out is its `default`."""

    name: str
    kind: OptionKind = OptionKind.TEXT
    default: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """What a gateway is made from.

    `options` are what the operator set, `secret` its key with the gateway, `notice_secret` what proves notices.
    """

    name: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    secret: str = field(default="", repr=False)
    notice_secret: str = field(default="", repr=False)

    def text(self, option: Option) -> str:
        """What was set, or the option's default."""
        return self.options.get(option.name) or option.default


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


# --- notices ---


class Complaint(StrEnum):
    """Why a notice is refused."""

    NOT_EXPECTED = "not_expected"  # this gateway sends none
    UNREADABLE = "unreadable"
    BAD_SIGNATURE = "bad_signature"
    TOO_OLD = "too_old"
    UNKNOWN_PAYMENT = "unknown_payment"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_CURRENCY = "wrong_currency"
    OVER_REFUNDED = "over_refunded"


class News(StrEnum):
    """What a notice is about."""

    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"
    NOTHING = "nothing"  # that would change anything


@dataclass(frozen=True, slots=True)
class RawNotice:
    """What came to the address at which a gateway tells its news.

    `fields` are those of query and form, names of `headers` are lower-case, `at` is in seconds since the epoch.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """What a gateway tells of a payment, once its signature is proved.

    The payment is named by its `key` (`PaymentOrder`), or by the gateway's `reference`. `number` is the gateway's own
    of what happened, "" where it has none. Of a refund `amount` is this refund alone, told apart from others by
    `number`; without one, or with `is_total`, all that was given back so far.
    """

    news: News
    key: str = ""
    reference: str = ""
    number: str = ""
    amount: Decimal | None = None
    currency: str = ""
    is_total: bool = False
    failure: Failure | None = None
    card: SavedCardReference | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a gateway wants to hear after a notice."""

    body: str
    status: int = 200
    content_type: str = "text/plain"


class PaymentGateway(Protocol):
    """See the module. `reference` is the gateway's own number of a payment (`Started`)."""

    abilities: ClassVar[frozenset[Ability]]
    options: ClassVar[tuple[Option, ...]]

    def __init__(self, config: GatewayConfig) -> None: ...

    def start(self, order: PaymentOrder) -> Started:
        """Tell the gateway of a payment to come."""

    def state_of(self, reference: str) -> Outcome:
        """Ask how a payment stands; PENDING where the gateway cannot tell."""

    def find(self, key: str) -> tuple[Started, Outcome] | None:
        """Ask for a payment by the key of its order, when nobody heard the answer; None: there is none."""

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

    def read_notice(self, raw: RawNotice) -> Notice:
        """Prove the signature of what came in and read it; raises NoticeRefused."""

    def reply_to(self, complaint: Complaint | None) -> Reply:
        """What the gateway wants to hear: that its notice was taken, or what is wrong with it."""

    def check(self) -> None:
        """Make sure that the gateway answers and knows us."""


PaymentGatewayFactory: TypeAlias = type[PaymentGateway]


# --- another billing system ---


class Hook(StrEnum):
    """What another billing system can be asked or told; an operator ticks what its own does."""

    BALANCE = "customer_balance"
    PAYMENTS = "customer_payments"
    PRICE = "tariff_price"
    ASSIGN = "assign_tariff"
    REMOVE = "remove_tariff"
    AUTHORISE = "authorise_account"
    CHECK = "check_account"
    ACTIVATE = "activate_account"
    DEACTIVATE = "deactivate_account"
    PROCESS = "process_account"
    PAID = "payment_complete"


class WhenSilent(StrEnum):
    """What counts when the other system does not answer whether an account may be used."""

    LAST = "last"  # its last answer; no, where there is none
    ALLOW = "allow"
    REFUSE = "refuse"


Facts: TypeAlias = Mapping[str, object]
"""A question or an answer: what JSON can say."""


@dataclass(frozen=True, slots=True)
class BillingSystemConfig:
    """How another billing system is reached. `seconds` is how long somebody waits for it, `kept_seconds` for how long
    an answer counts, `networks` are those that may be reached beside the public internet."""

    url: str = ""
    secret: str = field(default="", repr=False)
    seconds: float = 3.0
    kept_seconds: int = 60
    when_silent: WhenSilent = WhenSilent.REFUSE
    networks: tuple[str, ...] = ()


class BillingSystem(Protocol):
    """The operator's own billing. It may be asked from many threads at once."""

    def ask(self, hook: Hook, about: Facts) -> Facts:
        """Ask or tell it something; raises BillingSilent, BillingRefused and BillingLacks."""


BillingSystemFactory: TypeAlias = Callable[[BillingSystemConfig], BillingSystem]
"""Raises Invalid with the field as its place."""
