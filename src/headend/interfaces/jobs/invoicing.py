"""Invoices on the first of the month."""

import logging
from datetime import UTC, datetime, timedelta

from huey import crontab

from headend.billing.queries import today_of
from headend.interfaces.jobs.queue import queue
from headend.invoicing.actions import issue_invoices
from headend.invoicing.queries import operators_invoicing_monthly
from headend.kernel.actor import system
from headend.operators.queries import Days

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="40", hour="*/6"))
def issue_monthly_invoices() -> None:
    """Invoice what was sold last month, for all operators who want that; several times, so that no month is missed."""
    now = datetime.now(UTC)
    for operator in operators_invoicing_monthly():
        today = today_of(operator, now)
        last = today.replace(day=1) - timedelta(days=1)
        days = Days(operator, last.replace(day=1), last)
        number = issue_invoices(actor=system("monthly invoices"), days=days, issued_on=today)
        if number:
            log.info("%s invoices issued for operator %s", number, operator.pk)
