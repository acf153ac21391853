"""`headend manage check_payment_status`: asks gateways about payments that wait; the worker does it too."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from headend.billing.actions import ask_about_payments
from headend.interfaces.payments import open_gateway
from headend.kernel.actor import system


class Command(BaseCommand):
    help = "Ask gateways how payments stand that wait; those that nobody paid in time have failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--timeout_minutes", type=int, default=1500, help="after so many a payment that still waits has failed"
        )

    def handle(self, *args: Any, timeout_minutes: int, **options: Any) -> None:
        if not 5 <= timeout_minutes <= 525_600:
            raise CommandError("--timeout_minutes is a number from 5 to 525600")
        done = ask_about_payments(
            actor=system("check_payment_status"),
            gateways=open_gateway,
            now=datetime.now(UTC),
            give_up_after=timedelta(minutes=timeout_minutes),
            sealing_key=settings.ENCRYPTION_KEY,
        )
        self.stdout.write(
            f"{done.asked} asked: {done.paid} paid, {done.failed} failed, {done.unanswered} without an answer"
        )
