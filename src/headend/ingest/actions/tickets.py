"""Tickets: each change of their state with who, when and why; what staff do to them by hand."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import transaction

from headend.ingest.errors import WrongState
from headend.ingest.models import EdgeFile, LogEntry, LogLevel, Ticket, TicketChange, Transfer, TransferState
from headend.ingest.queries import IS_OPEN, work_of
from headend.ingest.rules.attempts import MOST_WITHOUT_VERDICT, pause_after
from headend.ingest.rules.folders import DISCARDED, ERRORS, folder_of
from headend.ingest.rules.remotes import remote_folder
from headend.ingest.rules.states import FINAL, LoadMode, State, Trigger, Work, may_be_set, next_state
from headend.ingest.rules.turns import length_of
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import record

MOST_COUNTED = 30_000  # attempts; more do not fit


def enter(  # noqa: PLR0913 - a change of state, told in full
    *,
    actor: Actor,
    ticket: Ticket,
    state: State,
    now: datetime,
    reason: str = "",
    folder: str = "",
    through: Sequence[State] = (),
    **changes: Any,
) -> None:
    """Bring a ticket into a state, in the caller's transaction, with its history; raises WrongState when it is not
    any more in the state that it was read in. `through` are states that it passes on its way, `changes` further fields.
    """
    left, place = ticket.state, folder or folder_of(state, work_of(ticket))
    if place != ticket.folder:
        # Files that were on their way already come from where they were before.
        changes |= {"folder": place, "moved_from": ticket.moved_from or ticket.folder}
    is_open = state not in FINAL
    changes |= {"state": state.value, "is_open": is_open, "changed_at": now, "closed_at": None if is_open else now}
    if not Ticket.objects.filter(pk=ticket.pk, state=left).update(**changes, reason=reason[:500]):
        raise WrongState(f"ticket {ticket.pk} is not {left} any more")
    for field, value in {**changes, "reason": reason[:500]}.items():
        setattr(ticket, field, value)
    been = [left, *(each.value for each in through), state.value]
    _write_history(actor, ticket, been, now, reason)
    if not is_open:
        # Steps between are in the history; how it ended is for the audit log and other systems too.
        record(actor=actor, verb="change", obj=ticket, changes={"state": [left, state.value], "reason": reason[:500]})


def _write_history(actor: Actor, ticket: Ticket, been: Sequence[str], now: datetime, reason: str) -> None:
    told = {"ticket": ticket, "at": now, "actor_name": actor.name[:200], "reason": reason[:500]}
    changes = [TicketChange(state_left=left, state_entered=entered, **told) for left, entered in pairwise(been)]
    TicketChange.objects.bulk_create(changes)


def pull(*, actor: Actor, ticket: Ticket, trigger: Trigger, now: datetime, reason: str = "", **changes: Any) -> State:
    """Bring a ticket into the state that a trigger leads to; raises WrongState."""
    state = next_state(State(ticket.state), trigger, work_of(ticket))
    enter(actor=actor, ticket=ticket, state=state, now=now, reason=reason, **changes)
    return state


def step_failed(*, actor: Actor, ticket: Ticket, now: datetime, reason: str, has_verdict: bool = True) -> None:
    """Bring a ticket back to the state before its step, which is tried again later and later.

    Without a verdict on its files it is held in the end: nobody knows whether they are good, so it is not rejected.
    """
    failures = min(ticket.attempts + 1, MOST_COUNTED)
    again: dict[str, Any] = {"attempts": failures, "next_attempt_at": now + pause_after(failures)}
    if not has_verdict and failures >= MOST_WITHOUT_VERDICT:
        reason = f"held after {failures} attempts: {reason}"
        again |= {"is_held": True, "next_attempt_at": None}
        record(actor=actor, verb="change", obj=ticket, changes={"is_held": "True", "reason": reason[:500]})
    if ticket.state == State.OPEN:
        Ticket.objects.filter(pk=ticket.pk).update(**again, reason=reason[:500])
    else:
        pull(actor=actor, ticket=ticket, trigger=Trigger.FAILED, now=now, reason=reason, **again)
    note(ticket, reason, now, LogLevel.WARNING)


def refuse(*, actor: Actor, ticket: Ticket, now: datetime, reason: str, discards: bool = False) -> None:
    """Reject a ticket: its package goes into the folder of errors, or with `discards` into our own store."""
    place = DISCARDED if discards else ERRORS
    _mark_parts(ticket, now)
    sent = EdgeFile.objects.of(ticket.operator_id).filter(asset=ticket.asset)
    sent.filter(remote__startswith=f"{remote_folder(ticket.asset, ticket.pk)}/").update(remove_after=now)
    enter(actor=actor, ticket=ticket, state=State.REJECTED, now=now, reason=reason, folder=place, is_held=False)
    note(ticket, f"rejected: {reason}", now, LogLevel.WARNING if discards else LogLevel.ERROR)


def _mark_parts(ticket: Ticket, now: datetime) -> None:
    """Have taken off the edges what transfers that were begun may have left there; one that still runs ends soon."""
    work = work_of(ticket)
    if not (work.moves_movie or work.moves_preview):
        return
    begun = ticket.transfers.exclude(started_at=None).exclude(state=TransferState.DONE)
    left = {"operator_id": ticket.operator_id, "asset": ticket.asset, "at": now}
    EdgeFile.objects.bulk_create(
        [EdgeFile(edge_id=edge, remote=remote, **left) for edge, remote in begun.values_list("edge", "remote")],
        ignore_conflicts=True,
    )


def note(ticket: Ticket, text: str, now: datetime, level: LogLevel = LogLevel.INFO) -> None:
    """Write a line into the log of ingest."""
    log_entry(ticket, text, now, level).save()


def log_entry(ticket: Ticket, text: str, now: datetime, level: LogLevel = LogLevel.INFO) -> LogEntry:
    """A line of the log about a ticket, not written yet."""
    return LogEntry(
        operator_id=ticket.operator_id, ticket=ticket, inbox_id=ticket.inbox_id, at=now, level=level, text=text[:500]
    )


# --- by hand ---


@transaction.atomic
def hold(*, actor: Actor, ticket: Ticket, now: datetime, reason: str) -> Ticket:
    """Begin no further step of a ticket until it is released. What came later for its asset waits behind it. Raises
    Invalid without a reason."""
    _want_reason(reason)
    return _by_hand(actor, ticket, now, reason, is_held=True)


@transaction.atomic
def release(*, actor: Actor, ticket: Ticket, now: datetime, reason: str = "") -> Ticket:
    """Let a held ticket go on."""
    return _by_hand(actor, ticket, now, reason, is_held=False)


@transaction.atomic
def retry(*, actor: Actor, ticket: Ticket, now: datetime, reason: str = "") -> Ticket:
    """Try a ticket's next step now; a rejected one begins anew."""
    ticket = _locked(ticket)
    if ticket.state == State.REJECTED:
        return reopen(actor=actor, ticket=ticket, now=now, reason=reason or "tried again")
    return _by_hand(actor, ticket, now, reason, next_attempt_at=None, attempts=0, is_held=False)


@transaction.atomic
def reject(*, actor: Actor, ticket: Ticket, now: datetime, reason: str) -> Ticket:
    """Reject a ticket by hand. Raises Invalid without a reason and WrongState when it is through."""
    ticket = _locked(ticket)
    _want_reason(reason)
    if ticket.state in FINAL:
        raise WrongState("the ticket is through already")
    refuse(actor=actor, ticket=ticket, now=now, reason=reason)
    return ticket


@transaction.atomic
def reopen(*, actor: Actor, ticket: Ticket, now: datetime, reason: str) -> Ticket:
    """Begin a ticket that is through anew. Raises Invalid without a reason and WrongState.

    Choice: the insert of a title that is published goes again as an update of it.
    """
    ticket = _locked(ticket)
    _want_reason(reason)
    if not ticket.package:
        raise WrongState("its file could not be read; it has to be delivered again")
    work = dict(ticket.work)
    if ticket.title_id and ticket.load_mode == LoadMode.INSERT:
        work["load_mode"] = LoadMode.UPDATE.value
    fresh = {"attempts": 0, "next_attempt_at": None, "awaits_insert": False, "is_held": False, "work": work}
    fresh |= {"encrypted": {}}  # what was made of its files has been cleared away
    pull(actor=actor, ticket=ticket, trigger=Trigger.REOPEN, now=now, reason=reason, **fresh)
    # What had reached edges may have been taken off them: everything is looked at, and sent where it is not.
    Transfer.objects.filter(ticket=ticket).update(state=TransferState.WAITING)
    note(ticket, f"reopened by {actor.name}: {reason}", now)
    return ticket


@transaction.atomic
def set_state(*, actor: Actor, ticket: Ticket, state: State, now: datetime, reason: str) -> Ticket:
    """Set a ticket's state by hand, whatever led to it. Raises Invalid without a reason and WrongState."""
    ticket = _locked(ticket)
    _want_reason(reason)
    if not may_be_set(State(ticket.state), state):
        raise WrongState(f"a ticket that is {ticket.state} cannot be set to {state}")
    enter(actor=actor, ticket=ticket, state=state, now=now, reason=reason, next_attempt_at=None, attempts=0)
    if state not in FINAL:
        record(actor=actor, verb="change", obj=ticket, changes={"state": state.value, "reason": reason[:500]})
    note(ticket, f"set to {state} by {actor.name}: {reason}", now)
    return ticket


@transaction.atomic
def report_encryption(*, actor: Actor, ticket: Ticket, now: datetime, is_good: bool, reason: str = "") -> Ticket:
    """Write down what a person says of an encryption by hand: it is done, or the encryptor refuses the file."""
    ticket = _locked(ticket)
    if ticket.state == State.WAIT_ENCRYPTING:
        pull(actor=actor, ticket=ticket, trigger=Trigger.BEGIN, now=now)
    if not is_good:
        _want_reason(reason)
        refuse(actor=actor, ticket=ticket, now=now, reason=reason)
        return ticket
    encrypted(actor=actor, ticket=ticket, now=now, reason=reason)
    return ticket


def encrypted(*, actor: Actor, ticket: Ticket, now: datetime, reason: str = "", **changes: Any) -> None:
    """Let a ticket whose movies are encrypted wait for its transfer, in the caller's transaction."""
    pull(actor=actor, ticket=ticket, trigger=Trigger.DONE, now=now, reason=reason, attempts=0, **changes)
    pull(actor=actor, ticket=ticket, trigger=Trigger.ROUTE, now=now)


@transaction.atomic
def begin_encryption(*, actor: Actor, ticket: Ticket, now: datetime) -> Ticket:
    """Write down that a person encrypts the ticket's movie now."""
    ticket = _locked(ticket)
    pull(actor=actor, ticket=ticket, trigger=Trigger.BEGIN, now=now)
    return ticket


def _by_hand(actor: Actor, ticket: Ticket, now: datetime, reason: str, **changes: Any) -> Ticket:
    ticket = _locked(ticket)
    if ticket.state in FINAL:
        raise WrongState("the ticket is through already")
    Ticket.objects.filter(pk=ticket.pk).update(
        **changes, changed_at=now, **({"reason": reason[:500]} if reason else {})
    )
    ticket.refresh_from_db()
    told = {key: str(value) for key, value in changes.items()}
    record(actor=actor, verb="change", obj=ticket, changes={**told, "reason": reason[:500]})
    return ticket


def _locked(ticket: Ticket) -> Ticket:
    found: Ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
    return found


def _want_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("say why", "reason")


def described(work: Work) -> dict[str, Any]:
    """The fields of a ticket that follow from its work."""
    return {"work": asdict(work), "length": length_of(work).value}


def published(*, actor: Actor, ticket: Ticket, now: datetime, **changes: Any) -> None:
    """Close a ticket whose package is published, and let those go on that waited for it."""
    state, through = State(ticket.state), list[State]()
    if state is State.WAIT_PUBLICATION:
        state = next_state(state, Trigger.BEGIN, work_of(ticket))
        through.append(state)
    closed = next_state(state, Trigger.DONE, work_of(ticket))
    enter(actor=actor, ticket=ticket, state=closed, now=now, through=through, **changes)
    waiting = Ticket.objects.of(ticket.operator_id).filter(IS_OPEN, asset=ticket.asset, awaits_insert=True)
    waiting.update(awaits_insert=False, reason="")
