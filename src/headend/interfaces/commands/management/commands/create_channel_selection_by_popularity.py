"""`headend manage create_channel_selection_by_popularity`: a selection of channels made from what people watch."""

from typing import Any

from headend.audience.actions import select_channels_by_popularity
from headend.audience.queries import Viewers
from headend.audience.rules import Criterion
from headend.interfaces.commands.popularity import USUAL_SIZE, PopularityCommand
from headend.kernel.actor import Actor


class Command(PopularityCommand):
    help = "Make a selection of the most popular channels, filled up with others, or bring it up to date."

    def make(
        self,
        actor: Actor,
        viewers: Viewers,
        *,
        criterion: Criterion = Criterion.TIME,
        selection_size: int = USUAL_SIZE,
        **options: Any,
    ) -> object:
        selection = select_channels_by_popularity(
            actor=actor, viewers=viewers, criterion=criterion, name="Popular channels", size=selection_size
        )
        return f"{selection}, number {selection.pk}"
