"""Reading what screens show, for one viewer at one moment."""

from headend.portal.queries.audience import (
    EVERYTHING,
    Held,
    applications_for,
    banners_for,
    guest,
    held_by,
    news_addresses,
    ribbon_for,
    ribbons_for,
    viewer_of,
)
from headend.portal.queries.documents import accepted, document_for, documents_for, subjects_of
from headend.portal.queries.home_feeds import FeedEntry, entries_of, feed_for, feeds_for
from headend.portal.queries.programmes import Showing, showings, showings_of
from headend.portal.queries.recent import recent_channels, recent_programmes, recent_selections, recent_titles
from headend.portal.queries.ribbons import channels_of_ribbon, programmes_of_ribbon, titles_of_ribbon
from headend.portal.queries.selections import (
    RECORDS,
    Page,
    find_items,
    in_time_order,
    item_numbers,
    known_numbers,
    page_of,
    selection_shown,
    selections_shown,
    selections_with,
    within_tariffs,
)

__all__ = [
    "RECORDS",
    "EVERYTHING",
    "FeedEntry",
    "Held",
    "Page",
    "Showing",
    "accepted",
    "applications_for",
    "banners_for",
    "channels_of_ribbon",
    "document_for",
    "documents_for",
    "entries_of",
    "feed_for",
    "feeds_for",
    "find_items",
    "guest",
    "held_by",
    "in_time_order",
    "item_numbers",
    "known_numbers",
    "news_addresses",
    "page_of",
    "programmes_of_ribbon",
    "recent_channels",
    "recent_programmes",
    "recent_selections",
    "recent_titles",
    "ribbon_for",
    "ribbons_for",
    "selection_shown",
    "selections_shown",
    "selections_with",
    "showings",
    "showings_of",
    "subjects_of",
    "titles_of_ribbon",
    "viewer_of",
    "within_tariffs",
]
