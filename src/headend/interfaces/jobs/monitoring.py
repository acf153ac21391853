"""Housekeeping of what devices tell of themselves."""

import logging
from datetime import UTC, datetime, timedelta

from huey import crontab

from headend.interfaces.jobs.queue import queue
from headend.monitoring.actions import forget_reports

REPORTS_KEPT_DAYS = 7

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="47", hour="3"))
def forget_old_device_reports() -> None:
    """Forget what devices told of themselves a week ago."""
    log.info(
        "%s device reports forgotten", forget_reports(before=datetime.now(UTC) - timedelta(days=REPORTS_KEPT_DAYS))
    )
