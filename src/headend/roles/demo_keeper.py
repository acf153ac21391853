"""Keeps the demonstration's guide a week ahead of the days that pass; does nothing in a real service."""

from datetime import UTC, datetime

from huey import crontab

from headend.interfaces.jobs.queue import queue
from headend.roles.demo_guide import FILE, write_guide
from headend.settings.config import current


@queue.periodic_task(crontab(minute="20", hour="*/6"))
def keep_demo_guide() -> None:
    """Write the guide anew around today; its source brings it in when that is due."""
    data = current().data
    if (data / FILE).exists():
        write_guide(data, datetime.now(UTC))
