"""`headend manage flushall`: there is nothing to do."""

from argparse import ArgumentParser

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "there is no cache between the records and the devices"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--flush-protected", action="store_true", help="what is protected too")
