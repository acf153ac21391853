"""`headend manage cache_customers_dynamic`: there is nothing to do."""

from argparse import ArgumentParser

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "reports are made of the records when somebody asks for them"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client_id", type=int, nargs="+", help="only these operators")
