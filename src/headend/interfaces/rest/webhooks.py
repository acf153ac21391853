"""Webhook endpoints and their deliveries; and records as events tell of them."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from ninja import Schema
from pydantic import Field

from headend.interfaces.rest.callers import Caller
from headend.interfaces.rest.paging import Filter
from headend.interfaces.rest.problems import Problem
from headend.interfaces.rest.resources import Deed, Resource
from headend.interfaces.rest.shapes import Fields, Moment, Number, partial
from headend.operators.actions import delete
from headend.webhooks import actions
from headend.webhooks.models import Delivery, DeliveryState, Endpoint
from headend.webhooks.rules import EVENTS, NOUNS, check_events, scope_for


class WebhookFields(Fields):
    name: str
    url: str = Field(examples=["https://crm.example.com/headend"])
    events: list[str] = Field(
        description=f"{', '.join(EVENTS)}; or all of a noun: {', '.join(f'{noun}.*' for noun in NOUNS.values())}.",
        examples=[["customer.*", "payment.paid"]],
    )
    only: dict[str, str] = Field(
        {},
        description="Only of records that have one of these values in a field: several with commas between.",
        examples=[{"inbox_id": "3, 4"}],
    )
    is_enabled: bool = True


class WebhookShape(WebhookFields):
    id: int
    off_because: str = Field(description="Empty; failing: for five days; gone: it answered 410.")
    failures: int = Field(description="In a row.")
    failing_since: Moment | None
    created_at: Moment


class SecretShape(Schema):
    """What bodies are signed with; it is told here and nowhere else."""

    webhook_id: int
    secret: str


class SentShape(Schema):
    """How many events will be sent."""

    events: int


class Span(Fields):
    since: Moment
    until: Moment | None = Field(None, description="Null: now.")


def _write(caller: Caller, endpoint: Endpoint, given: Mapping[str, Any]) -> Endpoint:
    for name, value in given.items():
        setattr(endpoint, name, value)
    for name in check_events(endpoint.events):
        if scope_for(name) not in caller.key.scopes:
            raise Problem(403, "scope_missing", f"to be told of {name}, the key needs the scope {scope_for(name)}")
    endpoint.clean_fields(exclude=["sealed_secret"])
    actions.save_endpoint(actor=caller.actor, endpoint=endpoint, sealing_key=settings.ENCRYPTION_KEY)
    return endpoint


def _renew(caller: Caller, endpoint: Endpoint, _body: Fields) -> dict[str, Any]:
    secret = actions.renew_secret(actor=caller.actor, endpoint=endpoint, sealing_key=settings.ENCRYPTION_KEY)
    return {"webhook_id": endpoint.pk, "secret": secret}


def _test(caller: Caller, endpoint: Endpoint, _body: Fields) -> dict[str, Any]:
    actions.send_test(actor=caller.actor, endpoint=endpoint, now=caller.now)
    return {"events": 1}


def _replay(caller: Caller, endpoint: Endpoint, body: Span) -> dict[str, Any]:
    until = body.until or caller.now
    return {
        "events": actions.replay(actor=caller.actor, endpoint=endpoint, since=body.since, until=until, now=caller.now)
    }


WEBHOOKS = Resource(
    path="webhooks",
    noun="webhook",
    text="Addresses of other systems that are told of events, signed as Standard Webhooks says.",
    model=Endpoint,
    shape=WebhookShape,
    filters={"is_enabled": Filter("is_enabled", bool)},
    sorts=("id", "name"),
    new=WebhookFields,
    make=lambda caller, body: _write(caller, Endpoint(operator=caller.operator), body.model_dump()),
    patch=partial(WebhookFields),
    change=_write,
    remove=lambda caller, endpoint: delete(actor=caller.actor, obj=endpoint),
    deeds=(
        Deed(name="secret", text="Give a webhook another secret, told this once", run=_renew, shape=SecretShape),
        Deed(name="test", text="Send a webhook an event that means nothing", run=_test, shape=SentShape),
        Deed(name="replay", text="Send the events of a time again", run=_replay, body=Span, shape=SentShape),
    ),
)


class DeliveryShape(Schema):
    id: int
    webhook_id: int = Field(validation_alias="endpoint_id")
    event: str
    number: str = Field(description="The webhook-id header.")
    record_id: int | None
    state: str = Field(description=", ".join(DeliveryState.values))
    attempts: int
    next_attempt_at: Moment
    last_attempt_at: Moment | None
    status: int | None
    failure: str
    at: Moment

    @staticmethod
    def resolve_event(delivery: Delivery) -> str:
        """What it is of."""
        return delivery.event.name

    @staticmethod
    def resolve_number(delivery: Delivery) -> str:
        """By which the receiver knows it."""
        return delivery.event.number

    @staticmethod
    def resolve_record_id(delivery: Delivery) -> int | None:
        """Of which record."""
        return delivery.event.object_id

    @staticmethod
    def resolve_at(delivery: Delivery) -> Any:
        """When it happened."""
        return delivery.event.at


def _again(caller: Caller, delivery: Delivery, _body: Fields) -> Delivery:
    actions.replay_deliveries(actor=caller.actor, deliveries=[delivery], now=caller.now)
    return caller.own(Delivery).select_related("event").get(pk=delivery.pk)


DELIVERIES = Resource(
    path="webhook-deliveries",
    noun="webhook delivery",
    scope="webhooks",
    text="How events got to webhooks.",
    model=Delivery,
    shape=DeliveryShape,
    joins=("event", "endpoint"),
    filters={
        "webhook_id": Filter("endpoint", Number),
        "state": Filter("state", str),
        "event": Filter("event__name", str),
        "record_id": Filter("event__object_id", Number),
        "from": Filter("event__at__gte", Moment),
        "before": Filter("event__at__lt", Moment),
    },
    deeds=(Deed(name="replay", text="Send a delivery again", run=_again, shape=DeliveryShape),),
)
