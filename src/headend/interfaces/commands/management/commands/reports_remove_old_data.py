"""`headend manage reports_remove_old_data`: what was watched long ago is forgotten."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError

from headend.audience.actions import forget_views


class Command(BaseCommand):
    help = "Delete views that began so many days ago or before; what is popular is then no longer known of that time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, required=True, help="how many days of views stay")

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        if not 0 <= days <= 36_500:
            raise CommandError("--days is a number from 0 to 36500")
        number = forget_views(before=datetime.now(UTC) - timedelta(days=days))
        self.stdout.write(f"{number} views deleted")
