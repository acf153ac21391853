"""`headend manage delete_authkeys`: everybody signs in anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from headend.interfaces.commands.operators import chosen_operators
from headend.kernel.actor import system
from headend.subscribers.actions import close_sessions
from headend.subscribers.models import Session

AT_ONCE = 500


class Command(BaseCommand):
    help = "Sign all devices of an operator out, or of all operators."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client_id", type=int, nargs="+", help="only these operators")

    def handle(self, *args: Any, client_id: list[int] | None, **options: Any) -> None:
        for operator in chosen_operators(client_id):
            number, sessions = 0, Session.objects.of(operator.pk).order_by("pk")
            while closed := close_sessions(actor=system("delete_authkeys"), sessions=sessions[:AT_ONCE]):
                number += closed
            self.stdout.write(f"{operator}: {number} sessions closed")
