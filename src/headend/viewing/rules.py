"""When something has been seen to its end, and how long positions are kept. Pure."""

from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

KEPT_DAYS = 30
MOST_SECONDS = 7 * 86_400
MOST_RECORDINGS = 500  # of one account
HIGHEST_RATING = 10
CHANNELS_REMEMBERED = 50
_CREDITS = 0.95

POSITIONS = "viewing.positions"
"""What change rows call the positions of an account in programmes, with the account's number: the positions themselves
come and go."""


class RefusedPlay(NamedTuple):
    """An account was refused a channel for the same reason so many `times`, lastly `at` (epoch seconds) on a device.

    `reason` is a `playback.rules.Reason`; `device` what tells the device from the account's others.
    """

    account_id: int
    channel_id: int
    reason: str
    device: str
    at: int
    times: int = 1


def is_seen(seconds: int, duration: int) -> bool:
    """Say whether a position is so near the end that only credits are left; not when the length is unknown."""
    return duration > 0 and seconds >= duration * _CREDITS


class RecordingState(IntEnum):
    """How far a recording is; the numbers are our own."""

    PLANNED = 0
    RUNNING = 1
    READY = 2


def recording_state(starts: datetime, ends: datetime, now: datetime) -> RecordingState:
    """Say how far the recording of a programme is."""
    if now < starts:
        return RecordingState.PLANNED
    return RecordingState.RUNNING if now < ends else RecordingState.READY
