"""A small Stripe on a free port: Checkout, payments, saved cards, refunds, with its errors and idempotency keys.

What it answers has the shape of Stripe's documented objects; `stripe/` holds events as Stripe sends them.
"""

import hmac
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.web_server import Quiet, web_server

KEY, SIGNING_SECRET = "sk_test_fake", "whsec_fake"
EVENTS = Path(__file__).parent / "stripe"
DECLINED = {"pm_declined": "insufficient_funds", "pm_stolen": "stolen_card", "pm_3ds": "authentication_required"}


@dataclass
class FakeStripe:
    """`loses`: how many answers get lost after all was done; `is_down`: nothing is done and 500 answered."""

    url: str = ""
    loses: int = 0
    is_down: bool = False
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: list[dict[str, str]] = field(default_factory=list)
    detached: list[str] = field(default_factory=list)
    done: dict[str, Any] = field(default_factory=dict)  # by idempotency key

    def pay(self, session: str) -> None:
        """Somebody pays on the page of a session."""
        paid = self.sessions[session]
        amount, currency = paid["amount_total"], paid["currency"]
        intent = self.intent(amount, currency, paid["metadata"], "pm_1")
        paid.update(payment_status="paid", status="complete", payment_intent=intent["id"])

    def intent(self, amount: int, currency: str, metadata: Mapping[str, str], method: str) -> dict[str, Any]:
        number = f"pi_{len(self.intents) + 1}"
        made = {
            "id": number, "object": "payment_intent", "amount": amount, "amount_received": amount, "currency": currency,
            "status": "succeeded", "metadata": dict(metadata), "customer": "cus_1", "last_payment_error": None,
            "payment_method": {"id": method, "card": {"last4": "4242", "exp_month": 12, "exp_year": 2031}},
        }  # fmt: skip
        self.intents[number] = made
        return made

    def answer(self, verb: str, path: str, given: dict[str, str]) -> tuple[int, Any]:
        """What Stripe says to a call; `given` are the fields as they are sent, "metadata[key]" and the like."""
        what = path.removeprefix("/v1/").split("/")
        if what == ["balance"]:
            return 200, {"object": "balance", "available": []}
        if what[:2] == ["checkout", "sessions"]:
            return self._session(given) if verb == "post" else _found(self.sessions, what[2])
        if what == ["payment_intents", "search"]:
            key = given["query"].split("'")[3]
            found = [intent for intent in self.intents.values() if intent["metadata"].get("key") == key]
            return 200, {"object": "search_result", "data": found, "has_more": False, "url": path}
        if what[0] == "payment_intents":
            return self._intents(verb, what, given)
        if what == ["refunds"]:
            self.refunds.append(given)
            return 200, {"id": f"re_{len(self.refunds)}", "object": "refund", "status": "succeeded"}
        if what[0] == "payment_methods" and what[2] == "detach":
            if what[1] in self.detached:
                return _error(400, "invalid_request_error", "resource_missing")
            self.detached.append(what[1])
            return 200, {"id": what[1], "object": "payment_method", "customer": None}
        return _error(404, "invalid_request_error", "resource_missing")

    def _session(self, given: dict[str, str]) -> tuple[int, Any]:
        number = f"cs_test_{len(self.sessions) + 1}"
        self.sessions[number] = {
            "id": number, "object": "checkout.session", "payment_status": "unpaid", "status": "open",
            "payment_intent": None, "url": f"https://checkout.example/{number}",
            "client_reference_id": given["client_reference_id"],
            "amount_total": int(given["line_items[0][price_data][unit_amount]"]),
            "currency": given["line_items[0][price_data][currency]"],
            "metadata": _metadata(given), "asked": given,
        }  # fmt: skip
        return 200, self.sessions[number]

    def _intents(self, verb: str, what: list[str], given: dict[str, str]) -> tuple[int, Any]:
        if len(what) > 1:
            status, found = _found(self.intents, what[1])
            if verb == "post" and status == 200:
                found.update(given)
            return status, found
        made = self.intent(int(given["amount"]), given["currency"], _metadata(given), given["payment_method"])
        reason = DECLINED.get(given["payment_method"])
        if reason is None:
            return 200, made
        status, body = _error(402, "card_error", "card_declined", reason)
        made.update(status="requires_payment_method", last_payment_error=body["error"])
        return status, body


def _metadata(given: dict[str, str]) -> dict[str, str]:
    return {name[9:-1]: text for name, text in given.items() if name.startswith("metadata[")}


def _found(records: dict[str, dict[str, Any]], number: str) -> tuple[int, Any]:
    return (200, records[number]) if number in records else _error(404, "invalid_request_error", "resource_missing")


def _error(status: int, kind: str, code: str, reason: str = "") -> tuple[int, Any]:
    return status, {"error": {"type": kind, "code": code, "message": "No.", "decline_code": reason}}


@contextmanager
def fake_stripe() -> Iterator[FakeStripe]:
    """Run a Stripe."""
    fake = FakeStripe()

    class Handler(Quiet):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._do("get", _plain(urlsplit(self.path).query))

        def do_POST(self) -> None:
            self._do("post", _plain(self.body().decode()))

        def _do(self, verb: str, given: dict[str, str]) -> None:
            key = self.headers.get("Idempotency-Key") or ""
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                return self._tell(*_error(401, "invalid_request_error", "api_key_invalid"))
            if fake.is_down:
                return self._tell(*_error(500, "api_error", "down"))
            answer = fake.done.get(key) or fake.answer(verb, urlsplit(self.path).path, given)
            if verb == "post" and key:
                fake.done[key] = answer
            if fake.loses:
                fake.loses -= 1
                self.close_connection = True
                return None
            return self._tell(*answer)

        def _tell(self, status: int, body: Any) -> None:
            headers = {"Content_Type": "application/json", "Stripe_Should_Retry": "false"}
            self.answer(status, json.dumps(body).encode(), **headers)

    with web_server(Handler) as running:
        fake.url = running.url
        yield fake


def _plain(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}


def event(name: str, **replaced: object) -> bytes:
    """A recorded event; `replaced` are words in it ("KEY", "AMOUNT") and what they stand for."""
    text = (EVENTS / f"{name}.json").read_text()
    for word, value in replaced.items():
        text = text.replace(f'"{word}"', json.dumps(value)).replace(word, str(value))
    return text.encode()


def signature(body: bytes, at: int | None = None, secret: str = SIGNING_SECRET) -> str:
    """The header Stripe-Signature for a body."""
    moment = int(time.time()) if at is None else at
    made = hmac.new(secret.encode(), f"{moment}.".encode() + body, "sha256").hexdigest()
    return f"t={moment},v1={made},v0=0000"
