"""Which blocks of movies an account is shown now: pure, so that it can be proved without a database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

EVERY_DAY = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class Block:
    """A block as the choice sees it. `days` are ISO weekdays; `begins` and `ends` minutes of the day, alike: all day.

    `channels` and `tariffs` None: all of them; `most_shows` 0: as often as the cap allows.
    """

    id: int
    priority: int = 10
    days: frozenset[int] = EVERY_DAY
    begins: int = 0
    ends: int = 0
    channels: frozenset[int] | None = None
    tariffs: frozenset[int] | None = None
    on_channels: bool = True
    on_videos: bool = False
    most_shows: int = 0


class Shown(NamedTuple):
    """A block that the account was given, and when (seconds since the epoch)."""

    block_id: int
    at: int


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is about to be watched, by whom and when; `channel_id` None: a title on demand.

    `local` is the time in the operator's zone, `now` the same in seconds since the epoch.
    """

    local: datetime
    now: int
    channel_id: int | None = None
    tariffs: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Cap:
    """How much one account sees: `most_blocks` in any `interval` of seconds, `at_once` before one thing."""

    interval: int = 3600
    most_blocks: int = 5
    at_once: int = 1


class Choice(NamedTuple):
    """The chosen blocks in their order. None chosen, and `next_at` says when: only the cap stands in the way."""

    blocks: tuple[Block, ...] = ()
    next_at: int | None = None


def choose_blocks(blocks: Iterable[Block], shown: Sequence[Shown], occasion: Occasion, cap: Cap) -> Choice:
    """Choose what is shown now: blocks that fit the occasion, by priority, as many as the caps leave room for."""
    fitting = sorted((block for block in blocks if fits(block, occasion)), key=lambda b: (b.priority, b.id))
    recent = sorted(each.at for each in shown if each.at > occasion.now - cap.interval)
    free_at = {block.id: _free_at(block, shown, occasion.now, cap) for block in fitting}
    account_free_at = _room_at(recent, cap.most_blocks, occasion.now, cap.interval)
    if fitting and account_free_at > occasion.now:
        return Choice((), max(account_free_at, min(free_at.values())))
    room = min(cap.at_once, cap.most_blocks - len(recent))
    chosen = [block for block in fitting if free_at[block.id] <= occasion.now][: max(0, room)]
    if fitting and not chosen:
        return Choice((), min(free_at.values()))
    return Choice(tuple(chosen))


def fits(block: Block, occasion: Occasion) -> bool:
    """Say whether a block is for this channel or title, these tariffs and this time of the week."""
    is_kind = block.on_videos if occasion.channel_id is None else block.on_channels
    is_channel = occasion.channel_id is None or block.channels is None or occasion.channel_id in block.channels
    is_tariff = block.tariffs is None or not block.tariffs.isdisjoint(occasion.tariffs)
    return is_kind and is_channel and is_tariff and is_on(block, occasion.local)


def is_on(block: Block, local: datetime) -> bool:
    """Say whether a local time falls into a block's hours; those over midnight belong to the day they began on."""
    minute, today = local.hour * 60 + local.minute, local.isoweekday()
    if block.begins == block.ends:
        return today in block.days
    if block.begins < block.ends:
        return today in block.days and block.begins <= minute < block.ends
    yesterday = (local - timedelta(days=1)).isoweekday()
    return (today in block.days and minute >= block.begins) or (yesterday in block.days and minute < block.ends)


def _free_at(block: Block, shown: Sequence[Shown], now: int, cap: Cap) -> int:
    if not block.most_shows:
        return now
    own = sorted(each.at for each in shown if each.block_id == block.id and each.at > now - cap.interval)
    return _room_at(own, block.most_shows, now, cap.interval)


def _room_at(times: Sequence[int], most: int, now: int, interval: int) -> int:
    """When one more fits in: now, or once the oldest of those in the way is an interval ago."""
    if most <= 0:
        return now + interval
    return now if len(times) < most else times[len(times) - most] + interval


class Movie(NamedTuple):
    """A movie of a block; sizes in pixels, 0 when unknown."""

    id: int
    width: int = 0
    height: int = 0


def order_movies(movies: Sequence[Movie], chance: Random | None, width: int, height: int) -> list[Movie]:
    """The movies in their order, or in one by chance, without those too large for the screen (0: any size).

    When all are too large they all stay: a device that scales shows something, and nothing is nobody's wish.
    """
    small = [m for m in movies if not (0 < width < m.width or 0 < height < m.height)]
    ordered = list(small or movies)
    if chance is not None:
        chance.shuffle(ordered)
    return ordered
