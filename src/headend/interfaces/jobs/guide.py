"""Guides that come by themselves: each source when it is due, one at once when somebody asks, old programmes away."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from huey import crontab

from headend.catalog.actions.guide import forget_programmes, import_upload
from headend.catalog.actions.programme_blockings import forget_blockings
from headend.catalog.queries import due_guide_sources, guide_source, longest_recording_days
from headend.interfaces.guide_sources import fetch_anything, import_source, reading
from headend.interfaces.jobs.queue import queue
from headend.kernel.actor import system
from headend.kernel.errors import HeadendError

MARGIN_DAYS = 2

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="*"))
def import_due_guides() -> None:
    """Put every source that is due on the queue."""
    for number in due_guide_sources(datetime.now(UTC)):
        import_guide_source(number)


@queue.task()
def import_guide_source(number: int, is_forced: bool = False) -> None:
    """Import one source now; its outcome is kept with it."""
    source = guide_source(number)
    if source is None:
        return
    try:
        import_source(actor=system("guide schedule"), source=source, now=datetime.now(UTC), is_forced=is_forced)
    except HeadendError as error:
        log.warning("guide source %s: %s", source, error)


@queue.task()
def import_uploaded_guide(number: int, file: str) -> None:
    """Import a guide that staff handed over as a file, which is removed; its outcome is kept with the source."""
    source = guide_source(number)
    if source is None:
        return
    try:
        with fetch_anything()(file) as fetched:
            import_upload(
                actor=system("guide upload"),
                source=source,
                stream=cast(BinaryIO, fetched.stream),
                reading=reading(),
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
