"""Housekeeping: positions and recordings whose time is over, and reminders of programmes that were on."""

import logging
from datetime import UTC, datetime, timedelta

from huey import crontab

from headend.interfaces.jobs.queue import queue
from headend.viewing.actions import (
    forget_old_positions,
    forget_old_recordings,
    forget_old_refusals,
    forget_old_reminders,
)

REMINDERS_KEPT_DAYS = 2
REFUSALS_KEPT_DAYS = 30

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="23", hour="4"))
def forget_old_habits() -> None:
    """Forget positions and recordings that have expired, and reminders that nobody needs any more."""
    now = datetime.now(UTC)
    positions = forget_old_positions(now=now)
    reminders = forget_old_reminders(before=now - timedelta(days=REMINDERS_KEPT_DAYS))
    recordings = forget_old_recordings(before=now)
    refusals = forget_old_refusals(before=now - timedelta(days=REFUSALS_KEPT_DAYS))
    log.info(
        "%s old positions, %s old reminders, %s old recordings and %s old refusals forgotten",
        positions,
        reminders,
        recordings,
        refusals,
    )
