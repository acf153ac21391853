"""Housekeeping of what households do by themselves: old codes, pictures and televisions that nobody waits for."""

import logging
import time

from huey import crontab

from headend.interfaces.jobs.queue import queue
from headend.subscribers.actions import forget_captchas, forget_codes, forget_qr_logins

CODES_KEPT_SECONDS = 2 * 86400  # by then no limit counts what was sent

log = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="47"))
def forget_old_proofs() -> None:
    """Delete codes, captchas and QR sign-ins that are over."""
    now = int(time.time())
    codes, pictures, televisions = (
        forget_codes(before=now - CODES_KEPT_SECONDS),
        forget_captchas(now=now),
        forget_qr_logins(now=now),
    )
    log.info("%s codes, %s pictures and %s QR sign-ins forgotten", codes, pictures, televisions)
