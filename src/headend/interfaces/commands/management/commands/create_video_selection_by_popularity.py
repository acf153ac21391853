"""`headend manage create_video_selection_by_popularity`: a selection of titles made from what people watch."""

from typing import Any

from headend.audience.actions import select_titles_by_popularity
from headend.audience.queries import Viewers
from headend.audience.rules import Criterion
from headend.interfaces.commands.popularity import USUAL_SIZE, PopularityCommand
from headend.kernel.actor import Actor


class Command(PopularityCommand):
    help = "Make a selection of the most popular titles, or bring it up to date. Devices do not count here."

    def make(
        self,
        actor: Actor,
        viewers: Viewers,
        *,
        criterion: Criterion = Criterion.TIME,
        selection_size: int = USUAL_SIZE,
        **options: Any,
    ) -> object:
        selection = select_titles_by_popularity(
            actor=actor, viewers=viewers, criterion=criterion, name="Popular titles", size=selection_size
        )
        return f"{selection}, number {selection.pk}, {selection.items.count()} titles"
