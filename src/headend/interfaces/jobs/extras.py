"""Housekeeping: what was advertised and what devices told of HbbTV pages, long ago."""

import logging
from datetime import UTC, datetime, timedelta

from huey import crontab

from headend.advertising.actions import forget_shows
from headend.catalog.actions.hbb import forget_reports
from headend.interfaces.jobs.queue import queue

SHOWS_KEPT_DAYS = 90
REPORTS_KEPT_DAYS = 30

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="23", hour="4"))
def forget_old_shows() -> None:
    """Forget which blocks were given to whom a season ago."""
    log.info("%s ad shows forgotten", forget_shows(before=datetime.now(UTC) - timedelta(days=SHOWS_KEPT_DAYS)))


@queue.periodic_task(crontab(minute="33", hour="4"))
def forget_old_reports() -> None:
    """Forget what devices told of HbbTV pages a month ago."""
    log.info("%s HbbTV reports forgotten", forget_reports(before=datetime.now(UTC) - timedelta(days=REPORTS_KEPT_DAYS)))
