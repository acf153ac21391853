"""Paying without a gateway: at the desk or by bank transfer, confirmed by staff in the console.

Counts in the configuration: `options["url"]` (a page that says how to pay) and `options["text"]` (the same in words).
"""

from decimal import Decimal

from headend.billing.errors import GatewayRefused
from headend.billing.ports import (
    CardDetails,
    Failure,
    GatewayConfig,
    Outcome,
    PaymentOrder,
    PaymentState,
    Preauthorised,
    Started,
)


class ManualGateway:
    """Starts payments, which then wait for somebody to say that the money is there; knows no cards."""

    def __init__(self, config: GatewayConfig) -> None:
        self._url = config.options.get("url", "")
        self._text = config.options.get("text", "")

    def start(self, order: PaymentOrder) -> Started:
        return Started(order.key, self._url, {"text": self._text} if self._text else {})

    def state_of(self, reference: str) -> Outcome:
        return Outcome(PaymentState.PENDING)

    def pay_by_card(self, reference: str, card: CardDetails) -> Outcome:
        raise _no_cards()

    def preauthorise(self, reference: str, card: CardDetails) -> Preauthorised:
        raise _no_cards()

    def finish_check(self, reference: str, card: CardDetails, answer: str) -> Outcome:
        raise _no_cards()

    def charge_saved(self, token: str, order: PaymentOrder) -> tuple[Started, Outcome]:
        raise _no_cards()

    def forget_card(self, token: str) -> None:
        raise _no_cards()

    def refund(self, reference: str, amount: Decimal, currency: str, key: str) -> None:
        """Nothing to tell anybody: staff give the money back by hand."""

    def send_receipt(self, reference: str, email: str) -> None:
        raise GatewayRefused(Failure.UNSUPPORTED, "receipts are given by hand")


def _no_cards() -> GatewayRefused:
    return GatewayRefused(Failure.UNSUPPORTED, "this operator takes no cards")
