"""The virtual cinema: showings and tickets."""

from datetime import datetime

from headend.interfaces.content_api import writes
from headend.interfaces.content_api.forms import Form, bad, find, find_behind, own, value
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.parameters import Sent
from headend.kernel.formats import Fields
from headend.operators.actions import delete, save
from headend.viewing.actions import issue_ticket
from headend.viewing.errors import TicketTaken
from headend.viewing.models import SeanceTicket
from headend.vod.models import Asset, Seance, Title

SEANCES, TICKETS = own(Seance), own(SeanceTicket)
FORM = Form((value("date_start", datetime, "starts_at"), value("date_end", datetime, "ends_at")))


@writes("SeanceCreate", "/seance/create/")
def create_seance(
    guest: Guest, vid: int, date_start: datetime, vfid: int | None = None, date_end: datetime | None = None
) -> Fields:
    """Create a showing of a title, of its first file or of the one that is named.

    Choice: a moment without a zone is in the operator's.
    """
    title: Title = find(guest, vid, own(Title), "video")
    asset = find_behind(guest, vfid, own(Asset)(guest.operator).filter(title=title), "vfid")
    seance = Seance(operator=guest.operator, title=title, asset=asset)
    FORM.fill(guest, seance, Sent(date_start=date_start, date_end=date_end))
    save(actor=guest.actor, obj=seance)
    return {"id": seance.pk}


@writes("SeanceDelete", "/seance/delete/")
def delete_seance(guest: Guest, id: int) -> Fields:
    """Delete a showing with its tickets."""
    delete(actor=guest.actor, obj=find(guest, id, SEANCES, "seance"))
    return {}


@writes(
    "SeanceTicketCreate",
    "/seance/ticket/create/",
    errors={1: "another ticket has this code"},
    refusals={TicketTaken: 1},
)
def create_ticket(guest: Guest, sid: int, code: int | None = None) -> Fields:
    """Create a ticket to a showing, with a code that nobody guesses unless one is given."""
    if code is not None and code < 0:
        raise bad("code", "a code is not negative")
    seance: Seance = find(guest, sid, SEANCES, "seance")
    ticket = issue_ticket(actor=guest.actor, seance=seance, code="" if code is None else str(code))
    return {"id": ticket.pk, "code": int(ticket.code)}


@writes("SeanceTicketDelete", "/seance/ticket/delete/")
def delete_ticket(guest: Guest, id: int) -> Fields:
    """Delete a ticket."""
    delete(actor=guest.actor, obj=find(guest, id, TICKETS, "ticket"))
    return {}
