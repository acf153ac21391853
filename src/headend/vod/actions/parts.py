"""What titles consist of: seasons, episodes and files, each numbered and in its place."""

from django.db import transaction
from django.db.models import Max, QuerySet

from headend.catalog.actions.places import save_in_place
from headend.kernel.actor import Actor
from headend.vod.models import Asset, Episode, Season, Title


@transaction.atomic
def save_season(*, actor: Actor, season: Season, after: Season | None = None) -> Season:
    """Create or change a season of a series, behind another one if that is given; a new one takes the next number."""
    siblings = Season.objects.filter(title=season.title_id).order_by("sort", "number", "pk")
    _number(season, siblings)
    save_in_place(actor=actor, obj=season, siblings=siblings, after=after)
    return season


@transaction.atomic
def save_episode(*, actor: Actor, episode: Episode, after: Episode | None = None) -> Episode:
    """Create or change an episode, behind another one of its season if that is given; a new one takes the next number.

    An episode of no season stands among the others of its title that have none.
    """
    siblings = Episode.objects.filter(title=episode.title_id, season=episode.season_id)
    siblings = siblings.order_by("sort", "number", "pk")
    _number(episode, siblings)
    save_in_place(actor=actor, obj=episode, siblings=siblings, after=after)
    return episode


@transaction.atomic
def save_asset(*, actor: Actor, asset: Asset, after: Asset | None = None) -> Asset:
    """Create or change a file, behind another one of its title or episode if that is given."""
    siblings = Asset.objects.filter(title=asset.title_id, episode=asset.episode_id).order_by("sort", "pk")
    save_in_place(actor=actor, obj=asset, siblings=siblings, after=after)
    return asset


def _number(part: Season | Episode, siblings: "QuerySet[Season] | QuerySet[Episode]") -> None:
    if part.pk is None:
        Title.objects.select_for_update().get(pk=part.title_id)  # two that come at once get two numbers
        part.number = (siblings.order_by().aggregate(last=Max("number"))["last"] or 0) + 1
