"""`headend manage clean_old_messages`: messages that were sent long ago leave the accounts."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError

from headend.messaging.actions import forget_messages


class Command(BaseCommand):
    help = "Delete messages that were sent so many days ago or before, read or not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days_count", type=int, required=True, help="how many days of messages stay")

    def handle(self, *args: Any, days_count: int, **options: Any) -> None:
        if not 0 <= days_count <= 36_500:
            raise CommandError("--days_count is a number from 0 to 36500")
        number = forget_messages(before=datetime.now(UTC) - timedelta(days=days_count))
        self.stdout.write(f"{number} messages deleted")
