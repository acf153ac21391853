"""Mailings on their way, texts to phones and mail boxes, and messages that are forgotten."""

import logging
from datetime import UTC, datetime, timedelta

from huey import crontab

from headend.interfaces.jobs.queue import queue
from headend.interfaces.texts import sender_for
from headend.messaging.actions import deliver_portion, forget_messages, send_due_texts
from headend.messaging.queries import mailings_to_send

MESSAGES_KEPT_DAYS = 365

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="*"))
def send_waiting_mailings() -> None:
    """Go on with every mailing that was released, also after a worker was killed; then send what waits."""
    for number in mailings_to_send():
        deliver_mailing(number)
    send_waiting_texts()


@queue.task()
def deliver_mailing(number: int) -> None:
    """Deliver a mailing to its last account. Two workers may do this at once: each portion is somebody's alone."""
    while deliver_portion(number=number, now=datetime.now(UTC)):
        pass
    send_waiting_texts()


@queue.task()
def send_waiting_texts() -> None:
    """Hand over texts whose turn it is, as long as any get through."""
    while send_due_texts(senders=sender_for, now=datetime.now(UTC)):
        pass


@queue.periodic_task(crontab(minute="3", hour="3"))
def forget_old_messages() -> None:
    """Forget messages of a year ago."""
    log.info("%s messages forgotten", forget_messages(before=datetime.now(UTC) - timedelta(days=MESSAGES_KEPT_DAYS)))
