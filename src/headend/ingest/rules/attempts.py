"""When a step that failed is tried again, and when that is left to people."""

from datetime import timedelta

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
MOST_WITHOUT_VERDICT = 8
"""Attempts, some twenty minutes in all: whoever is too slow by then, or killed every time, needs somebody to look."""


def pause_after(failures: int) -> timedelta:
    """How long to wait once a step has failed so often in a row, counted from 1: longer and longer."""
    return min(FIRST_PAUSE * (1 << min(failures - 1, 20)), LONGEST_PAUSE)
