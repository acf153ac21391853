"""`headend manage performance_test`: there is nothing to do."""

from argparse import ArgumentParser

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "headend bench measures"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("-r", "--redis", action="store_true")
        parser.add_argument("-db", action="store_true")
        parser.add_argument("-p", "--proc", action="store_true")
        parser.add_argument("-a", "--all", action="store_true")
        parser.add_argument("-s", type=int)
        parser.add_argument("-m", type=int)
        parser.add_argument("-b", type=int)
