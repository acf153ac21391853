"""Commands that other platforms need and this one does not: they are there so that a table of jobs can be kept."""

from typing import Any

from django.core.management import BaseCommand


class IdleCommand(BaseCommand):
    """Says why there is nothing to do, and succeeds."""

    reason = ""

    def __init_subclass__(cls) -> None:
        cls.help = f"Nothing to do here: {cls.reason}."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"nothing to do: {self.reason}")
