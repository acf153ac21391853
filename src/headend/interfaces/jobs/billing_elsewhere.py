"""Other billing systems: asked about accounts that are on and, each night, about all; told of payments."""

import logging
from datetime import UTC, datetime

from huey import crontab

from headend.interfaces.billing_elsewhere_runs import check_online, process_all, tell_payments
from headend.interfaces.jobs.queue import queue
from headend.kernel.actor import system

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="*/5"))
def check_accounts_elsewhere() -> None:
    """Ask whether accounts whose devices are on may still be used."""
    changed = check_online(actor=system("other billing system"), now=datetime.now(UTC))
    if changed:
        log.info("%s accounts were put into service or out of it by other billing systems", changed)


@queue.periodic_task(crontab(minute="10", hour="2"))
def process_accounts_elsewhere() -> None:
    """Ask what shall become of accounts that are billed elsewhere."""
    asked, failed = process_all(actor=system("other billing system"))
    if asked or failed:
        log.info("other billing systems were asked about %s accounts, in vain about %s", asked, failed)


@queue.periodic_task(crontab(minute="*"))
def tell_payments_elsewhere() -> None:
    """Tell other billing systems of money that came in."""
    tell_payments(now=datetime.now(UTC))
