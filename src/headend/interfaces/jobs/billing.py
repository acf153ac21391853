"""The billing run, for each operator soon after its midnight."""

import logging
from datetime import UTC, datetime

from huey import crontab

from headend.billing.actions import run_billing
from headend.billing.queries import operators_run
from headend.interfaces.jobs.queue import queue
from headend.kernel.actor import system

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="7"))
def check_accounts() -> None:
    """Do what is due. Every hour, since operators have midnights of their own; where nothing is due it costs a look."""
    now = datetime.now(UTC)
    for operator in operators_run():
        report = run_billing(actor=system("billing run"), operator=operator, now=now)
        if report.due:
            counts = {outcome.value: number for outcome, number in report.tally.counts.items()}
            log.info("operator %s: %s, %s failed", operator.pk, counts, len(report.failures))
