"""The states of a ticket and what leads from one to the next.

Source: the ticket machine of the ingest system that the reference notes distil (section 2); where its source
contradicts itself, docs/2-operate/ingest.md says how it is read here.
"""

from dataclasses import dataclass
from enum import StrEnum

from headend.ingest.errors import WrongState


class State(StrEnum):
    OPEN = "open"
    WAIT_ENCRYPTING = "wait_encrypting"
    IN_ENCRYPTING = "in_encrypting"
    ENCRYPTED = "encrypted"
    WAIT_TRANSFER = "wait_transfer"
    IN_TRANSFER = "in_transfer"
    WAIT_PUBLICATION = "wait_publication"
    IN_PUBLICATION = "in_publication"
    CLOSED = "closed"
    REJECTED = "rejected"


class Trigger(StrEnum):
    """What happens to a ticket. REFUSED: the file itself is at fault; FAILED: the step, which may be tried again."""

    ROUTE = "route"
    BEGIN = "begin"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    REOPEN = "reopen"


class LoadMode(StrEnum):
    INSERT = "insert"
    UPDATE = "update"
    UNPUBLISH = "unpublish"


class Kind(StrEnum):
    TITLE = "title"
    GUIDE = "guide"


FINAL = frozenset({State.CLOSED, State.REJECTED})
RUNNING = frozenset({State.IN_ENCRYPTING, State.IN_TRANSFER, State.IN_PUBLICATION})
WAITING = frozenset({State.WAIT_ENCRYPTING, State.WAIT_TRANSFER, State.WAIT_PUBLICATION})
OPEN_STATES = tuple(state for state in State if state not in FINAL)


@dataclass(frozen=True, slots=True)
class Work:
    """What a package asks for, as far as it decides the way: `moves_movie` is the movie's File_Update."""

    kind: Kind = Kind.TITLE
    load_mode: LoadMode = LoadMode.INSERT
    moves_movie: bool = False
    encrypts: bool = False
    moves_preview: bool = False
    covers: int = 0


_NEXT: dict[tuple[State, Trigger], State] = {
    (State.WAIT_ENCRYPTING, Trigger.BEGIN): State.IN_ENCRYPTING,
    (State.IN_ENCRYPTING, Trigger.DONE): State.ENCRYPTED,
    (State.IN_ENCRYPTING, Trigger.FAILED): State.WAIT_ENCRYPTING,
    (State.IN_ENCRYPTING, Trigger.REFUSED): State.REJECTED,
    (State.ENCRYPTED, Trigger.ROUTE): State.WAIT_TRANSFER,
    (State.WAIT_TRANSFER, Trigger.BEGIN): State.IN_TRANSFER,
    (State.IN_TRANSFER, Trigger.DONE): State.WAIT_PUBLICATION,
    (State.IN_TRANSFER, Trigger.FAILED): State.WAIT_TRANSFER,
    (State.WAIT_PUBLICATION, Trigger.BEGIN): State.IN_PUBLICATION,
    (State.IN_PUBLICATION, Trigger.DONE): State.CLOSED,
    (State.IN_PUBLICATION, Trigger.FAILED): State.WAIT_PUBLICATION,
    (State.CLOSED, Trigger.REOPEN): State.OPEN,
    (State.REJECTED, Trigger.REOPEN): State.OPEN,
}


def next_state(state: State, trigger: Trigger, work: Work) -> State:
    """The state that a ticket comes into; raises WrongState where nothing leads on."""
    if state is State.OPEN and trigger is Trigger.ROUTE:
        return first_wait(work)
    if trigger is Trigger.REFUSED and state not in FINAL:
        return State.REJECTED
    following = _NEXT.get((state, trigger))
    if following is None:
        raise WrongState(f"a ticket that is {state} cannot get {trigger}")
    return following


def first_wait(work: Work) -> State:
    """Where a taken package waits first: for the encryptor, for the edges or for its publication."""
    if work.kind is Kind.GUIDE or not work.moves_movie or work.load_mode is LoadMode.UNPUBLISH:
        return State.WAIT_PUBLICATION
    return State.WAIT_ENCRYPTING if work.encrypts else State.WAIT_TRANSFER


def may_be_set(state: State, target: State) -> bool:
    """Say whether staff may set a ticket's state by hand: to any that nobody works in, but a closed one reopens."""
    return state not in FINAL and target not in RUNNING and target is not state
