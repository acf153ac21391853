"""Channel lists as bodies: made once for all devices that see the same, remade chunk by chunk as programmes end."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

from headend.hotpath.gate.answers import Ready
from headend.hotpath.gate.memory import Access, Station
from headend.hotpath.gate.packing import Body, Chunk
from headend.hotpath.gate.rows import FOREVER, NOTHING_PERSONAL, Addresses, Row, RowMaker, Variant
from headend.hotpath.gate.state import State
from headend.playback.ports import ChannelView, Lineup, OperatorView, PersonalChannel

ROWS_IN_A_CHUNK = 120
MOST_MAKERS = 128
MOST_SHARED = 128
MOST_PERSONAL = 128
REST = {"error": 0, "error_message": ""}  # what stands beside the list in its answer

NOBODYS: Mapping[int, PersonalChannel] = {}

Entry: TypeAlias = tuple[ChannelView, PersonalChannel]


class Order(NamedTuple):
    """In what order the channels come: a named one of the operator or its usual one, and whether the account's own
    order goes before it.
    """

    sort_id: int | None = None
    has_own: bool = True


class Offer(NamedTuple):
    """Which channels those see who have not signed in: those of a tariff, those that another lacks, in which order."""

    tariff_id: int | None = None
    without_tariff_id: int | None = None
    sort_id: int | None = None


class Slot(NamedTuple):
    """A chunk of a list and the rows that it was made of."""

    rows: tuple[Row, ...]
    chunk: Chunk
    tag: bytes


class ListMaker:
    """Makes the chunks of the lists of one variant; lists of different tariffs and accounts share what is the same."""

    def __init__(self, rows: RowMaker) -> None:
        self.rows = rows
        self._slots: dict[tuple[int, ...], Slot] = {}

    def slot(self, entries: tuple[Entry, ...], now: int, is_last: bool, known: Slot | None) -> Slot:
        """Make a chunk of a list, or find it; `known` is the one that stood here before."""
        is_shared = all(personal is NOTHING_PERSONAL for _, personal in entries)
        key = (*(channel.id for channel, _ in entries), int(is_last))
        if is_shared:
            known = self._slots.get(key)
        before = known.rows if known else (None,) * len(entries)
        rows = tuple(self._row(*entry, row, now) for entry, row in zip(entries, before, strict=True))
        if known and all(a is b for a, b in zip(rows, known.rows, strict=True)):
            return known
        made = _make_slot(rows, self.rows.variant.wire.separator, is_last)
        if is_shared:
            self._keep(key, made)
        return made

    def _keep(self, key: tuple[int, ...], slot: Slot) -> None:
        self._slots[key] = slot
        if len(self._slots) > MOST_SHARED:
            del self._slots[next(iter(self._slots))]

    def _row(self, channel: ChannelView, personal: PersonalChannel, before: Row | None, now: int) -> Row:
        if personal is NOTHING_PERSONAL:
            return self.rows.row(channel, now)
        if before and self.rows.is_true(before, channel, now):
            return before
        return self.rows.personal_row(channel, personal, now)


def _make_slot(rows: tuple[Row, ...], separator: bytes, is_last: bool) -> Slot:
    text = separator.join(row.body for row in rows) + (b"" if is_last else separator)
    return Slot(rows, Chunk(text), blake2b(text, digest_size=16).digest())


class ChannelList:
    """One list, kept: what is `ready` is true until `until`, or until a guide changes."""

    def __init__(
        self, maker: ListMaker, entries: tuple[Entry, ...], personal: Mapping[int, PersonalChannel] = NOBODYS
    ) -> None:
        self.personal = personal
        self.ready = Ready(b"", Body(()), "")
        self._maker = maker
        starts = range(0, len(entries), ROWS_IN_A_CHUNK)
        self._groups = [entries[start : start + ROWS_IN_A_CHUNK] for start in starts]
        self._slots: list[Slot | None] = [None] * len(self._groups)
        self._until = 0
        self._guides_version = -1

    def refresh(self, now: int, guides_version: int) -> "ChannelList":
        """Make anew what is no longer true."""
        if now < self._until and guides_version == self._guides_version:
            return self
        last = len(self._groups) - 1
        groups = zip(self._groups, self._slots, strict=True)
        slots = [self._maker.slot(group, now, place == last, slot) for place, (group, slot) in enumerate(groups)]
        self._slots = list(slots)
        variant = self._maker.rows.variant
        wire = variant.wire
        head, tail = wire.around(variant.shape.list_name, REST)
        body = Body((Chunk(head), *(slot.chunk for slot in slots), Chunk(tail)))
        tag = blake2b(b"".join(slot.tag for slot in slots), digest_size=9).hexdigest()
        self.ready = Ready(wire.content_type, body, tag)
        self._until = min((row.until for slot in slots for row in slot.rows), default=FOREVER)
        self._guides_version = guides_version
        return self


class Lists:
    """All lists that are kept; the oldest make room for new ones."""

    def __init__(self, state: State, addresses: Addresses) -> None:
        self._state = state
        self._addresses = addresses
        self._makers: dict[tuple[object, ...], ListMaker] = {}
        self._shared: dict[tuple[object, ...], ChannelList] = {}
        self._personal: dict[tuple[object, ...], ChannelList] = {}
        self._open: dict[tuple[object, ...], ChannelList] = {}

    def find(self, access: Access, variant: Variant, order: Order, now: int) -> ChannelList:
        """The list for an account, true now."""
        key: tuple[object, ...] = (variant, access.station.version, access.tariffs, order)
        lists, most, personal = self._shared, MOST_SHARED, access.personal
        if personal:
            key, lists, most = (*key, access.account.id), self._personal, MOST_PERSONAL
        found = lists.get(key)
        if found is None or (personal and found.personal is not personal):
            if len(lists) >= most:
                del lists[next(iter(lists))]
            maker = self._maker(access.operator, access.station, variant)
            found = lists[key] = ChannelList(maker, tuple(entries_of(access, order)), personal)
        return found.refresh(now, self._state.guides_version)

    def find_open(
        self, operator: OperatorView, station: Station, variant: Variant, offer: Offer, now: int
    ) -> ChannelList:
        """The list that everybody with the operator's key gets, true now; its rows have no token."""
        key = (variant, station.version, offer)
        found = self._open.get(key)
        if found is None:
            if len(self._open) >= MOST_SHARED:
                del self._open[next(iter(self._open))]
            entries = tuple((channel, NOTHING_PERSONAL) for channel in offered_channels(station, offer))
            found = self._open[key] = ChannelList(self._maker(operator, station, variant), entries)
        return found.refresh(now, self._state.guides_version)

    def some(
        self, operator: OperatorView, station: Station, variant: Variant, entries: Iterable[Entry], now: int
    ) -> bytes:
        """A list of some channels, which is not kept, though its rows are; it has the mark where the token goes."""
        rows = self._maker(operator, station, variant).rows
        bodies = (
            (rows.row(channel, now) if personal is NOTHING_PERSONAL else rows.personal_row(channel, personal, now)).body
            for channel, personal in entries
        )
        head, tail = variant.wire.around(variant.shape.list_name, REST)
        return head + variant.wire.separator.join(bodies) + tail

    def _maker(self, operator: OperatorView, station: Station, variant: Variant) -> ListMaker:
        key = (variant, station.version)
        maker = self._makers.pop(key, None)
        if maker is None:
            maker = ListMaker(RowMaker(self._state, operator, station, variant, self._addresses))
        self._makers[key] = maker
        if len(self._makers) > MOST_MAKERS:
            del self._makers[next(iter(self._makers))]
        return maker


def visible_channels(access: Access) -> list[ChannelView]:
    """The channels that an account's tariffs give, in the operator's order."""
    lineup = access.station.lineup
    given = [lineup.tariffs[each].channels for each in access.tariffs]
    enabled = [channel for channel in lineup.channels if channel.terms.is_enabled]
    if any(channels is None for channels in given):
        return enabled
    some = frozenset().union(*(channels for channels in given if channels is not None))
    return [channel for channel in enabled if channel.id in some]


def offered_channels(station: Station, offer: Offer) -> list[ChannelView]:
    """The channels that an operator shows to everybody."""
    lineup = station.lineup
    channels = [channel for channel in lineup.channels if channel.terms.is_enabled and channel.display_on_site]
    if offer.tariff_id is not None:
        channels = [channel for channel in channels if _has(lineup, offer.tariff_id, channel)]
    if offer.without_tariff_id is not None:
        channels = [channel for channel in channels if not _has(lineup, offer.without_tariff_id, channel)]
    return _sorted(lineup, channels, offer.sort_id)


def _has(lineup: Lineup, tariff_id: int, channel: ChannelView) -> bool:
    channels = lineup.tariffs[tariff_id].channels
    return channels is None or channel.id in channels


def _sorted(lineup: Lineup, channels: list[ChannelView], sort_id: int | None) -> list[ChannelView]:
    if sort_id is not None:
        places = {each: place for place, each in enumerate(lineup.channel_sorts[sort_id])}
        channels.sort(key=lambda channel: places.get(channel.id, FOREVER))
    return channels


def gives_channel(access: Access, channel_id: int) -> bool:
    """Say whether one of an account's tariffs gives a channel."""
    tariffs = access.station.lineup.tariffs
    for each in access.tariffs:
        channels = tariffs[each].channels
        if channels is None or channel_id in channels:
            return True
    return False


def entries_of(access: Access, order: Order) -> Iterator[Entry]:
    """The channels of a list in its order, each with what the account thinks of it."""
    channels, personal = _sorted(access.station.lineup, visible_channels(access), order.sort_id), access.personal
    if personal and order.has_own:
        own = {each: thought.sort for each, thought in personal.items() if thought.sort is not None}
        channels.sort(key=lambda channel: own.get(channel.id, FOREVER))
    for channel in channels:
        yield channel, personal.get(channel.id, NOTHING_PERSONAL)
