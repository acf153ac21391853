"""`headend manage issue_invoices`: invoices for all that was sold in a month and is on none."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime
from typing import Any

from django.core.management import BaseCommand, CommandError

from headend.billing.queries import today_of
from headend.billing.rules import months_after
from headend.invoicing.actions import issue_invoices
from headend.kernel.actor import system
from headend.operators.models import Operator
from headend.operators.queries import Days


class Command(BaseCommand):
    help = "Issue an invoice to every customer for what was sold in a month and is on no invoice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client_id", type=int, required=True, help="the operator's number")
        parser.add_argument("--month", required=True, help="the month, as 2026-11")

    def handle(self, *args: Any, client_id: int, month: str, **options: Any) -> None:
        operator = Operator.objects.filter(pk=client_id).first()
        if operator is None:
            raise CommandError(f"--client_id {client_id}: there is no such operator")
        try:
            first = date.fromisoformat(f"{month}-01")
            days = Days(operator, first, date.fromordinal(months_after(first, 1).toordinal() - 1))
        except ValueError as error:
            raise CommandError(f"--month {month}: not a month such as 2026-11") from error
        today = today_of(operator, datetime.now(UTC))
        if days.last >= today:
            raise CommandError(f"--month {month}: the month is not over")
        number = issue_invoices(actor=system("issue_invoices"), days=days, issued_on=today, progress=self._told)
        self.stdout.write(f"{number} invoices issued")

    def _told(self, done: int) -> None:
        if done % 1000 == 0:
            self.stderr.write(f"{done} …")
