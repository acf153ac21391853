"""The payment gateways of the tests: those of the service, and one that does as it is told and remembers it all."""

from decimal import Decimal
from typing import ClassVar

from headend.adapters.payment_gateways import PAYMENT_GATEWAYS
from headend.billing.errors import GatewayRefused, NoticeRefused
from headend.billing.ports import (
    Ability,
    CardDetails,
    Complaint,
    Failure,
    GatewayConfig,
    Notice,
    Option,
    Outcome,
    PaymentOrder,
    PaymentState,
    Preauthorised,
    RawNotice,
    Reply,
    SavedCardReference,
    Started,
)


class ScriptedGateway:
    """Its merchant's options say what it answers: `fails` with which failure, `state` of every payment, `card` whose
    token it saves, `knows`: which order it finds. `told` is what it was asked, by all merchants."""

    abilities: ClassVar[frozenset[Ability]] = frozenset(Ability) - {Ability.SENDS_NOTICES}
    options: ClassVar[tuple[Option, ...]] = ()
    told: ClassVar[list[tuple[str, ...]]] = []

    def __init__(self, config: GatewayConfig) -> None:
        self._options = config.options

    def start(self, order: PaymentOrder) -> Started:
        self._hear("start", order.key, str(order.amount), order.currency)
        return Started(f"ref-{order.key}", f"https://pay.example/{order.key}", {"order": order.key})

    def state_of(self, reference: str) -> Outcome:
        self._hear("state_of", reference)
        return self._outcome()

    def find(self, key: str) -> tuple[Started, Outcome] | None:
        self._hear("find", key)
        knows = self._options.get("knows", "") or "none"
        return (Started(f"ref-{key}"), self._outcome()) if knows in ("all", key) else None

    def pay_by_card(self, reference: str, card: CardDetails) -> Outcome:
        self._hear("pay_by_card", reference)
        return self._outcome()

    def preauthorise(self, reference: str, card: CardDetails) -> Preauthorised:
        self._hear("preauthorise", reference)
        return Preauthorised(is_done=True, version="2.1", frame={"three_DS_method_url": "https://bank.example/"})

    def finish_check(self, reference: str, card: CardDetails, answer: str) -> Outcome:
        self._hear("finish_check", reference, answer)
        return self._outcome()

    def charge_saved(self, token: str, order: PaymentOrder) -> tuple[Started, Outcome]:
        self._hear("charge_saved", token, str(order.amount))
        return Started(f"ref-{order.key}"), self._outcome()

    def forget_card(self, token: str) -> None:
        self._hear("forget_card", token)

    def refund(self, reference: str, amount: Decimal, currency: str, key: str) -> None:
        self._hear("refund", reference, str(amount), currency, key)

    def send_receipt(self, reference: str, email: str) -> None:
        self._hear("send_receipt", reference, email)

    def read_notice(self, raw: RawNotice) -> Notice:
        raise NoticeRefused(Complaint.NOT_EXPECTED)

    def reply_to(self, complaint: Complaint | None) -> Reply:
        return Reply(complaint or "ok")

    def check(self) -> None:
        self._hear("check")

    def _hear(self, *words: str) -> None:
        self.told.append(words)
        failure = self._options.get("fails")
        if failure and self._options.get("fails_at", words[0]) == words[0]:
            raise GatewayRefused(Failure(failure))

    def _outcome(self) -> Outcome:
        token = self._options.get("card")
        card = SavedCardReference(token, "**** 4242") if token else None
        state = PaymentState(self._options.get("state", "paid"))
        failure = Failure.BAD_CARD if state is PaymentState.FAILED else None
        return Outcome(state, failure, card)


GATEWAYS = {**PAYMENT_GATEWAYS, "scripted": ScriptedGateway}
