"""Channel lists as bodies: made once for all devices that see the same, remade chunk by chunk as programmes end."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

from headend.hotpath.gate.answers import Ready
from headend.hotpath.gate.memory import Access
from headend.hotpath.gate.packing import Body, Chunk
from headend.hotpath.gate.rows import FOREVER, NOTHING_PERSONAL, Addresses, Row, RowMaker, Variant
from headend.hotpath.gate.state import State
from headend.playback.ports import ChannelView, PersonalChannel

ROWS_IN_A_CHUNK = 120
MOST_MAKERS = 64
MOST_SHARED = 128
MOST_PERSONAL = 128
REST = {"error": 0, "error_message": ""}  # what stands beside the list in its answer

Entry: TypeAlias = tuple[ChannelView, PersonalChannel]


class Order(NamedTuple):
    """In what order the channels come: a named one of the operator or its usual one, and whether the account's own
    order goes before it.
    """

    sort_id: int | None = None
    has_own: bool = True


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

    def __init__(self, maker: ListMaker, access: Access, order: Order) -> None:
        self.personal = access.personal
        self.ready = Ready(b"", Body(()), "")
        self._maker = maker
        entries = tuple(entries_of(access, order))
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
        wire = self._maker.rows.variant.wire
        head, tail = wire.around("channels", REST)
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
            found = lists[key] = ChannelList(self._maker(access, variant), access, order)
        return found.refresh(now, self._state.guides_version)

    def rows(self, access: Access, variant: Variant) -> RowMaker:
        """What makes single rows of such a list."""
        return self._maker(access, variant).rows

    def _maker(self, access: Access, variant: Variant) -> ListMaker:
        key = (variant, access.station.version)
        maker = self._makers.pop(key, None) or ListMaker(RowMaker(self._state, access, variant, self._addresses))
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


def gives_channel(access: Access, channel_id: int) -> bool:
    """Say whether one of an account's tariffs gives a channel."""
    given = (access.station.lineup.tariffs[each].channels for each in access.tariffs)
    return any(channels is None or channel_id in channels for channels in given)


def entries_of(access: Access, order: Order) -> Iterator[Entry]:
    """The channels of a list in its order, each with what the account thinks of it."""
    channels, personal = visible_channels(access), access.personal
    if order.sort_id is not None:
        places = {each: place for place, each in enumerate(access.station.lineup.channel_sorts[order.sort_id])}
        channels.sort(key=lambda channel: places.get(channel.id, FOREVER))
    if personal and order.has_own:
        own = {each: thought.sort for each, thought in personal.items() if thought.sort is not None}
        channels.sort(key=lambda channel: own.get(channel.id, FOREVER))
    for channel in channels:
        yield channel, personal.get(channel.id, NOTHING_PERSONAL)
