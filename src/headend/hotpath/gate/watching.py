"""Which devices watch, when sessions were last heard of, and which channel list they have."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from headend.hotpath.gate.memory import Access, Holder, Seat
from headend.playback.rules import PLAY_LAPSES_AFTER, Play

MOST_WATCHED = 20
_NOBODY: Mapping[str, Play] = {}

PlayNotice: TypeAlias = tuple[int, str, tuple[int, int, int] | None]
"""Account, device key and its play (channel, when it began, when it was last heard of); None: it has stopped."""


def plays_of(holder: Holder) -> Mapping[str, Play]:
    """The devices of an account that watch, by device key; those that have lapsed are among them."""
    return holder.plays or _NOBODY


def begin_play(holder: Holder, device_key: str, channel_id: int, now: int) -> None:
    """A device has got an address; what it watched before is over."""
    if holder.plays is None:
        holder.plays = {}
    holder.plays[device_key] = Play(channel_id, now, now)
    if holder.watched[:1] != (channel_id,):
        holder.watched = (channel_id, *(each for each in holder.watched if each != channel_id))[:MOST_WATCHED]


def prolong_play(holder: Holder, device_key: str, now: int) -> None:
    """A device is still there: if it was watching, it still is."""
    play = plays_of(holder).get(device_key)
    if play and holder.plays and now - play.last_beat < PLAY_LAPSES_AFTER:
        holder.plays[device_key] = Play(play.channel_id, play.started, now)


def end_play(holder: Holder, device_key: str) -> None:
    """A device has signed out."""
    if holder.plays:
        holder.plays.pop(device_key, None)


class PlayNews:
    """What other gates beside this one should hear: who watches what, or has stopped. Nothing is kept until `begin`."""

    def __init__(self) -> None:
        self._news: dict[tuple[int, str], Play | None] | None = None

    def begin(self) -> None:
        """From now on somebody takes the news."""
        self._news = {}

    def note(self, holder: Holder, device_key: str) -> None:
        """A device of an account has begun, gone on or stopped."""
        if self._news is not None and holder.account is not None:
            self._news[holder.account.id, device_key] = plays_of(holder).get(device_key)

    def take(self) -> list[PlayNotice]:
        """Take out all there are."""
        news, self._news = self._news or {}, {}
        return [(account, key, _told(play)) for (account, key), play in news.items()]


def _told(play: Play | None) -> tuple[int, int, int] | None:
    return (play.channel_id, play.started, play.last_beat) if play else None


def hear(holders: Mapping[int, Holder], notices: Iterable[PlayNotice]) -> None:
    """Take in what another gate told; what is known of a device already and is newer stays."""
    for account, key, told in notices:
        holder = holders.get(account)
        if holder is None:
            continue
        if told is None:
            end_play(holder, key)
            continue
        known = plays_of(holder).get(key)
        if known is None or known.last_beat <= told[2]:
            holder.plays = {**plays_of(holder), key: Play(*told)}


def sweep_plays(holders: Iterable[Holder], now: int) -> int:
    """Forget what has lapsed; say how many devices watch."""
    watching = 0
    for holder in holders:
        if holder.plays is not None:
            current = {key: play for key, play in holder.plays.items() if now - play.last_beat < PLAY_LAPSES_AFTER}
            holder.plays = current or None
            watching += len(current)
    return watching


class Beats:
    """When sessions were last heard of and from where; kept until the records have them, if they are not too many."""

    def __init__(self, most: int = 500_000) -> None:
        self._most = most
        self._late: dict[str, tuple[int, str]] = {}
        # Flat, three entries a beat: neither a walk to cold memory, as in a dict, nor work for the garbage collector.
        self._beats: list[Any] = []

    def note(self, digest: str, now: int, address: str) -> None:
        """A session was heard of."""
        self._beats += (digest, now, address)
        if len(self._beats) >= 3 * self._most:
            self.put_back({})

    def take(self) -> dict[str, tuple[int, str]]:
        """Take out all there are, the last of each session."""
        flat = iter(self._beats)
        beats = self._late | {digest: (now, address) for digest, now, address in zip(flat, flat, flat, strict=True)}
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
        return len(self._late) + len(self._beats) // 3


def mark_fetched(seat: Seat, access: Access) -> None:
    """Remember that a session has got the channel list as it is now."""
    seat.mark = access.mark


def has_changed(seat: Seat, access: Access, now: int, spread_seconds: int) -> bool:
    """Say whether the channel list is another one than the session has, so that no flags need to be written.

    After a start nothing is known: what a session has is then taken for current until it changes. What changes for all
    accounts of an operator is told to each after its own share of `spread_seconds`, so that not all fetch at once.
    """
    mark = seat.mark
    if mark is None:
        mark = seat.mark = access.mark
    if mark is access.mark or mark == access.mark:
        return False
    if mark[1:] != access.mark[1:] or not spread_seconds:
        return True
    return now >= access.station.changed_after(mark[0]) + _share(access.account.id, spread_seconds)


def _share(account_id: int, seconds: int) -> int:
    """Which of so many seconds is the account's: neighbouring numbers lie far from each other (Knuth's hash)."""
    return ((account_id * 2_654_435_761 & 0xFFFFFFFF) * seconds) >> 32
