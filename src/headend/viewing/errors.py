"""What viewing refuses.

HeadendError
├── NothingToRemember
├── BadRating (Invalid)
├── AlreadyBought
├── NotForSale
└── TicketRefused
    ├── TicketUnknown
    ├── TicketOfAnother
    ├── TicketTaken
    └── TicketInactive
"""

from headend.kernel.errors import HeadendError, Invalid


class NothingToRemember(HeadendError):
    """There is no such programme, channel, title or file to keep a position or reminder of."""

    code = "nothing_to_remember"


class BadRating(Invalid):
    """A rating is from 1 to 10."""

    code = "bad_rating"


class AlreadyBought(HeadendError):
    """The account may watch the title already."""

    code = "already_bought"


class NotForSale(HeadendError):
    """The title is not sold by itself."""

    code = "not_for_sale"


class TicketRefused(HeadendError):
    """A ticket does not open this seance to this account."""

    code = "ticket_refused"


class TicketUnknown(TicketRefused):
    code = "ticket_unknown"


class TicketOfAnother(TicketRefused):
    code = "ticket_of_another"


class TicketTaken(TicketRefused):
    """Another ticket of the operator has this code."""

    code = "ticket_taken"


class TicketInactive(TicketRefused):
    code = "ticket_inactive"


class NotRecorded(HeadendError):
    """The channel has no archive, or one that does not reach so far back."""

    code = "not_recorded"


class TooManyRecordings(HeadendError):
    """The account keeps as many recordings as it may."""

    code = "too_many_recordings"
