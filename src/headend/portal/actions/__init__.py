"""Every write on what screens show."""

from headend.portal.actions.documents import accept_document
from headend.portal.actions.ribbons import arrange_ribbons
from headend.portal.actions.selections import save_selection

__all__ = ["accept_document", "arrange_ribbons", "save_selection"]
