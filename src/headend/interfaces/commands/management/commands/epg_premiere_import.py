"""`headend manage epg_premiere_import`: there is nothing to do."""

from argparse import ArgumentParser

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "premieres come with the guide itself"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--epg_channel_id", type=int, help="only this guide channel")
