"""Every write on views, and what is made of them."""

from headend.audience.actions.popularity import (
    order_channels_by_popularity,
    select_channels_by_popularity,
    select_programmes_by_popularity,
    select_titles_by_popularity,
)
from headend.audience.actions.views import Report, forget_views, report_view

__all__ = [
    "Report",
    "forget_views",
    "order_channels_by_popularity",
    "report_view",
    "select_channels_by_popularity",
    "select_programmes_by_popularity",
    "select_titles_by_popularity",
]
