"""What the database is told about its own records, so that it finds the short way to them."""

from django.db import connection
from huey import crontab

from headend.interfaces.jobs.queue import queue

# SQLite, PRAGMA optimize: 0x02 analyse what may profit, 0x10000 also tables that this connection has not read;
# analysis_limit: look at so many rows of each index, which takes milliseconds of any table.
_SQLITE = ("PRAGMA analysis_limit=1000", "PRAGMA optimize=0x10002")


@queue.periodic_task(crontab(minute="20"))
def refresh_statistics() -> None:
    """Let SQLite count what is in its tables, as the servers do by themselves.

    Without that it takes the operator's index for every question about an operator's account, and reads all accounts.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for statement in _SQLITE:
            cursor.execute(statement)
