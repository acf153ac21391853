"""Which devices watch, when sessions were last heard of, and which channel list they have."""

from collections.abc import Mapping

from headend.hotpath.gate.state import Access, Seat
from headend.playback.rules import PLAY_LAPSES_AFTER, Play

_NOBODY: Mapping[str, Play] = {}


class Plays:
    """The devices of each account that are watching, by device key."""

    def __init__(self) -> None:
        self._plays: dict[int, dict[str, Play]] = {}

    def of(self, account_id: int) -> Mapping[str, Play]:
        """The plays of an account, those that have lapsed among them."""
        return self._plays.get(account_id, _NOBODY)

    def begin(self, account_id: int, device_key: str, channel_id: int, now: int) -> None:
        """A device has got an address; what it watched before is over."""
        self._plays.setdefault(account_id, {})[device_key] = Play(channel_id, now, now)

    def beat(self, account_id: int, device_key: str, now: int) -> None:
        """A device is still there: if it was watching, it still is."""
        plays = self._plays.get(account_id)
        play = plays.get(device_key) if plays else None
        if plays and play and now - play.last_beat < PLAY_LAPSES_AFTER:
            plays[device_key] = Play(play.channel_id, play.started, now)

    def end(self, account_id: int, device_key: str) -> None:
        """A device has signed out."""
        self._plays.get(account_id, {}).pop(device_key, None)

    def sweep(self, now: int) -> None:
        """Forget what has lapsed."""
        for account_id, plays in list(self._plays.items()):
            for key in [key for key, play in plays.items() if now - play.last_beat >= PLAY_LAPSES_AFTER]:
                del plays[key]
            if not plays:
                del self._plays[account_id]

    def __len__(self) -> int:
        return sum(map(len, self._plays.values()))


class Beats:
    """When sessions were last heard of and from where; kept until the records have them, if they are not too many."""

    def __init__(self, most: int = 500_000) -> None:
        self._most = most
        self._late: dict[str, tuple[int, str]] = {}
        self._beats: list[tuple[str, tuple[int, str]]] = []

    def note(self, digest: str, now: int, address: str) -> None:
        """A session was heard of."""
        self._beats.append((digest, (now, address)))  # a list: a dict of all sessions would not stay in the cache
        if len(self._beats) >= self._most:
            self.put_back({})

    def take(self) -> dict[str, tuple[int, str]]:
        """Take out all there are, the last of each session."""
        beats = self._late | dict(self._beats)
        self._late, self._beats = {}, []
        return beats

    def put_back(self, beats: dict[str, tuple[int, str]]) -> None:
        """Keep beats that could not be written; newer ones stay, and when there are too many the oldest go."""
        newer = self.take()
        kept = {digest: beat for digest, beat in beats.items() if digest not in newer} | newer
        for digest in list(kept)[: max(0, len(kept) - self._most)]:
            del kept[digest]
        self._late = kept

    def __len__(self) -> int:
        return len(self._late) + len(self._beats)


def mark_fetched(seat: Seat, access: Access) -> None:
    """Remember that a session has got the channel list as it is now."""
    seat.mark = _mark(access)


def has_changed(seat: Seat, access: Access) -> bool:
    """Say whether the channel list is another one than the session has, so that no flags need to be written.

    After a start nothing is known: what a session has is then taken for current until it changes.
    """
    mark = _mark(access)
    if seat.mark is None:
        seat.mark = mark
    return seat.mark != mark


def _mark(access: Access) -> tuple[object, ...]:
    return (access.station.version, access.tariffs, access.account.personal)
