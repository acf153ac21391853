"""Endpoints, the making of events, and their delivery.

A write leaves an audit entry that is news, in its own transaction; `take_events` makes an event and deliveries of it,
in one transaction too. So nothing that was acknowledged is lost, whoever dies when. Deliveries may come twice: what
was sent by somebody who died before writing that down is sent again.
"""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from headend.kernel.actor import Actor, system
from headend.kernel.formats import to_json
from headend.kernel.portions import portions
from headend.kernel.sealing import BadSeal, seal, unseal
from headend.kernel.tokens import new_token
from headend.operators.actions import forget, record, save
from headend.operators.models import AuditEntry
from headend.webhooks.errors import NotDelivered
from headend.webhooks.models import Delivery, DeliveryState, Endpoint, Event, OffBecause
from headend.webhooks.ports import Describe, Post
from headend.webhooks.queries import endpoint_on, endpoints_of, events_between, next_delivery, untold
from headend.webhooks.rules import (
    TEST,
    check_events,
    check_only,
    check_url,
    event_of,
    is_about,
    is_wanted,
    new_secret,
    next_attempt,
    pause_after,
    signed,
)

AT_ONCE = 500
LEASE = timedelta(minutes=2)  # within which whoever took a delivery says how it went
FAILS_AT_MOST = timedelta(days=5)
GONE = 410

# --- endpoints ---


@transaction.atomic
def save_endpoint(*, actor: Actor, endpoint: Endpoint, sealing_key: str) -> str:
    """Make or change an endpoint; gives the secret of a new one, which nobody is told again, "" for others.

    Whoever switches it on again has it begin with a clean slate. Raises Invalid.
    """
    endpoint.url, endpoint.events = check_url(endpoint.url), check_events(endpoint.events)
    endpoint.only = check_only(endpoint.only)
    secret = "" if endpoint.pk else new_secret()
    if secret:
        endpoint.sealed_secret = seal(secret, sealing_key)
    if endpoint.is_enabled:
        endpoint.off_because, endpoint.failures = OffBecause.HAND, 0
        endpoint.failing_since = endpoint.resumes_at = None
    save(actor=actor, obj=endpoint)
    return secret


@transaction.atomic
def renew_secret(*, actor: Actor, endpoint: Endpoint, sealing_key: str) -> str:
    """Give an endpoint another secret, and tell it this once; the old one is good for nothing from now on."""
    secret = new_secret()
    endpoint.sealed_secret = seal(secret, sealing_key)
    save(actor=actor, obj=endpoint)
    return secret


# --- from writes to events ---


@transaction.atomic
def take_events(*, describe: Describe, now: datetime, most: int = AT_ONCE) -> int:
    """Make events and deliveries of writes that are news, in their order; says how many writes were taken.

    Two that do this at once wait for each other at the endpoints, and the second finds nothing left.
    """
    news = untold(most)
    operators = {entry.operator_id for entry in news if entry.operator_id}
    endpoints: dict[int, list[Endpoint]] = defaultdict(list)
    for endpoint in endpoints_of(operators).select_for_update():
        endpoints[endpoint.operator_id].append(endpoint)
    mine = AuditEntry.objects.filter(pk__in=[entry.pk for entry in news], is_news=True)
    entries = list(mine.order_by("pk")) if endpoints else []
    told = [entry for entry in entries if _is_wanted_by(entry, endpoints.get(entry.operator_id or 0, ()))]
    events = _events(told, describe)
    Event.objects.bulk_create(events)
    _deliver_to([each for group in endpoints.values() for each in group if each.is_enabled], events, now)
    mine.update(is_news=None)
    return len(news)


def _is_wanted_by(entry: AuditEntry, endpoints: Collection[Endpoint]) -> bool:
    name = event_of(entry.entity, entry.verb, entry.changes)
    return name is not None and any(is_wanted(name, endpoint.events) for endpoint in endpoints)


def _events(entries: Sequence[AuditEntry], describe: Describe) -> list[Event]:
    wanted: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        wanted[entry.entity].append(entry.object_id or 0)
    described = {entity: describe(entity, numbers) for entity, numbers in wanted.items()}
    return [_event(entry, described[entry.entity].get(entry.object_id or 0)) for entry in entries]


def _event(entry: AuditEntry, described: object) -> Event:
    name = event_of(entry.entity, entry.verb, entry.changes) or ""
    number = f"evt_{new_token()}"
    data = {
        "id": entry.object_id,
        "object": None if name.endswith(".deleted") else described,
        "changed": sorted(entry.changes),
        "by": {"kind": entry.actor_kind, "name": entry.actor_name},
    }
    return Event(
        operator_id=entry.operator_id or 0,
        number=number,
        name=name,
        entity=entry.entity,
        object_id=entry.object_id,
        audit_entry=entry.pk,
        body=_body(name, entry.at, data),
        at=entry.at,
    )


def _body(name: str, at: datetime, data: Mapping[str, Any]) -> str:
    return to_json({"type": name, "timestamp": at, "data": data}).decode()


def _deliver_to(endpoints: Iterable[Endpoint], events: Iterable[Event], now: datetime) -> None:
    numbers = {event.number: event for event in events}
    if numbers and any(event.pk is None for event in numbers.values()):  # not every engine tells numbers at once
        found = Event.objects.filter(number__in=numbers).in_bulk(field_name="number")
        numbers = {number: found[number] for number in numbers}
    by_operator: dict[int, list[Endpoint]] = defaultdict(list)
    for endpoint in endpoints:
        by_operator[endpoint.operator_id].append(endpoint)
    Delivery.objects.bulk_create(
        _delivery(endpoint, event, now)
        for event in numbers.values()
        for endpoint in by_operator[event.operator_id]
        if _is_for(endpoint, event)
    )


def _is_for(endpoint: Endpoint, event: Event) -> bool:
    if not is_wanted(event.name, endpoint.events):
        return False
    if not endpoint.only or event.name == TEST:
        return True
    return is_about(json.loads(event.body)["data"]["object"], endpoint.only)


def _delivery(endpoint: Endpoint, event: Event, now: datetime) -> Delivery:
    subject = f"{event.entity}:{event.object_id}" if event.entity else event.number
    return Delivery(
        operator_id=endpoint.operator_id, endpoint=endpoint, event=event, subject=subject, next_attempt_at=now
    )


@transaction.atomic
def send_test(*, actor: Actor, endpoint: Endpoint, now: datetime) -> Event:
    """Have an endpoint told of nothing, to see whether it listens."""
    event = Event.objects.create(
        operator_id=endpoint.operator_id,
        number=f"evt_{new_token()}",
        name=TEST,
        body=_body(TEST, now, {"endpoint": endpoint.name, "by": {"kind": actor.kind.value, "name": actor.name}}),
        at=now,
    )
    _deliver_to([endpoint], [event], now)
    record(actor=actor, verb="test", obj=endpoint)
    return event


@transaction.atomic
def replay(*, actor: Actor, endpoint: Endpoint, since: datetime, until: datetime, now: datetime) -> int:
    """Send the events of a time again, those too that the endpoint did not get because it was off; says how many."""
    Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    events = [each for each in events_between(endpoint, since, until) if _is_for(endpoint, each)]
    numbers = [event.pk for event in events]
    known: set[int] = set()
    for some in portions(numbers, AT_ONCE):
        known |= _again(Delivery.objects.filter(endpoint=endpoint, event__in=some), now)
    _deliver_to([endpoint], [event for event in events if event.pk not in known and event.name != TEST], now)
    record(actor=actor, verb="replay", obj=endpoint, changes={"events": len(events)})
    return len(events)


@transaction.atomic
def replay_deliveries(*, actor: Actor, deliveries: Collection[Delivery], now: datetime) -> int:
    """Send these again, whatever became of them; says how many."""
    _again(Delivery.objects.filter(pk__in=[each.pk for each in deliveries]), now)
    for endpoint in {each.endpoint_id: each.endpoint for each in deliveries}.values():
        number = sum(each.endpoint_id == endpoint.pk for each in deliveries)
        record(actor=actor, verb="replay", obj=endpoint, changes={"events": number})
    return len(deliveries)


def _again(deliveries: Any, now: datetime) -> set[int]:
    found = set(deliveries.values_list("event", flat=True))
    deliveries.update(state=DeliveryState.WAITING, attempts=0, next_attempt_at=now, failure="", status=None)
    return found


# --- delivery ---


def deliver(  # noqa: PLR0913 - who is told, and all that it takes
    *,
    number: int,
    post: Post,
    allowed: Sequence[str],
    sealing_key: str,
    clock: Callable[[], datetime],
    most: int = 100,
) -> list[bool]:
    """Send what is an endpoint's turn, one after the other, until one fails; says how each went.

    A delivery is taken before it is sent: two that do this at once send it once.
    """
    endpoint, went = endpoint_on(number), list[bool]()
    while endpoint is not None and len(went) < most and all(went[-1:]):
        now = clock()
        delivery = next_delivery(endpoint, now)
        if delivery is None or not _take(delivery, now):
            break
        went.append(_send(delivery, endpoint, post, allowed, sealing_key, clock))
    return went


def _take(delivery: Delivery, now: datetime) -> bool:
    mine = Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.WAITING, next_attempt_at=delivery.next_attempt_at
    )
    return bool(mine.update(next_attempt_at=now + LEASE))


def _send(  # noqa: PLR0913 - what is sent, and all that it takes
    delivery: Delivery,
    endpoint: Endpoint,
    post: Post,
    allowed: Sequence[str],
    sealing_key: str,
    clock: Callable[[], datetime],
) -> bool:
    event, body = delivery.event, delivery.event.body.encode()
    try:
        headers = signed(unseal(endpoint.sealed_secret, sealing_key), event.number, int(clock().timestamp()), body)
        status = post(endpoint.url, headers, body, allowed=allowed)
    except (NotDelivered, BadSeal) as error:
        _note_failure(delivery, error, clock())
        return False
    _note_success(delivery, status, clock())
    return True


@transaction.atomic
def _note_success(delivery: Delivery, status: int, now: datetime) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.DELIVERED, attempts=F("attempts") + 1, last_attempt_at=now, status=status, failure=""
    )
    Endpoint.objects.filter(pk=delivery.endpoint_id, failures__gt=0).update(
        failures=0, failing_since=None, resumes_at=None
    )


@transaction.atomic
def _note_failure(delivery: Delivery, error: Exception, now: datetime) -> None:
    endpoint = Endpoint.objects.select_for_update().filter(pk=delivery.endpoint_id).first()
    if endpoint is None:
        return
    attempts = delivery.attempts + 1
    pause = next_attempt(attempts, random.random())  # noqa: S311 - it only spreads
    status = getattr(error, "status", 0)
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=attempts,
        last_attempt_at=now,
        status=status or None,
        failure=str(error)[:200],
        state=DeliveryState.WAITING if pause is not None else DeliveryState.GIVEN_UP,
        next_attempt_at=now + timedelta(seconds=pause or 0),
    )
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.resumes_at = now + timedelta(seconds=pause_after(endpoint.failures))
    endpoint.save(update_fields=["failures", "failing_since", "resumes_at"])
    if status == GONE or now - endpoint.failing_since >= FAILS_AT_MOST:
        _switch_off(endpoint, OffBecause.GONE if status == GONE else OffBecause.FAILING)


def _switch_off(endpoint: Endpoint, why: OffBecause) -> None:
    endpoint.is_enabled, endpoint.off_because = False, why
    save(actor=system("webhooks"), obj=endpoint)


def forget_events(*, before: datetime) -> int:
    """Delete events of before a moment with their deliveries, a few hundred in each transaction; says how many."""
    return forget(Event.objects.filter(at__lt=before))
