"""Webhooks on their way: a thread that makes events of what was written and has endpoints told, each by itself."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from huey import crontab

from headend.interfaces.jobs.queue import queue
from headend.interfaces.rest.api import describe
from headend.interfaces.texts import sender_for
from headend.operators.actions import ANSWERS_KEPT, forget_answers
from headend.subscribers.errors import NotSent
from headend.subscribers.ports import Medium, Text
from headend.webhooks.actions import deliver, forget_events, take_events
from headend.webhooks.queries import due_endpoints, endpoint_that_went_off

EVENTS_KEPT = timedelta(days=30)
LOOK_EVERY_SECONDS = 0.5
AFTER_TROUBLE_SECONDS = 5.0
THREADS = 12
MOST_OF_ONE_OPERATOR = 4
"""Endpoints that are told at the same time: whoever has slow ones keeps nobody else waiting."""

log = logging.getLogger(__name__)


class Courier:
    """Goes round: takes what is news, and has a thread tell each endpoint that it is the turn of."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="webhooks")
        self._under_way: dict[int, tuple[int, Future[None]]] = {}

    def go_round(self) -> None:
        """Look once; what was begun goes on by itself."""
        while take_events(describe=describe, now=self._clock()):
            pass
        self._under_way = {number: each for number, each in self._under_way.items() if not each[1].done()}
        for number, operator in due_endpoints(self._clock()):
            of_operator = sum(each == operator for each, _going in self._under_way.values())
            if number not in self._under_way and of_operator < MOST_OF_ONE_OPERATOR:
                self._under_way[number] = (operator, self._threads.submit(self._tell, number))

    def wait(self) -> None:
        """Wait for what is under way."""
        for _operator, going in list(self._under_way.values()):
            going.result()

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _tell(self, number: int) -> None:
        try:
            close_old_connections()
            deliver(
                number=number,
                post=import_string(settings.WEBHOOK_POST),
                allowed=settings.HEADEND.fetch_networks,
                sealing_key=settings.ENCRYPTION_KEY,
                clock=self._clock,
            )
            _say_if_switched_off(number)
        except Exception:  # noqa: BLE001 - one endpoint's trouble is not the others'; its delivery is due again
            log.exception("webhook %s could not be told", number)
        finally:
            connection.close()


def run_courier(stopped: Event) -> None:
    """Go round until told to stop; whatever happens, goes on."""
    courier = Courier()
    while not stopped.is_set():
        try:
            close_old_connections()
            courier.go_round()
            stopped.wait(LOOK_EVERY_SECONDS)
        except Exception:  # noqa: BLE001 - the loop of a role
            log.exception("webhooks stand still")
            connection.close()
            stopped.wait(AFTER_TROUBLE_SECONDS)
    courier.close()


def _say_if_switched_off(number: int) -> None:
    """Write to the operator when an endpoint was switched off just now, because it failed for too long."""
    found = endpoint_that_went_off(number)
    if found is None:
        return
    log.error("operator %s: webhook %s is switched off (%s)", found.operator_id, found.pk, found.off_because)
    words = _("The webhook %(name)s (%(url)s) is switched off: %(why)s. Switch it on again in the console.")
    said = words % {"name": found.name, "url": found.url, "why": found.get_off_because_display()}
    if found.operator.email:
        try:
            sender_for(found.operator_id, Medium.EMAIL).send(
                Text(found.operator.email, said, _("Webhook switched off"))
            )
        except NotSent as error:
            log.warning("operator %s could not be written to: %s", found.operator_id, error)


@queue.periodic_task(crontab(minute="27"))
def forget_old_events() -> None:
    """Forget events of a month ago, and answers to requests with an idempotency key of yesterday."""
    now = datetime.now(UTC)
    events, answers = forget_events(before=now - EVENTS_KEPT), forget_answers(before=now - ANSWERS_KEPT)
    log.info("%s webhook events and %s kept answers forgotten", events, answers)
