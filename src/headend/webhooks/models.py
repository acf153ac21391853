"""Endpoints of other systems, events, and how each delivery of one to the other went."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.operators.models import OperatorOwned
from headend.webhooks.rules import LONGEST_URL


class OffBecause(models.TextChoices):
    HAND = "", _("somebody switched it off")
    FAILING = "failing", _("it failed for days")
    GONE = "gone", _("it answered 410 Gone")


class Endpoint(OperatorOwned):
    """An address of another system that is told of events. `failures` counts those in a row."""

    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=LONGEST_URL)
    sealed_secret = models.TextField(editable=False)
    events: Any = models.JSONField(_("events"), default=list)
    only: Any = models.JSONField(
        _("only where"),
        default=dict,
        blank=True,
        help_text=_("Fields of the record and the values of which one is wanted, such as inbox_id: 3, 4."),
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    off_because = models.CharField(
        _("off because"), max_length=10, choices=OffBecause.choices, default=OffBecause.HAND, blank=True, editable=False
    )
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    resumes_at = models.DateTimeField(_("left alone until"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class Event(OperatorOwned):
    """Something that was written, as it is told. `body` is what is sent, byte for byte, whenever it is sent.

    `number` is the receiver's means to know what it has already; `audit_entry` ours (empty: a test).
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    name = models.CharField(_("event"), max_length=40)
    entity = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(_("record"), null=True)
    audit_entry = models.BigIntegerField(null=True, unique=True)
    body = models.TextField(_("body"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("operator", "at"), name="webhook_event_time"),
            models.Index(fields=("at",), name="webhook_event_age"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.object_id or ''}".strip()


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DELIVERED = "delivered", _("delivered")
    GIVEN_UP = "given_up", _("given up")


class Delivery(OperatorOwned):
    """An event on its way to an endpoint. Those of one record go in order: `subject` is whose turn it is."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", verbose_name=_("endpoint"))
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries", verbose_name=_("event"))
    subject = models.CharField(max_length=90)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    last_attempt_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    failure = models.CharField(_("failure"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("endpoint", "event"), name="webhook_delivery_once"),)
        indexes = (
            models.Index(fields=("state", "next_attempt_at"), name="webhook_delivery_due"),
            models.Index(fields=("endpoint", "subject", "state"), name="webhook_delivery_turn"),
        )

    def __str__(self) -> str:
        return str(self.event)
