"""Reading what screens show, for one viewer at one moment."""

from headend.portal.queries.audience import (
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
from headend.portal.queries.programmes import Showing, showings, showings_of
from headend.portal.queries.ribbons import channels_of_ribbon, programmes_of_ribbon
from headend.portal.queries.selections import (
    Page,
    find_items,
    item_numbers,
    known_numbers,
    page_of,
    selection_shown,
    selections_shown,
    selections_with,
)

__all__ = [
    "Held",
    "Page",
    "Showing",
    "accepted",
    "applications_for",
    "banners_for",
    "channels_of_ribbon",
    "document_for",
    "documents_for",
    "find_items",
    "guest",
    "held_by",
    "item_numbers",
    "known_numbers",
    "news_addresses",
    "page_of",
    "programmes_of_ribbon",
    "ribbon_for",
    "ribbons_for",
    "selection_shown",
    "selections_shown",
    "selections_with",
    "showings",
    "showings_of",
    "subjects_of",
    "viewer_of",
]
