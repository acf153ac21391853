"""Housekeeping: sessions that nobody uses any more, and change rows that every gate has read."""

import logging
from datetime import UTC, datetime, timedelta

from huey import crontab

from headend.interfaces.jobs.queue import queue
from headend.operators.actions import forget_changes
from headend.subscribers.actions import forget_old_sessions, forget_refused_sign_ins

REFUSALS_KEPT_DAYS = 30
SESSIONS_KEPT_DAYS = 3650  # a set-top box that comes back from the attic is still signed in
CHANGES_KEPT_HOURS = 24  # a gate that was away for longer than an hour begins with a snapshot anyway

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="41", hour="4"))
def close_old_sessions() -> None:
    """Close sessions that have been silent for years."""
    log.info(
        "%s old sessions closed", forget_old_sessions(before=datetime.now(UTC) - timedelta(days=SESSIONS_KEPT_DAYS))
    )


@queue.periodic_task(crontab(minute="27", hour="4"))
def forget_old_refused_sign_ins() -> None:
    """Forget who was not let in a month ago and not since."""
    before = datetime.now(UTC) - timedelta(days=REFUSALS_KEPT_DAYS)
    log.info("%s refused sign-ins forgotten", forget_refused_sign_ins(before=before))


@queue.periodic_task(crontab(minute="13"))
def forget_old_changes() -> None:
    """Forget change rows of yesterday and before."""
    log.info("%s change rows forgotten", forget_changes(before=datetime.now(UTC) - timedelta(hours=CHANGES_KEPT_HOURS)))
