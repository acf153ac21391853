"""`headend manage remove_viewed_content_history`: titles that were watched long ago leave the accounts' histories."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError

from headend.viewing.actions import forget_history


class Command(BaseCommand):
    help = (
        "Take titles from every account's history that were last watched so many days ago; ratings and favourites stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client_id", type=int, help="only accounts of this operator")
        parser.add_argument("--days", type=int, required=True, help="how many days of history stay")

    def handle(self, *args: Any, client_id: int | None, days: int, **options: Any) -> None:
        if not 0 <= days <= 36_500:
            raise CommandError("--days is a number from 0 to 36500")
        before = datetime.now(UTC) - timedelta(days=days)
        number = forget_history(before=before, operator_id=client_id)
        self.stdout.write(f"{number} titles taken from histories")
