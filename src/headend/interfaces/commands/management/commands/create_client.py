"""`headend manage create_client`: an operator and its key for devices."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.db import transaction

from headend.kernel.actor import system
from headend.kernel.errors import Invalid
from headend.operators.actions import issue_key, save_operator
from headend.operators.models import Operator
from headend.operators.rules import Api
from headend.subscribers.actions import serve_device_types

ACTOR = system("create_client")
MOST = 10_000


class Command(BaseCommand):
    help = "Make an operator with all types of devices, and print its number and its key of the device API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="what it is called")
        parser.add_argument(
            "--client_id",
            type=int,
            choices=range(1, MOST + 1),
            metavar="NUMBER",
            help=f"a number that its devices have already, up to {MOST}; else the next one",
        )
        parser.add_argument("--api_key", default="", help="a key that its devices have already; else one is made")
        parser.add_argument("--domain_prefix", default="", help="the name of its pages")
        parser.add_argument("--email", default="", help="its address")

    @transaction.atomic
    def handle(  # noqa: PLR0913 - the command's options
        self,
        *args: Any,
        name: str,
        client_id: int | None,
        api_key: str,
        domain_prefix: str,
        email: str,
        **options: Any,
    ) -> None:
        if Operator.objects.filter(name=name).exists():
            raise CommandError(f"there is an operator called {name} already")
        if client_id is not None and (taken := Operator.objects.filter(pk=client_id).first()):
            raise CommandError(f"--client_id: {client_id} is the number of {taken}")
        operator = Operator(pk=client_id, name=name, domain_prefix=domain_prefix, email=email)
        try:
            operator.clean_fields()
            save_operator(actor=ACTOR, operator=operator)
            serve_device_types(actor=ACTOR, operator=operator)
            _, text = issue_key(
                actor=ACTOR, operator=operator, api=Api.DEVICE, sealing_key=settings.ENCRYPTION_KEY, text=api_key
            )
        except ValidationError as error:
            raise CommandError(
                "; ".join(f"--{field}: {' '.join(said)}" for field, said in error.message_dict.items())
            ) from error
        except Invalid as error:
            raise CommandError(f"--api_key: {error}") from error
        self.stdout.write(f"{operator}, number {operator.pk}")
        self.stdout.write("the key is the one given" if api_key else f"key of the device API: {text}")
