"""Every write on titles beyond saving a record as it stands."""

from headend.vod.actions.parts import save_asset, save_episode, save_season
from headend.vod.actions.titles import count_rating, directors_named, persons_named, save_title

__all__ = [
    "count_rating",
    "directors_named",
    "persons_named",
    "save_asset",
    "save_episode",
    "save_season",
    "save_title",
]
