"""`headend manage clear_customer_log`: there is nothing to do."""

from argparse import ArgumentParser

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "what was done to customers is in the audit log, which is kept"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, required=True, help="how many days stay")
