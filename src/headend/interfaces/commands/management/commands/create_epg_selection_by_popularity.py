"""`headend manage create_epg_selection_by_popularity`: a selection of programmes made from what people watch."""

from argparse import ArgumentParser
from typing import Any

from headend.audience.actions import select_programmes_by_popularity
from headend.audience.queries import Viewers
from headend.interfaces.commands.popularity import USUAL_SIZE, PopularityCommand
from headend.kernel.actor import Actor

NAME = "Popular programmes"


class Command(PopularityCommand):
    help = "Make a selection of the programmes that were watched longest, or bring it up to date."
    has_criterion = False
    has_accounts = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--categories", type=int, nargs="+", action="extend", default=[], help="only of these kinds of programmes"
        )
        parser.add_argument("--channels", type=int, nargs="+", default=(), help="only on these channels")
        parser.add_argument("--selection_name", default=NAME, help="what the selection is called")

    def make(
        self,
        actor: Actor,
        viewers: Viewers,
        *,
        selection_size: int = USUAL_SIZE,
        selection_name: str = NAME,
        **options: Any,
    ) -> object:
        selection = select_programmes_by_popularity(
            actor=actor,
            viewers=viewers,
            name=selection_name[:200],
            size=selection_size,
            categories=options["categories"],
            channels=options["channels"],
        )
        return f"{selection}, number {selection.pk}, {selection.items.count()} programmes"
