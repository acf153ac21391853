"""The worker role: takes jobs from the queue and starts the scheduled ones when their time comes."""

import logging
import pkgutil
import threading
import time
from importlib import import_module
from pathlib import Path

from django.db import close_old_connections
from huey.api import Task
from prometheus_client import write_to_textfile

import headend.interfaces.jobs as jobs
from headend.interfaces.jobs.queue import queue
from headend.interfaces.jobs.webhooks import run_courier
from headend.roles.demo_keeper import keep_demo_guide
from headend.roles.metrics import JOB_LAST_SUCCESS, JOB_SECONDS, JOBS, WORKER, WORKER_SEEN
from headend.settings.config import current

FIGURES_EVERY_SECONDS = 10

log = logging.getLogger(__name__)


def main(arguments: list[str]) -> None:
    """Run jobs until SIGTERM; takes no arguments."""
    if arguments:
        raise SystemExit("the worker role takes no arguments")
    config = current()
    for module in pkgutil.iter_modules(jobs.__path__, jobs.__name__ + "."):
        import_module(module.name)
    keep_demo_guide()
    queue.pre_execute()(_begin)
    queue.post_execute()(_end)
    threading.Thread(target=_leave_figures, args=(config.data / "worker.prom",), daemon=True).start()
    threading.Thread(target=run_courier, args=(threading.Event(),), name="webhooks", daemon=True).start()
    consumer = queue.create_consumer(workers=config.worker_threads, periodic=True, initial_delay=0.1, max_delay=2.0)
    consumer.run()


def _begin(task: Task) -> None:
    close_old_connections()
    task.started = time.monotonic()


def _end(task: Task, _result: object, error: Exception | None) -> None:
    close_old_connections()
    JOBS.labels(task.name, "failed" if error else "done").inc()
    JOB_SECONDS.labels(task.name).inc(time.monotonic() - task.started)
    if not error:
        JOB_LAST_SUCCESS.labels(task.name).set_to_current_time()


def _leave_figures(path: Path) -> None:
    while True:
        WORKER_SEEN.set_to_current_time()
        try:
            write_to_textfile(str(path), WORKER)
        except OSError as error:
            log.warning("the worker's figures cannot be written to %s: %s", path, error)
        time.sleep(FIGURES_EVERY_SECONDS)
