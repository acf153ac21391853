"""Housekeeping of ingest."""

import logging
from datetime import UTC, datetime, timedelta

from huey import crontab

from headend.ingest.actions.log import forget_log
from headend.interfaces.jobs.queue import queue

LOG_KEPT_DAYS = 365  # the history of packages is kept for good

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="53", hour="3"))
def forget_old_log() -> None:
    """Forget what was told of ingest a year ago."""
    log.info("%s entries of the ingest log forgotten", forget_log(before=datetime.now(UTC) - timedelta(LOG_KEPT_DAYS)))
