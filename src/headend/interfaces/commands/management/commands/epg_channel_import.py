"""`headend manage epg_channel_import`: there is nothing to do."""

from argparse import ArgumentParser

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "guide channels, and the addresses of their icons, come with the guide itself: epg_import"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--epg_source_id", type=int)
        parser.add_argument("--epg_source_name")
        parser.add_argument("--epg_channel_id", type=int)
        parser.add_argument("--channel_id", type=int)
        parser.add_argument("--reimport_icons", action="store_true")
        parser.add_argument("--force_import", action="store_true")
        parser.add_argument("--force_parser_handling", action="store_true")
        parser.add_argument("--force_disable_parser_handling", action="store_true")
        parser.add_argument("--fix_duplicates", action="store_true")
        parser.add_argument("--verbose", action="store_true")
