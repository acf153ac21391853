"""What a gateway says that cannot do something: the beginning of those that can do little."""

from decimal import Decimal
from typing import NoReturn

from headend.billing.errors import GatewayRefused, NoticeRefused
from headend.billing.ports import (
    CardDetails,
    Complaint,
    Failure,
    Notice,
    Outcome,
    PaymentOrder,
    PaymentState,
    Preauthorised,
    RawNotice,
    Reply,
    Started,
)


class Incapable:
    """Neither tells of payments nor takes cards, refunds or notices; a gateway overrides what it does."""

    def state_of(self, reference: str) -> Outcome:
        return Outcome(PaymentState.PENDING)

    def find(self, key: str) -> tuple[Started, Outcome] | None:
        return None

    def pay_by_card(self, reference: str, card: CardDetails) -> Outcome:
        _cannot("card details are not taken here")

    def preauthorise(self, reference: str, card: CardDetails) -> Preauthorised:
        _cannot("card details are not taken here")

    def finish_check(self, reference: str, card: CardDetails, answer: str) -> Outcome:
        _cannot("card details are not taken here")

    def charge_saved(self, token: str, order: PaymentOrder) -> tuple[Started, Outcome]:
        _cannot("cards are not remembered")

    def forget_card(self, token: str) -> None:
        _cannot("cards are not remembered")

    def refund(self, reference: str, amount: Decimal, currency: str, key: str) -> None:
        _cannot("refunds are made at the gateway itself")

    def send_receipt(self, reference: str, email: str) -> None:
        _cannot("receipts are not sent")

    def read_notice(self, raw: RawNotice) -> Notice:
        raise NoticeRefused(Complaint.NOT_EXPECTED)

    def reply_to(self, complaint: Complaint | None) -> Reply:
        return Reply("refused\n" if complaint else "ok\n", 400 if complaint else 200)

    def check(self) -> None:
        """Nobody to ask."""


def _cannot(why: str) -> NoReturn:
    raise GatewayRefused(Failure.UNSUPPORTED, why)
