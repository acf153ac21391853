"""The single things that the gate remembers: a guide, a line-up, an account and what it may do, a session."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from headend.hotpath.gate.guide_index import GuideIndex
from headend.messaging.rules import Mail
from headend.playback.ports import AccountView, ChannelView, Lineup, OperatorView, PersonalChannel, ProgrammeView
from headend.playback.rules import Grant, Play
from headend.subscribers.rules import SessionView


class Guide:
    """The programmes of one guide channel in the order of their starts, which do not overlap."""

    __slots__ = ("_index", "_places", "_starts", "programmes")

    def __init__(self, programmes: tuple[ProgrammeView, ...]) -> None:
        self.programmes = programmes
        self._index: GuideIndex | None = None
        self._places: dict[int, int] | None = None  # by id; made when somebody asks
        self._starts = [programme.start for programme in programmes]

    def since(self, moment: int) -> int:
        """The place of the first programme that is not over at `moment`."""
        place = bisect_right(self._starts, moment)
        return place - 1 if place and self.programmes[place - 1].stop > moment else place

    def at(self, moment: int) -> ProgrammeView | None:
        """The programme that runs at `moment`."""
        place = bisect_right(self._starts, moment) - 1
        found = self.programmes[place] if place >= 0 else None
        return found if found and moment < found.stop else None

    def around(self, moment: int) -> tuple[ProgrammeView | None, ProgrammeView | None]:
        """The programme that runs at `moment`, and the one after that moment or programme."""
        place = self.since(moment)
        near = self.programmes[place : place + 2]
        if near and near[0].start <= moment:
            return near[0], near[1] if len(near) > 1 else None
        return None, near[0] if near else None

    def between(self, since: int, until: int) -> tuple[ProgrammeView, ...]:
        """The programmes that are not over at `since` and begin before `until`."""
        return self.programmes[self.since(since) : bisect_left(self._starts, until)]

    def find(self, programme_id: int) -> ProgrammeView | None:
        """The programme with this id."""
        if self._places is None:
            self._places = {each.id: place for place, each in enumerate(self.programmes)}
        place = self._places.get(programme_id)
        return None if place is None else self.programmes[place]

    @property
    def index(self) -> GuideIndex:
        """By what else programmes are found."""
        if self._index is None:
            self._index = GuideIndex(self.programmes)
        return self._index


NO_GUIDE = Guide(())

Mark: TypeAlias = tuple[int, frozenset[int], dict[int, PersonalChannel]]
"""By what a channel list differs from others: the line-up's version, the tariffs, the account's own thoughts."""


MOST_CHANGES = 64


class Station:
    """One operator's line-up with an index. `version` counts up when what devices list is no longer the same.

    `changes` says when that was, in seconds since the epoch, for the last versions. `blocked` has the programmes whose
    recordings nobody may watch, and until when.
    """

    __slots__ = ("_stream_names", "blocked", "categories", "changes", "channels", "lineup", "version")

    def __init__(self, lineup: Lineup, version: int) -> None:
        self._stream_names: dict[str, tuple[ChannelView, ...]] | None = None
        self.lineup = lineup
        self.version = version
        self.changes: dict[int, int] = {}
        self.channels: dict[int, ChannelView] = {channel.id: channel for channel in lineup.channels}
        self.categories = {category.id: category for category in lineup.categories}
        self.blocked = frozenset(lineup.blocked.items())

    def follow(self, before: "Station", now: int) -> None:
        """Take the place of another line-up of the same operator; the version counts on if they list another."""
        self.version, self.changes = before.version, before.changes
        if not before.lists_the_same(self.lineup):
            self.turn(now)

    def turn(self, now: int) -> None:
        """Note that devices list something else from now on."""
        self.version += 1
        self.changes = {**dict(list(self.changes.items())[1 - MOST_CHANGES :]), self.version: now}

    def changed_after(self, version: int) -> int:
        """When what devices list became another than it was in a version; 0 when that is long ago."""
        return self.changes.get(version + 1, 0)

    @property
    def stream_names(self) -> dict[str, tuple[ChannelView, ...]]:
        """The channels by the names that streaming servers have for them: their stream id, with and without prefix."""
        if self._stream_names is None:
            found: dict[str, tuple[ChannelView, ...]] = {}
            for channel in self.lineup.channels:
                name, prefix = channel.stream_id or str(channel.id), channel.url_prefix.strip("/")
                for each in {name, f"{prefix}/{name}" if prefix else name}:
                    found[each] = (*found.get(each, ()), channel)
            self._stream_names = found
        return self._stream_names

    def blocks(self, programme: ProgrammeView | None, now: int) -> bool:
        """Say whether nobody may watch the recording of a programme."""
        return programme is not None and now < self.lineup.blocked.get(programme.id, 0)

    def lists_the_same(self, lineup: Lineup) -> bool:
        """Say whether devices would see no difference: where streams come from and maintenance are none of theirs."""
        mine = self.lineup
        return (
            mine.categories == lineup.categories
            and mine.channel_sorts == lineup.channel_sorts
            and {t.id: t.channels for t in mine.tariffs.values()} == {t.id: t.channels for t in lineup.tariffs.values()}
            and len(mine.channels) == len(lineup.channels)
            and all(_listed(a) == _listed(b) for a, b in zip(mine.channels, lineup.channels, strict=True))
        )


def _listed(channel: ChannelView) -> ChannelView:
    terms = replace(channel.terms, maintenance=())
    return replace(channel, terms=terms, stream_url="", stream_id="", url_prefix="", catchup={}, http_headers={})


@dataclass(slots=True)
class Access:
    """What an account may do, good until `until`, and what it was made from.

    `tariffs` are those that list channels; `mark` differs when the channel list does; `reason` is the wire's word for
    the account's state; `country` is where it is taken to be, "" when nobody knows; `mail` is what waits for it.
    """

    account: AccountView
    operator: OperatorView
    station: Station
    grant: Grant
    tariffs: frozenset[int]
    tariff_ids: tuple[int, ...]
    is_in_service: bool
    reason: str
    personal: dict[int, PersonalChannel]
    mark: Mark
    until: int
    country: str = ""
    mail: Mail | None = None

    def was_made_of(self, operator: OperatorView | None, station: Station | None) -> bool:
        """Say whether the account's operator and line-up are still the same."""
        return self.station is station and self.operator is operator


_NO_POSITIONS: Mapping[int, int] = MappingProxyType({})


class Holder:
    """An account in memory: what was said of it last, None when it is gone, what it may do, which of its devices watch,
    which channels it watched last, and where it stopped in programmes. It stays the same object for as long as the
    account is known, so that its seats need not look it up.
    """

    __slots__ = ("access", "account", "plays", "positions", "watched")

    def __init__(self) -> None:
        self.account: AccountView | None = None
        self.access: Access | None = None
        self.plays: dict[str, Play] | None = None
        self.watched: tuple[int, ...] = ()
        self.positions: Mapping[int, int] = _NO_POSITIONS


class Seat:
    """A session in memory, whose account it is, and the mark of the channel list it fetched last.

    What every beat needs stands here once more: each further object is a walk to cold memory. `country` is where the
    device signed in, None until somebody asks; `address` that from which it last asked for a stream, else "". `asked`
    is the account as it was when the records were last asked what waits for this device.
    """

    __slots__ = ("address", "asked", "country", "device_type", "digest", "holder", "is_enabled", "mark", "session")

    def __init__(self, session: SessionView, holder: Holder) -> None:
        self.holder = holder
        self.mark: Mark | None = None
        self.address = ""
        self.asked: AccountView | None = None
        self.renew(session)

    def renew(self, session: SessionView) -> None:
        """Take over what the records say of the session now."""
        self.country: str | None = None
        self.session = session
        self.digest = session.token_digest
        self.device_type = session.device_type
        self.is_enabled = session.device_is_enabled
