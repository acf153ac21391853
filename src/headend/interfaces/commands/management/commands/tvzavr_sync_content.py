"""`headend manage tvzavr_sync_content`: there is nothing to do."""

from argparse import ArgumentParser

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "no partner's catalogue is built in: titles come by the Content API, as packages or as tables"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--load_actor_info", action="store_true")
