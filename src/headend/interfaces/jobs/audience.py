"""Housekeeping of views."""

import logging
from datetime import UTC, datetime, timedelta

from huey import crontab

from headend.audience.actions import forget_views
from headend.interfaces.jobs.queue import queue

VIEWS_KEPT_DAYS = 400  # a year can be compared with the one before, month by month

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="23", hour="3"))
def forget_old_views() -> None:
    """Forget what was watched more than a year ago."""
    log.info("%s old views forgotten", forget_views(before=datetime.now(UTC) - timedelta(days=VIEWS_KEPT_DAYS)))
