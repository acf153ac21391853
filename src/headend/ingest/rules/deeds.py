"""What a person may do with a ticket by hand, as it stands."""

from enum import StrEnum

from headend.ingest.rules.states import FINAL, State


class Deed(StrEnum):
    """What is done to a ticket by hand. ENCRYPTED and REFUSED report what became of an encryption by hand."""

    HOLD = "hold"
    RELEASE = "release"
    RETRY = "retry"
    REJECT = "reject"
    REOPEN = "reopen"
    BEGIN_ENCRYPTION = "begin_encryption"
    ENCRYPTED = "encrypted"
    REFUSED = "refused"
    SET_STATE = "set_state"


WANT_REASON = frozenset({Deed.HOLD, Deed.REJECT, Deed.REOPEN, Deed.REFUSED, Deed.SET_STATE})


def deeds_for(state: State, *, is_held: bool, is_delayed: bool, by_hand: bool, is_readable: bool) -> tuple[Deed, ...]:
    """The deeds that make sense now. `is_delayed`: it failed and waits for its next attempt; `by_hand`: a person
    encrypts for its inbox; `is_readable`: its package could be read, so it can begin anew."""
    if state in FINAL:
        return (Deed.REOPEN,) if is_readable else ()
    deeds = [Deed.RELEASE if is_held else Deed.HOLD]
    if is_held or is_delayed:
        deeds.append(Deed.RETRY)
    if by_hand and state is State.WAIT_ENCRYPTING:
        deeds.append(Deed.BEGIN_ENCRYPTION)
    if by_hand and state in (State.WAIT_ENCRYPTING, State.IN_ENCRYPTING):
        deeds += [Deed.ENCRYPTED, Deed.REFUSED]
    return (*deeds, Deed.REJECT, Deed.SET_STATE)
