"""`headend manage clone_client`: a new operator with what another one shows."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from headend.interfaces.commands.operators import chosen_operators
from headend.kernel.actor import system
from headend.portal.actions.cloning import Part, clone_operator


class Command(BaseCommand):
    help = "Make an operator like another one, with copies of what it shows; keys, staff and households are not copied."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--src_client_id", type=int, required=True, help="the operator to copy")
        for part in Part:
            parser.add_argument(f"--clone-{part}", action="store_true", help=f"its {part} too")

    def handle(self, *args: Any, src_client_id: int, **options: Any) -> None:
        (source,) = chosen_operators([src_client_id])
        parts = [part for part in Part if options[f"clone_{part}"]]
        operator = clone_operator(actor=system("clone_client"), source=source, parts=parts)
        self.stdout.write(f"{operator}, number {operator.pk}")
