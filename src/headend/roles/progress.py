"""Shows a person what takes long: a spinner with the time on a terminal, plain lines elsewhere. Standard error only."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

SEVERAL_SECONDS = 5.0
console = Console(stderr=True, highlight=False)

Advance = Callable[[float], None]


@contextmanager
def step(title: str) -> Iterator[Advance]:
    """Show that `title` is being done; the function given may be told the share done so far, from 0 to 1."""
    started = time.monotonic()
    if console.is_terminal:
        with _bar() as bar:
            task = bar.add_task(title, total=None)
            yield lambda share: bar.update(task, total=1.0, completed=share)
    else:
        console.print(f"headend: {title} ...", soft_wrap=True)
        yield _say_at_times(title)
    console.print(f"headend: {title}: done in {time.monotonic() - started:.1f} s", soft_wrap=True)


def _bar() -> Progress:
    columns = (TextColumn("headend: {task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _say_at_times(title: str) -> Advance:
    said = time.monotonic()

    def advance(share: float) -> None:
        nonlocal said
        if time.monotonic() - said > SEVERAL_SECONDS:
            said = time.monotonic()
            console.print(f"headend: {title}: {share:.0%}", soft_wrap=True)

    return advance
