"""Calls that all begin at the same moment, as people's do."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connections


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call gave or raised, in their order: each in a thread with database connections of its own."""
    outcomes: list[object] = [None] * len(calls)
    barrier = Barrier(len(calls))

    def run(place: int) -> None:
        barrier.wait()
        try:
            outcomes[place] = calls[place]()
        except Exception as error:  # noqa: BLE001 - handed to the test
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
