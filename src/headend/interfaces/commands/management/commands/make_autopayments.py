"""`headend manage make_autopayments`: charges saved cards by themselves; the worker does the same every night."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from headend.billing.actions import make_autopayments
from headend.billing.queries import operators_run
from headend.interfaces.payments import open_gateway
from headend.kernel.actor import system


class Command(BaseCommand):
    help = "Charge saved cards with what balances lack for the next period; run it just before check_accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client_id", type=int, help="only customers of this operator")
        parser.add_argument("--use_pool", action="store_true", help="ask several gateways at once")

    def handle(self, *args: Any, client_id: int | None, use_pool: bool, **options: Any) -> None:
        for operator in operators_run(client_id):
            done = make_autopayments(
                actor=system("make_autopayments"),
                operator=operator,
                gateways=open_gateway,
                now=datetime.now(UTC),
                sealing_key=settings.ENCRYPTION_KEY,
                with_pool=use_pool,
            )
            self.stdout.write(f"{operator}: {done.paid} paid, {done.declined} declined, {done.unanswered} unanswered")
