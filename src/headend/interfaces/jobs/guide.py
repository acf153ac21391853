"""Guides that come by themselves: each source when it is due, one at once when somebody asks, old programmes away."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from huey import crontab

from headend.catalog.actions.guide import Reading, forget_programmes, import_from_source, import_upload
from headend.catalog.actions.programme_blockings import forget_blockings
from headend.catalog.ports import Fetch
from headend.catalog.queries import due_guide_sources, guide_source, longest_recording_days
from headend.interfaces.jobs.queue import queue
from headend.kernel.actor import system
from headend.kernel.errors import HeadendError

MARGIN_DAYS = 2

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tools:
    """What these jobs work with; the worker role sets all before it takes the first job.

    `fetch` reaches everything, `fetch_public` what an operator's own sources may reach.
    """

    fetch: Fetch | None = None
    fetch_public: Fetch | None = None
    reading: Reading | None = None


tools = Tools()


@queue.periodic_task(crontab(minute="*"))
def import_due_guides() -> None:
    """Put every source that is due on the queue."""
    for number in due_guide_sources(datetime.now(UTC)):
        import_guide_source(number)


@queue.task()
def import_guide_source(number: int, is_forced: bool = False) -> None:
    """Import one source now; its outcome is kept with it."""
    source = guide_source(number)
    fetch = tools.fetch if source is not None and source.operator_id is None else tools.fetch_public
    if source is None or fetch is None or tools.reading is None:
        return
    try:
        import_from_source(
            actor=system("guide schedule"),
            source=source,
            fetch=fetch,
            reading=tools.reading,
            now=datetime.now(UTC),
            is_forced=is_forced,
        )
    except HeadendError as error:
        log.warning("guide source %s: %s", source, error)


@queue.task()
def import_uploaded_guide(number: int, file: str) -> None:
    """Import a guide that staff handed over as a file, which is removed; its outcome is kept with the source."""
    source = guide_source(number)
    if source is None or tools.fetch is None or tools.reading is None:
        return
    try:
        with tools.fetch(file) as fetched:
            import_upload(
                actor=system("guide upload"),
                source=source,
                stream=cast(BinaryIO, fetched.stream),
                reading=tools.reading,
                now=datetime.now(UTC),
            )
    except HeadendError as error:
        log.warning("guide source %s: %s", source, error)
    finally:
        Path(file).unlink(missing_ok=True)


@queue.periodic_task(crontab(minute="17", hour="3"))
def forget_old_programmes() -> None:
    """Delete programmes that no channel can show any more, and blockings that are over."""
    now = datetime.now(UTC)
    oldest = now - timedelta(days=longest_recording_days() + MARGIN_DAYS)
    log.info("%s old programmes forgotten", forget_programmes(before=int(oldest.timestamp())))
    log.info("%s old blockings forgotten", forget_blockings(actor=system("guide schedule"), before=now))
