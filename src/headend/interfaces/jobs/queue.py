"""The queue that jobs are put on and the worker takes them from. Jobs are functions decorated with `queue.task()` or
`queue.periodic_task(crontab(...))` in the modules beside this one, which the worker imports all.

A job that runs when the worker is killed is not run again: what must happen is looked for by a periodic job.
"""

from huey import SqliteHuey

from headend.settings.config import current

queue = SqliteHuey("headend", filename=str(current().data / "queue.db"), fsync=True, results=False, utc=True)
