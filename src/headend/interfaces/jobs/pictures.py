"""Pictures that no record names any more go away."""

import logging
from datetime import UTC, datetime, timedelta

from huey import crontab

from headend.interfaces.jobs.queue import queue
from headend.interfaces.pictures import kept_pictures, used_pictures

SPARE = timedelta(days=7)  # in which a form that was begun is saved, and devices forget the lists that name a picture

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="35", hour="4"))
def sweep_pictures() -> None:
    """Delete pictures that have not been used for a week."""
    swept = kept_pictures().sweep(used_pictures(), datetime.now(UTC), SPARE)
    log.info("%s pictures deleted that nothing names", swept)
