"""Webhook endpoints for tests."""

from itertools import count
from typing import Any

from django.conf import settings
from django.db.models import Model
from tests.factories.operators import make_operator
from tests.factories.subscribers import EPOCH

from headend.kernel.sealing import seal
from headend.operators.models import Operator
from headend.webhooks.models import Delivery, Endpoint, Event

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""Of every endpoint made here."""

_number = count(1)


def make_endpoint(*, operator: Operator | None = None, **fields: Any) -> Endpoint:
    """An endpoint that asks for everything of customers and accounts unless told otherwise."""
    number = next(_number)
    fields.setdefault("name", f"Endpoint {number}")
    fields.setdefault("url", f"https://crm{number}.example/hook")
    fields.setdefault("events", ["customer.*", "account.*"])
    sealed = seal(SECRET, settings.ENCRYPTION_KEY)
    return Endpoint.objects.create(operator=operator or make_operator(), sealed_secret=sealed, **fields)


def make_webhooks(operator: Operator, name: str) -> dict[type[Model], Any]:
    """One record of everything for an operator's screens; every name in it tells whose it is."""
    endpoint, now = make_endpoint(operator=operator, name=f"{name} CRM", url=f"https://{name}.example/"), EPOCH
    event = Event.objects.create(operator=operator, number=f"evt_{name}", name="customer.created", body="{}", at=now)
    delivery = Delivery.objects.create(
        operator=operator, endpoint=endpoint, event=event, subject=event.number, failure=name, next_attempt_at=now
    )
    return {Endpoint: endpoint, Delivery: delivery}
