"""Webhooks through the API: made, tried, looked at, sent again; and never more told than the key may read."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.factories.operators import make_operator
from tests.factories.subscribers import make_customer
from tests.factories.webhooks import make_endpoint
from tests.interfaces.rest.conftest import Caller, make_caller

from headend.interfaces.rest.api import describe
from headend.kernel.sealing import unseal
from headend.operators.rules import EVENT_ENTITIES
from headend.webhooks.actions import deliver, take_events
from headend.webhooks.models import Endpoint
from headend.webhooks.rules import signed

pytestmark = pytest.mark.django_db
WANTED = {"name": "CRM", "url": "https://crm.example/hook", "events": ["customer.*"]}


def tell(endpoint: int, status: int = 200) -> None:
    """Have a webhook told of everything there is."""

    def post(*_: Any, **__: Any) -> int:
        return status

    take_events(describe=describe, now=datetime.now(UTC))
    deliver(
        number=endpoint,
        post=post,
        allowed=(),
        sealing_key=settings.ENCRYPTION_KEY,
        clock=lambda: datetime.now(UTC) + timedelta(seconds=1),
    )


def test_a_webhook_lives(caller: Caller) -> None:
    made = caller.post("webhooks", WANTED)
    assert made.status_code == 201, made.content
    assert (made.json()["events"], made.json()["failures"], "secret" in made.json()) == (["customer.*"], 0, False)
    changed = caller.patch(made["Location"], {"events": ["payment.paid", "customer.*"], "is_enabled": False}).json()
    assert (changed["events"], changed["is_enabled"]) == (["payment.paid", "customer.*"], False)
    assert caller.delete(made["Location"]).status_code == 204
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "ftp://x/"),
        ("url", ""),
        ("url", "http://u:p@x/"),
        ("events", []),
        ("events", ["all"]),
        ("name", "x" * 101),
    ],
)
def test_what_is_no_webhook(caller: Caller, field: str, value: Any) -> None:
    refused = caller.post("webhooks", {**WANTED, field: value})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_nobody_is_told_what_the_key_may_not_read() -> None:
    narrow = make_caller(scopes=["webhooks:read", "webhooks:write", "payments:read"])
    assert narrow.post("webhooks", {**WANTED, "events": ["payment.*"]}).status_code == 201
    refused = narrow.post("webhooks", WANTED)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    wide = make_endpoint(operator=narrow.operator, events=["customer.*"])
    assert narrow.patch(f"webhooks/{wide.pk}", {"url": "https://elsewhere.example/"}).status_code == 403


def test_the_secret_is_told_when_it_is_made(caller: Caller) -> None:
    number = caller.post("webhooks", WANTED).json()["id"]
    told = caller.post(f"webhooks/{number}/secret", {}).json()
    assert told["secret"] == unseal(Endpoint.objects.get().sealed_secret, settings.ENCRYPTION_KEY)
    assert caller.post(f"webhooks/{number}/secret", {}).json()["secret"] != told["secret"]
    assert told["secret"] not in caller.get(f"webhooks/{number}").content.decode()


def test_deliveries_are_seen_and_sent_again(caller: Caller) -> None:
    number = caller.post("webhooks", WANTED).json()["id"]
    customer = caller.post("customers", {"last_name": "Rossi"}).json()["id"]
    tell(number)
    (delivery,) = caller.get("webhook-deliveries", webhook_id=number, state="delivered").json()["data"]
    told = {name: delivery[name] for name in ("webhook_id", "event", "record_id", "attempts", "status")}
    assert told == {
        "webhook_id": number,
        "event": "customer.created",
        "record_id": customer,
        "attempts": 1,
        "status": 200,
    }
    again = caller.post(f"webhook-deliveries/{delivery['id']}/replay", {}).json()
    assert (again["state"], again["attempts"], again["number"]) == ("waiting", 0, delivery["number"])
    tell(number)
    hour = timedelta(hours=1)
    span = {"since": (datetime.now(UTC) - hour).isoformat(), "until": (datetime.now(UTC) + hour).isoformat()}
    assert caller.post(f"webhooks/{number}/replay", span).json() == {"events": 1}
    assert caller.post(f"webhooks/{number}/test", {}).json() == {"events": 1}
    assert caller.ids("webhook-deliveries", event="test") != []
    assert caller.ids("webhook-deliveries", event="customer.created", record_id=customer) == [delivery["id"]]


def test_other_operators_webhooks(caller: Caller) -> None:
    foreign = make_endpoint(operator=make_operator())
    for path in ("", "/secret", "/test", "/replay"):
        body = {"since": "2026-01-01T00:00:00Z"} if path == "/replay" else {}
        answer = caller.post(f"webhooks/{foreign.pk}{path}", body) if path else caller.get(f"webhooks/{foreign.pk}")
        assert answer.status_code == 404, path


def test_every_noun_is_described_as_it_is_read(caller: Caller) -> None:
    customer = make_customer(operator=caller.operator)
    described = describe("subscribers.customer", [customer.pk, 10**9])
    assert described == {customer.pk: caller.get(f"customers/{customer.pk}").json()}
    assert [entity for entity in EVENT_ENTITIES if describe(entity, [1]) and entity != "subscribers.customer"] == []
    assert describe("viewing.seanceticket", [1]) == {}


def test_the_example_in_the_docs_checks_signatures() -> None:
    page = Path(__file__).parents[3] / "docs" / "3-extend" / "rest.md"
    (example,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    known: dict[str, Any] = {}
    exec(example, known)  # the project's own page
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"type":"test"}'
    headers = signed(secret, "evt_1", int(time.time()), body)
    assert known["is_genuine"](secret, headers, body)
    assert not known["is_genuine"](secret, headers, body + b" ")
    assert not known["is_genuine"](secret, signed(secret, "evt_1", int(time.time()) - 301, body), body)
