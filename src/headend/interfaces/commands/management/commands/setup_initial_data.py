"""`headend manage setup_initial_data`: there is nothing to do."""

from argparse import ArgumentParser

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "headend up prepares the records whenever it starts, and headend demo makes an operator to try"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-sample-data", action="store_true")
