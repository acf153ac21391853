"""In which folder a package lies: what its provider sees of it.

The provider reads the folders as the state of the packages, so they follow the tickets' states.
"""

from collections.abc import Mapping
from types import MappingProxyType

from headend.ingest.rules.states import State, Work, first_wait

INBOX, ENCRYPTING, TO_PUBLISH, PUBLISHED, ERRORS, DISCARDED = (
    "inbox", "encrypting", "to_publish", "published", "errors", "discarded",
)  # fmt: skip
FOLDERS: Mapping[str, str] = MappingProxyType(
    {
        INBOX: ".",
        ENCRYPTING: "encrypting",
        TO_PUBLISH: "pubblicare",
        PUBLISHED: "pubblicati",
        ERRORS: "errori",
    }
)
"""The names that folders have unless an inbox names them otherwise, relative to its own, which packages come into. What
is discarded lies in the platform's own store, which providers do not see."""

_OF_STATE = {
    State.WAIT_ENCRYPTING: ENCRYPTING,
    State.IN_ENCRYPTING: ENCRYPTING,
    State.CLOSED: PUBLISHED,
    State.REJECTED: ERRORS,
}


def folder_of(state: State, work: Work) -> str:
    """Where a ticket's package belongs. What is encrypted waits for its publication like all others."""
    shown = first_wait(work) if state is State.OPEN else state
    return _OF_STATE.get(shown, TO_PUBLISH)
