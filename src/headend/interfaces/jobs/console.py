"""Housekeeping of the console: sessions of staff that have expired, and old notes of who logged in."""

from django.core.management import call_command
from huey import crontab

from headend.interfaces.jobs.queue import queue

LOGINS_KEPT_DAYS = 365


@queue.periodic_task(crontab(minute="29", hour="4"))
def forget_old_logins() -> None:
    """Delete expired sessions of staff and notes of logins that are older than a year."""
    call_command("clearsessions", verbosity=0)
    call_command("axes_reset_logs", age=LOGINS_KEPT_DAYS, verbosity=0)
