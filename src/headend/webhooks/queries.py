"""Reading what waits to be told, to whom, and whose turn it is."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from headend.operators.models import AuditEntry
from headend.webhooks.models import Delivery, DeliveryState, Endpoint, Event


def untold(most: int) -> list[AuditEntry]:
    """Writes that no event was made of yet, the oldest first."""
    return list(AuditEntry.objects.filter(is_news=True).order_by("pk")[:most])


def endpoints_of(operators: Collection[int]) -> QuerySet[Endpoint]:
    """The endpoints of some operators, also those that are off."""
    endpoints: QuerySet[Endpoint] = Endpoint.objects.filter(operator__in=operators).order_by("pk")
    return endpoints


def due_endpoints(now: datetime) -> list[tuple[int, int]]:
    """The endpoints that something should be sent to now, and their operators, by number."""
    waiting = Delivery.objects.filter(endpoint=OuterRef("pk"), state=DeliveryState.WAITING, next_attempt_at__lte=now)
    rested = Q(resumes_at=None) | Q(resumes_at__lte=now)
    due = Endpoint.objects.filter(rested, Exists(waiting), is_enabled=True, operator__is_active=True)
    return list(due.order_by("pk").values_list("pk", "operator_id"))


def endpoint_on(number: int) -> Endpoint | None:
    """An endpoint that is switched on."""
    found: Endpoint | None = Endpoint.objects.filter(pk=number, is_enabled=True).first()
    return found


def endpoint_that_went_off(number: int) -> Endpoint | None:
    """An endpoint that was switched off because it did not work, with its operator."""
    off = Endpoint.objects.select_related("operator").filter(pk=number, is_enabled=False).exclude(off_because="")
    found: Endpoint | None = off.first()
    return found


def next_delivery(endpoint: Endpoint, now: datetime) -> Delivery | None:
    """What an endpoint gets next: the oldest that is due and does not wait for an earlier one of its record."""
    waiting = Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    earlier = waiting.filter(subject=OuterRef("subject"), pk__lt=OuterRef("pk"))
    due = waiting.filter(~Exists(earlier), next_attempt_at__lte=now).select_related("event")
    found: Delivery | None = due.order_by("pk").first()
    return found


def events_between(endpoint: Endpoint, since: datetime, until: datetime) -> QuerySet[Event]:
    """The events of the endpoint's operator in a time, until before `until`."""
    events: QuerySet[Event] = Event.objects.of(endpoint.operator_id)
    return events.filter(at__gte=since, at__lt=until).order_by("pk")
