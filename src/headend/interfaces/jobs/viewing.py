"""Housekeeping: positions whose time is over, and reminders of programmes that were on."""

import logging
from datetime import UTC, datetime, timedelta

from huey import crontab

from headend.interfaces.jobs.queue import queue
from headend.viewing.actions import forget_old_positions, forget_old_reminders

REMINDERS_KEPT_DAYS = 2

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="23", hour="4"))
def forget_old_habits() -> None:
    """Forget positions that have expired, and reminders that nobody needs any more."""
    now = datetime.now(UTC)
    positions = forget_old_positions(now=now)
    reminders = forget_old_reminders(before=now - timedelta(days=REMINDERS_KEPT_DAYS))
    log.info("%s old positions and %s old reminders forgotten", positions, reminders)
