"""Who carries an operator's texts: the adapter that its configuration in the records asks for."""

from datetime import datetime
from threading import BoundedSemaphore

from django.conf import settings
from django.utils.module_loading import import_string

from headend.kernel.errors import Invalid
from headend.kernel.sealing import BadSeal, unseal
from headend.subscribers.actions import Post
from headend.subscribers.errors import NotSent
from headend.subscribers.models import TextGateway
from headend.subscribers.ports import Medium, Text, TextSender, TextSenderConfig
from headend.subscribers.queries import text_gateway

OUTBOX = "outbox"
MOST_AT_ONCE = 2
"""Texts that one process hands over at the same time: whoever takes them may be slow, and threads are few."""

_turn = BoundedSemaphore(MOST_AT_ONCE)


def sender_for(operator_id: int, medium: Medium) -> TextSender:
    """What carries an operator's texts by a medium; raises NotSent where nothing is set up for it."""
    gateway = text_gateway(operator_id, medium.value)
    if gateway is None:
        raise NotSent(f"nothing is set up that sends {medium.label}")
    try:
        return _Taking(sender_of(gateway))
    except (Invalid, BadSeal) as error:
        raise NotSent(f"what is set up to send {medium.label} cannot work: {error}") from error


def sender_of(gateway: TextGateway) -> TextSender:
    """The adapter for a record; raises Invalid with the field as its place, and BadSeal."""
    factory = import_string(settings.TEXT_SENDERS).get(gateway.kind)
    if factory is None:
        raise Invalid("there is no such kind", "kind")
    sender: TextSender = factory(
        TextSenderConfig(
            sender=gateway.sender,
            host=gateway.host,
            port=gateway.port,
            security=gateway.security,
            url=gateway.url,
            sends_as=gateway.sends_as,
            fields=gateway.fields,
            headers=gateway.headers,
            expects=gateway.expects,
            username=gateway.username,
            secret=unseal(gateway.sealed_secret, settings.ENCRYPTION_KEY),
            networks=settings.HEADEND.fetch_networks,
            outbox=settings.HEADEND.data / OUTBOX / f"{gateway.operator_id}.jsonl",
        )
    )
    return sender


class _Taking:
    """Takes its turn before it sends."""

    def __init__(self, sender: TextSender) -> None:
        self._sender = sender

    def send(self, text: Text) -> None:
        if not _turn.acquire(blocking=False):
            raise NotSent("too many texts are being handed over")
        try:
            self._sender.send(text)
        finally:
            _turn.release()


def post_at(moment: datetime) -> Post:
    """What actions need to send something at a moment."""
    return Post(senders=sender_for, sealing_key=settings.ENCRYPTION_KEY, now=int(moment.timestamp()))
