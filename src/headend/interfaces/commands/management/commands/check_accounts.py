"""`headend manage check_accounts`: the billing run by hand; the worker does the same every hour."""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management import BaseCommand, CommandError

from headend.billing.actions import Report, run_billing
from headend.billing.queries import operators_run
from headend.kernel.actor import system


class Command(BaseCommand):
    help = (
        "Charge, prolong, take out of service and put into it whatever is due. May be run twice, side by side and "
        "after a crash. Prints a JSON object for each operator; the exit status is 1 when customers could not be "
        "dealt with."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client_id", type=int, help="only the customers of this operator")
        parser.add_argument(
            "--dry-run", "--dry_run", action="store_true", help="tell what would be done, write nothing"
        )

    def handle(self, *args: Any, client_id: int | None, dry_run: bool, **options: Any) -> None:
        operators = operators_run(client_id)
        if client_id is not None and not operators:
            raise CommandError(f"no operator {client_id} is charged by the billing run", returncode=2)
        reports = [self._run(operator, is_dry=dry_run) for operator in operators]
        for report in reports:
            self.stdout.write(json.dumps(summary(report) | ({"dry_run": True} if dry_run else {})))
        if any(report.failures for report in reports):
            sys.exit(1)

    def _run(self, operator: Any, *, is_dry: bool) -> Report:
        done = 0

        def tell(number: int, total: int) -> None:
            nonlocal done
            done += number
            self.stderr.write(f"{operator}: {done} of {total}")

        actor, now = system("check_accounts"), datetime.now(UTC)
        return run_billing(actor=actor, operator=operator, now=now, is_dry=is_dry, tell=tell)


def summary(report: Report) -> dict[str, object]:
    """A report as JSON: amounts as texts by currency, how often each outcome came about."""
    tally = report.tally
    return {
        "client_id": report.operator_id,
        "due": report.due,
        **{outcome.value: number for outcome, number in tally.counts.items()},
        "amounts": {currency: str(amount) for currency, amount in tally.charged.items()},
        "failures": [{"customer_id": number, "error": error} for number, error in report.failures],
    }
