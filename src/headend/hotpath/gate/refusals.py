"""Who was refused what and why, until the records have it; a device that asks again and again is one line."""

from headend.viewing.rules import RefusedPlay


class Refusals:
    """What is not written down yet, `most` lines of it: whoever was refused first is forgotten first."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._lines: dict[tuple[int, int, str], RefusedPlay] = {}

    def note(self, refused: RefusedPlay) -> None:
        """An account was refused."""
        key = refused[:3]
        before = self._lines.pop(key, None)
        self._lines[key] = refused._replace(times=refused.times + before.times) if before else refused
        if len(self._lines) > self._most:
            del self._lines[next(iter(self._lines))]

    def take(self) -> list[RefusedPlay]:
        """Take out all there are."""
        lines, self._lines = list(self._lines.values()), {}
        return lines

    def put_back(self, refused: list[RefusedPlay]) -> None:
        """Keep what could not be written."""
        newer = self.take()
        for each in (*refused, *newer):
            self.note(each)
