"""`headend manage make_vodpvr`: titles on demand made from what channels have recorded."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management import BaseCommand

from headend.interfaces.commands.operators import chosen_operators
from headend.kernel.actor import system
from headend.vod.actions.recorded import make_recorded_titles


class Command(BaseCommand):
    help = "Make titles of the programmes that the archives have, and take those away that they have lost."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client_id", type=int, nargs="+", help="only these operators")

    def handle(self, *args: Any, client_id: list[int] | None, **options: Any) -> None:
        for operator in chosen_operators(client_id):
            done = make_recorded_titles(actor=system("make_vodpvr"), operator_id=operator.pk, now=datetime.now(UTC))
            self.stdout.write(
                f"{operator}: {done.recordings} recordings in {done.titles} new titles;"
                f" {done.recordings_gone} recordings and {done.titles_gone} titles taken away"
            )
