"""`headend manage send_activation_expires_messages`: households hear that their service is about to end."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management import BaseCommand, CommandError

from headend.billing.queries import operators_run
from headend.kernel.actor import system
from headend.messaging.actions import tell_of_endings

LONGEST = 31


class Command(BaseCommand):
    help = (
        "Write to accounts, on screen and by mail, whose service the billing run will end within so many days, with "
        "what they have to pay. May be run as often as one likes: nobody is told of the same day again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client_id", type=int, help="only the customers of this operator")
        parser.add_argument("--days_count", type=int, default=3, help="how many days ahead; 3 unless told otherwise")

    def handle(self, *args: Any, client_id: int | None, days_count: int, **options: Any) -> None:
        if not 0 <= days_count <= LONGEST:
            raise CommandError(f"--days_count is a number from 0 to {LONGEST}")
        operators = operators_run(client_id)
        if client_id is not None and not operators:
            raise CommandError(f"no operator {client_id} is charged by the billing run")
        actor, now = system("send_activation_expires_messages"), datetime.now(UTC)
        for operator in operators:
            number = tell_of_endings(actor=actor, operator=operator, now=now, days=days_count)
            self.stdout.write(f"operator {operator.pk}: {number} accounts told")
