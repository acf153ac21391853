"""Who was refused what and why, until the records have it; a device that asks again and again is one line."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Generic, TypeVar

from headend.subscribers.rules import RefusedSignIn
from headend.viewing.rules import RefusedPlay

Line = TypeVar("Line", RefusedPlay, RefusedSignIn)


class Refusals(Generic[Line]):
    """What is not written down yet, `most` lines of it: whoever was refused first is forgotten first.

    Refusals of one `key` are one line, which says how often and tells the last.
    """

    def __init__(self, key: Callable[[Line], object], most: int = 20_000) -> None:
        self._key: Callable[[Line], object] = key
        self._most = most
        self._lines: dict[object, Line] = {}

    def note(self, refused: Line) -> None:
        """An account was refused."""
        key = self._key(refused)
        before = self._lines.pop(key, None)
        self._lines[key] = refused._replace(times=refused.times + before.times) if before else refused
        if len(self._lines) > self._most:
            del self._lines[next(iter(self._lines))]

    def take(self) -> list[Line]:
        """Take out all there are."""
        lines, self._lines = list(self._lines.values()), {}
        return lines

    def put_back(self, refused: Sequence[Line]) -> None:
        """Keep what could not be written."""
        for each in chain(refused, self.take()):
            self.note(each)


def refused_plays(most: int = 20_000) -> Refusals[RefusedPlay]:
    """For channels: one line for each account, channel and reason."""
    return Refusals(lambda refused: refused[:3], most)


def refused_sign_ins(most: int = 20_000) -> Refusals[RefusedSignIn]:
    """For devices that wanted to sign in: one line for each account and reason."""
    return Refusals(lambda refused: refused[:2], most)
