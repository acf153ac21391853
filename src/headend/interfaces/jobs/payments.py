"""Payments that wait are asked about, saved cards charged by themselves, old notices of gateways forgotten."""

import logging
from datetime import UTC, datetime, timedelta

from django.conf import settings
from huey import crontab

from headend.billing.actions import ask_about_payments, forget_notices, make_autopayments
from headend.billing.queries import operators_run
from headend.interfaces.jobs.queue import queue
from headend.interfaces.payments import open_gateway
from headend.kernel.actor import system

GIVE_UP_AFTER = timedelta(hours=25)  # a page of Stripe's is open for a day
NOTICES_KEPT_DAYS = 400  # people dispute what they paid a year ago

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="*/5"))
def ask_gateways() -> None:
    """Ask gateways how payments stand that nobody has told of."""
    done = ask_about_payments(
        actor=system("payments"),
        gateways=open_gateway,
        now=datetime.now(UTC),
        give_up_after=GIVE_UP_AFTER,
        sealing_key=settings.ENCRYPTION_KEY,
    )
    if done.asked:
        log.info("gateways were asked: %s", done)


@queue.periodic_task(crontab(minute="30", hour="1"))
def charge_saved_cards() -> None:
    """Charge saved cards by themselves, before the billing run."""
    for operator in operators_run():
        done = make_autopayments(
            actor=system("autopayments"),
            operator=operator,
            gateways=open_gateway,
            now=datetime.now(UTC),
            sealing_key=settings.ENCRYPTION_KEY,
            with_pool=True,
        )
        log.info("operator %s: %s", operator.pk, done)


@queue.periodic_task(crontab(minute="47", hour="3"))
def forget_old_notices() -> None:
    """Forget what gateways told more than a year ago."""
    log.info("%s notices forgotten", forget_notices(before=datetime.now(UTC) - timedelta(days=NOTICES_KEPT_DAYS)))
