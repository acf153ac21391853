"""`headend manage delete_old_reports`: what devices told of themselves long ago is forgotten."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError

from headend.monitoring.actions import forget_reports


class Command(BaseCommand):
    help = "Delete reports of devices that are so many days old; the worker does so after a week."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--save-days", type=int, default=7, help="how many days of reports stay")

    def handle(self, *args: Any, save_days: int, **options: Any) -> None:
        if not 0 <= save_days <= 36_500:
            raise CommandError("--save-days is a number from 0 to 36500")
        number = forget_reports(before=datetime.now(UTC) - timedelta(days=save_days))
        self.stdout.write(f"{number} reports deleted")
