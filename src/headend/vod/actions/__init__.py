"""Every write on titles beyond saving a record as it stands."""

from headend.vod.actions.titles import count_rating

__all__ = ["count_rating"]
