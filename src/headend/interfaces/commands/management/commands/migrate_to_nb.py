"""`headend manage migrate_to_nb`: each subscription of an operator's customers renews by itself, for good."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction

from headend.billing.actions import charge_by_subscription
from headend.kernel.actor import system
from headend.operators.models import BillingMode, Operator


class Command(BaseCommand):
    help = (
        "Change an operator from the simple billing mode to that of subscriptions. What is paid stays paid. "
        "There is no way back: look first with --dry-run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client_id", type=int, required=True, help="the operator's number")
        parser.add_argument(
            "--dry-run", "--dry_run", action="store_true", help="tell what would be done, write nothing"
        )

    def handle(self, *args: Any, client_id: int, dry_run: bool, **options: Any) -> None:
        operator = Operator.objects.filter(pk=client_id).first()
        if operator is None:
            raise CommandError(f"--client_id {client_id}: there is no such operator")
        if operator.billing_mode == BillingMode.SUBSCRIPTION:
            self.stdout.write(f"operator {operator.pk} is charged by subscription already")
            return
        with transaction.atomic():
            moved = charge_by_subscription(actor=system("migrate_to_nb"), operator=operator, now=datetime.now(UTC))
            transaction.set_rollback(dry_run)
        renew = "would renew by themselves" if dry_run else "renew by themselves"
        free = f"{moved.free} of them free of charge, as nobody was charged for them"
        self.stdout.write(f"operator {operator.pk}: {moved.subscriptions} subscriptions {renew}, {free}")
