"""Paying without a gateway: at the desk or by bank transfer, confirmed by staff in the console."""

from decimal import Decimal
from typing import ClassVar

from headend.adapters.payment_gateways.incapable import Incapable
from headend.billing.ports import Ability, GatewayConfig, Option, OptionKind, PaymentOrder, Started

_URL = Option("url", OptionKind.URL)
_TEXT = Option("text")


class ManualGateway(Incapable):
    """Starts payments, which then wait for somebody to say that the money is there.

    `url` is a page that says how to pay, `text` says it in words.
    """

    abilities: ClassVar[frozenset[Ability]] = frozenset()
    options: ClassVar[tuple[Option, ...]] = (_URL, _TEXT)

    def __init__(self, config: GatewayConfig) -> None:
        self._url = config.text(_URL)
        self._text = config.text(_TEXT)

    def start(self, order: PaymentOrder) -> Started:
        return Started(order.key, self._url, {"text": self._text} if self._text else {})

    def refund(self, reference: str, amount: Decimal, currency: str, key: str) -> None:
        """Nothing to tell anybody: staff give the money back by hand."""
