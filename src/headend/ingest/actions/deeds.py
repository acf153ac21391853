"""What a person does to a ticket by hand, by its name."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from headend.ingest.actions import tickets
from headend.ingest.errors import WrongState
from headend.ingest.models import EncryptorKind, Ticket
from headend.ingest.rules.deeds import WANT_REASON, Deed, deeds_for
from headend.ingest.rules.states import State
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid

_RUN: Mapping[Deed, Callable[..., Ticket]] = {
    Deed.HOLD: tickets.hold,
    Deed.RELEASE: tickets.release,
    Deed.RETRY: tickets.retry,
    Deed.REJECT: tickets.reject,
    Deed.REOPEN: tickets.reopen,
    Deed.BEGIN_ENCRYPTION: lambda *, reason, **given: tickets.begin_encryption(**given),
    Deed.ENCRYPTED: lambda **given: tickets.report_encryption(is_good=True, **given),
    Deed.REFUSED: lambda **given: tickets.report_encryption(is_good=False, **given),
    Deed.SET_STATE: tickets.set_state,
}


def deeds_of(ticket: Ticket) -> tuple[Deed, ...]:
    """What may be done with a ticket now."""
    return deeds_for(
        State(ticket.state),
        is_held=ticket.is_held,
        is_delayed=ticket.next_attempt_at is not None,
        by_hand=ticket.inbox.encryptor == EncryptorKind.MANUAL,
        is_readable=bool(ticket.package),
    )


def do(  # noqa: PLR0913 - a deed, told in full
    *, actor: Actor, ticket: Ticket, deed: Deed, now: datetime, reason: str = "", state: State | None = None
) -> Ticket:
    """Do one of `deeds_of` to a ticket. Raises Invalid without a reason or state that it needs, and WrongState."""
    if deed not in deeds_of(ticket):
        raise WrongState(f"a ticket that is {ticket.state} does not take this")
    if deed in WANT_REASON and not reason.strip():
        raise Invalid("say why", "reason")
    given: dict[str, Any] = {"actor": actor, "ticket": ticket, "now": now, "reason": reason}
    if deed is Deed.SET_STATE:
        if state is None:
            raise Invalid("say which state", "state")
        given["state"] = state
    return _RUN[deed](**given)
