"""`headend manage create_channel_sorting_by_popularity`: an order of channels made from what people watch."""

from typing import Any

from headend.audience.actions import order_channels_by_popularity
from headend.audience.queries import Viewers
from headend.audience.rules import Criterion
from headend.interfaces.commands.popularity import PopularityCommand
from headend.kernel.actor import Actor


class Command(PopularityCommand):
    help = "Make a named order of channels, the most popular first, or bring the one made before up to date."
    has_size = False

    def make(self, actor: Actor, viewers: Viewers, *, criterion: Criterion = Criterion.TIME, **options: Any) -> object:
        name = f"Popularity: {criterion}"
        order = order_channels_by_popularity(actor=actor, viewers=viewers, criterion=criterion, name=name)
        return f"{order}, number {order.pk}"
