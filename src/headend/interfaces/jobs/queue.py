"""The queue that jobs are put on and the worker takes them from. Jobs are functions decorated with `queue.task()` or
`queue.periodic_task(crontab(...))` in the modules beside this one, which the worker imports all.

A job may run twice when the worker is killed while it runs, so it must be safe to repeat.
"""

from huey import SqliteHuey

from headend.settings.config import current

queue = SqliteHuey("headend", filename=str(current().data / "queue.db"), fsync=True, results=False, utc=True)
