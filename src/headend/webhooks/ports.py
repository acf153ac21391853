"""How webhooks leave the house."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol


class Post(Protocol):
    """Posts a body to an address, once, and gives the HTTP status of an answer that takes it (2xx).

    Goes to public addresses and to the `allowed` networks alone and follows no redirects. Raises NotDelivered.
    """

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, *, allowed: Sequence[str]) -> int: ...


Describe = Callable[[str, Sequence[int]], Mapping[int, object]]
"""Records as they stand now, as other systems get them: an entity and numbers give plain values by number."""
