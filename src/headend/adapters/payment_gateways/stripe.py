"""Stripe: a hosted page (Checkout) for payments, saved cards charged off session, refunds, signed notices.

The merchant's `secret` is a (restricted) API key, `notice_secret` the signing secret of the endpoint for notices. Card
details never pass through here: Stripe's page takes them. A saved card's token is "customer/payment method".
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar
from urllib.parse import urlsplit

import stripe

from headend.adapters.payment_gateways.incapable import Incapable
from headend.billing.errors import GatewayRefused, NoticeRefused
from headend.billing.ports import (
    Ability,
    Complaint,
    Failure,
    GatewayConfig,
    News,
    Notice,
    Option,
    OptionKind,
    Outcome,
    PaymentOrder,
    PaymentState,
    RawNotice,
    SavedCardReference,
    Started,
)
from headend.billing.rules import smallest_unit
from headend.kernel.errors import Invalid

API = "https://api.stripe.com"
TOLERANCE_SECONDS = 300  # of a notice's age, as Stripe's own libraries have it
CONNECT_SECONDS, READ_SECONDS = 5, 20
RETURN_URL = Option("return_url", OptionKind.URL)
_SIGNED_AT = re.compile(r"(?:^|,)t=([0-9]{1,12})(?:,|$)")

_DECLINES = {
    "authentication_required": Failure.NEEDS_3DS,
    "insufficient_funds": Failure.FUNDS,
    "card_velocity_exceeded": Failure.OPERATION_LIMIT,
    "withdrawal_count_limit_exceeded": Failure.OPERATION_LIMIT,
    "fraudulent": Failure.FRAUD,
    "merchant_blacklist": Failure.FRAUD,
    "lost_card": Failure.DECLINED_FOR_GOOD,
    "stolen_card": Failure.DECLINED_FOR_GOOD,
    "pickup_card": Failure.DECLINED_FOR_GOOD,
    "revocation_of_all_authorizations": Failure.DECLINED_FOR_GOOD,
    "revocation_of_authorization": Failure.DECLINED_FOR_GOOD,
    "expired_card": Failure.BAD_CARD,
    "incorrect_number": Failure.BAD_CARD,
    "incorrect_cvc": Failure.BAD_CARD,
    "amount_too_large": Failure.AMOUNT_LIMITS,
    "amount_too_small": Failure.AMOUNT_LIMITS,
    "resource_missing": Failure.CARD_UNLINKED,
    "card_not_supported": Failure.INSTRUMENT,
    "currency_not_supported": Failure.INSTRUMENT,
    "approve_with_id": Failure.AUTHORISATION,
    "call_issuer": Failure.ISSUER,
    "generic_decline": Failure.ISSUER,
    "do_not_honor": Failure.ISSUER,
    "issuer_not_available": Failure.ISSUER,
}


class StripeGateway(Incapable):
    """See the module. `return_url` is where payers come back to when the device named no page."""

    abilities: ClassVar[frozenset[Ability]] = frozenset(Ability)
    options: ClassVar[tuple[Option, ...]] = (RETURN_URL,)
    api: ClassVar[str] = API

    def __init__(self, config: GatewayConfig) -> None:
        self._return_url = config.text(RETURN_URL)
        self._notice_secret = config.notice_secret
        if not config.secret:
            raise Invalid("Stripe needs an API key", "secret")
        if not _is_page(self._return_url):
            raise Invalid("an http(s) address is needed", RETURN_URL.name)
        self._client = stripe.StripeClient(
            config.secret, base_addresses={"api": self.api}, http_client=_http(), max_network_retries=1
        )

    # --- paying on Stripe's page ---

    def start(self, order: PaymentOrder) -> Started:
        back = order.return_url if _is_page(order.return_url) else self._return_url
        facts = {"key": order.key} | ({"saves_card": "1"} if order.saves_card else {})
        keeping = {"setup_future_usage": "off_session"} if order.saves_card else {}
        item = {"currency": order.currency.lower(), "unit_amount": _minor(order.amount, order.currency)}
        params: dict[str, Any] = {
            "mode": "payment",
            "line_items": [
                {"quantity": 1, "price_data": item | {"product_data": {"name": order.description or "Television"}}}
            ],
            "success_url": back,
            "cancel_url": back,
            "client_reference_id": order.key,
            "metadata": facts,
            "payment_intent_data": {"metadata": facts, **keeping},
            **({"customer_creation": "always"} if order.saves_card else {}),
        }
        with _refusing():
            made = self._client.v1.checkout.sessions.create(params, {"idempotency_key": order.key})  # type: ignore[arg-type]
        return Started(made.id, made.url or "")

    def state_of(self, reference: str) -> Outcome:
        with _refusing():
            if reference.startswith("pi_"):
                return _outcome_of_intent(self._intent(reference))
            session = self._client.v1.checkout.sessions.retrieve(reference).to_dict()
            if session["payment_status"] == "paid":
                return Outcome(PaymentState.PAID, card=self._kept_card(session, session["payment_intent"]))
        state = PaymentState.FAILED if session["status"] == "expired" else PaymentState.PENDING
        return Outcome(state, Failure.UNKNOWN if state is PaymentState.FAILED else None)

    def find(self, key: str) -> tuple[Started, Outcome] | None:
        """Stripe's search knows of a payment within a minute."""
        if not re.fullmatch(r"[\w-]{1,60}", key):
            return None
        query = {"query": f"metadata['key']:'{key}'", "limit": 1, "expand": ["data.payment_method"]}
        with _refusing():
            found = self._client.v1.payment_intents.search(query).data  # type: ignore[arg-type]
        return (Started(found[0].id), _outcome_of_intent(found[0].to_dict())) if found else None

    def _intent(self, reference: str) -> Mapping[str, Any]:
        return self._client.v1.payment_intents.retrieve(reference, {"expand": ["payment_method"]}).to_dict()

    def _intent_of(self, reference: str) -> str:
        """The number of the payment itself, which refunds and receipts are about."""
        if reference.startswith("pi_"):
            return reference
        intent = self._client.v1.checkout.sessions.retrieve(reference).payment_intent
        if not isinstance(intent, str):
            raise GatewayRefused(Failure.BAD_REQUEST, "nothing has been paid there")
        return intent

    def _kept_card(self, paid: Mapping[str, Any], intent: str | None) -> SavedCardReference | None:
        """The card that was to be saved with a payment."""
        wanted = bool((paid.get("metadata") or {}).get("saves_card"))
        return _card_of(self._intent(intent)) if wanted and intent else None

    # --- saved cards ---

    def charge_saved(self, token: str, order: PaymentOrder) -> tuple[Started, Outcome]:
        customer, _, method = token.partition("/")
        params: dict[str, Any] = {
            "amount": _minor(order.amount, order.currency),
            "currency": order.currency.lower(),
            "customer": customer,
            "payment_method": method,
            "off_session": True,
            "confirm": True,
            "metadata": {"key": order.key, "saved_card": "1"},
            **({"description": order.description} if order.description else {}),
        }
        with _refusing():
            made = self._client.v1.payment_intents.create(params, {"idempotency_key": order.key})  # type: ignore[arg-type]
        return Started(made.id), _outcome_of_intent(made.to_dict())

    def forget_card(self, token: str) -> None:
        with _refusing():
            try:
                self._client.v1.payment_methods.detach(token.partition("/")[2])
            except stripe.InvalidRequestError as error:
                if error.code != "resource_missing":  # forgotten before
                    raise

    # --- afterwards ---

    def refund(self, reference: str, amount: Decimal, currency: str, key: str) -> None:
        with _refusing():
            params: Any = {"payment_intent": self._intent_of(reference), "amount": _minor(amount, currency)}
            self._client.v1.refunds.create(params, {"idempotency_key": f"refund-{key}"})

    def send_receipt(self, reference: str, email: str) -> None:
        with _refusing():
            self._client.v1.payment_intents.update(self._intent_of(reference), {"receipt_email": email})

    def check(self) -> None:
        with _refusing():
            self._client.v1.balance.retrieve()

    # --- notices ---

    def read_notice(self, raw: RawNotice) -> Notice:
        if not self._notice_secret:
            raise NoticeRefused(Complaint.NOT_EXPECTED, "there is no signing secret")
        self._prove(raw)
        try:
            event = json.loads(raw.body)
            told = event["data"]["object"]
            read = _READERS.get(event["type"])
            return read(self, told, str(event["id"])[:200]) if read else Notice(News.NOTHING, number=str(event["id"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NoticeRefused(Complaint.UNREADABLE, f"no event that Stripe sends: {error!r}"[:200]) from error

    def _prove(self, raw: RawNotice) -> None:
        header = raw.headers.get("stripe-signature", "")
        try:
            stripe.WebhookSignature.verify_header(raw.body.decode(), header, self._notice_secret, None)
        except (stripe.SignatureVerificationError, UnicodeError) as error:
            raise NoticeRefused(Complaint.BAD_SIGNATURE) from error
        signed_at = _SIGNED_AT.search(header)
        if signed_at is None or abs(raw.at - int(signed_at[1])) > TOLERANCE_SECONDS:
            raise NoticeRefused(Complaint.TOO_OLD)

    def _session_paid(self, session: Mapping[str, Any], number: str) -> Notice:
        if session["payment_status"] != "paid":  # a transfer that takes days; another event follows
            return Notice(News.NOTHING, number=number)
        with _refusing():
            card = self._kept_card(session, session.get("payment_intent"))
        return _notice(
            News.PAID, session, number, session["amount_total"], card=card, key=session["client_reference_id"]
        )

    def _session_failed(self, session: Mapping[str, Any], number: str) -> Notice:
        key = session["client_reference_id"]
        return _notice(News.FAILED, session, number, session["amount_total"], failure=Failure.UNKNOWN, key=key)

    def _intent_paid(self, intent: Mapping[str, Any], number: str) -> Notice:
        with _refusing():
            card = self._kept_card(intent, intent["id"])
        return _notice(News.PAID, intent, number, intent["amount_received"], card=card)

    def _intent_failed(self, intent: Mapping[str, Any], number: str) -> Notice:
        if not (intent.get("metadata") or {}).get("saved_card"):  # on the page another card may be tried
            return Notice(News.NOTHING, number=number)
        return _notice(News.FAILED, intent, number, intent["amount"], failure=_failure_of(intent["last_payment_error"]))

    def _refunded(self, charge: Mapping[str, Any], number: str) -> Notice:
        return _notice(News.REFUNDED, charge, number, charge["amount_refunded"], is_total=True)


_READERS: dict[str, Callable[[StripeGateway, Mapping[str, Any], str], Notice]] = {
    "checkout.session.completed": StripeGateway._session_paid,
    "checkout.session.async_payment_succeeded": StripeGateway._session_paid,
    "checkout.session.async_payment_failed": StripeGateway._session_failed,
    "checkout.session.expired": StripeGateway._session_failed,
    "payment_intent.succeeded": StripeGateway._intent_paid,
    "payment_intent.payment_failed": StripeGateway._intent_failed,
    "charge.refunded": StripeGateway._refunded,
}


def _notice(news: News, told: Mapping[str, Any], number: str, minor: int, *, key: str = "", **more: Any) -> Notice:
    currency = str(told["currency"]).upper()
    amount = Decimal(minor) * smallest_unit(currency)
    key = key or str((told.get("metadata") or {}).get("key", ""))
    return Notice(news, key, str(told["id"]), number, amount, currency, **more)


@cache
def _http() -> stripe.HTTPClient:
    """One for all merchants; it keeps a connection for each thread."""
    return stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS))


def _is_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount / smallest_unit(currency))


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what Stripe's library raises into GatewayRefused. Its own words may name keys and are not told on."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise GatewayRefused(Failure.NETWORK, "Stripe does not answer") from error
    except stripe.CardError as error:
        raise GatewayRefused(_failure_of(_told_by(error)), f"declined: {error.code}") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise GatewayRefused(Failure.UNREGISTERED, "Stripe does not accept the API key") from error
    except stripe.InvalidRequestError as error:
        failure = _DECLINES.get(error.code or "", Failure.BAD_REQUEST)
        raise GatewayRefused(
            failure, f"Stripe refuses the request: {error.code or error.param or 'unknown'}"
        ) from error
    except stripe.StripeError as error:
        # Whether it was done nobody knows.
        raise GatewayRefused(Failure.NETWORK, f"Stripe failed with {error.http_status}") from error


def _told_by(error: stripe.StripeError) -> Mapping[str, Any]:
    body = error.json_body
    told = body.get("error") if isinstance(body, dict) else None
    return told if isinstance(told, dict) else {}


def _failure_of(error: Mapping[str, Any]) -> Failure:
    """Why a card was declined: by the bank's own word, else by Stripe's."""
    words = (error.get("decline_code"), error.get("code"))
    return next((_DECLINES[word] for word in words if word in _DECLINES), Failure.BAD_CARD)


def _outcome_of_intent(intent: Mapping[str, Any]) -> Outcome:
    status = intent["status"]
    if status == "succeeded":
        return Outcome(PaymentState.PAID, card=_card_of(intent))
    if status in ("canceled", "requires_payment_method", "requires_action"):
        error = intent.get("last_payment_error") or {}
        failure = Failure.NEEDS_3DS if status == "requires_action" else _failure_of(error)
        return Outcome(PaymentState.FAILED, failure)
    return Outcome(PaymentState.PENDING)


def _card_of(intent: Mapping[str, Any]) -> SavedCardReference | None:
    """The card of a payment, where it was kept for a customer and told in full."""
    method, customer = intent.get("payment_method"), intent.get("customer")
    if not isinstance(method, Mapping) or not method.get("card") or not customer:
        return None
    card = method["card"]
    return SavedCardReference(f"{customer}/{method['id']}", f"**** {card['last4']}", _last_day(card))


def _last_day(card: Mapping[str, Any]) -> date:
    following = datetime(int(card["exp_year"]), int(card["exp_month"]), 28, tzinfo=UTC) + timedelta(days=4)
    return following.replace(day=1).date() - timedelta(days=1)
