"""What the gate knows: operators, line-ups, guides, accounts and sessions, in dicts by id.

Everything here is touched on the event loop alone, so nothing is locked. A complete snapshot is built aside, in the
thread that brings it, and then put in place at once; other updates are applied where they are, in portions, so that
no request waits for more than one of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from headend.delivery.ports import GeoLocator, locate_nothing
from headend.hotpath.gate.memory import NO_GUIDE, Access, Guide, Holder, Seat, Station
from headend.hotpath.gate.refusals import refused_plays, refused_sign_ins
from headend.hotpath.gate.watching import PlayNews
from headend.playback.ports import AccountView, ChannelView, Lineup, OperatorView, PersonalChannel, Update, make_grant
from headend.playback.rules import Grant, current_tariffs, is_in_service
from headend.subscribers.rules import SessionView

PORTION = 1000  # records of an update that are applied in one go
_NOTHING: dict[int, PersonalChannel] = {}
_SETTLES_AFTER = 60  # seconds until the records surely know what was opened or closed here


class State:
    """The gate's memory. See the module for who may touch it. `locate` says in which country a device signed in."""

    def __init__(self, locate: GeoLocator = locate_nothing) -> None:
        self.locate = locate
        self.change = 0
        self.operators: dict[int, OperatorView] = {}
        self.operators_named: dict[str, OperatorView] = {}  # by the number as the wire writes it
        self.stations: dict[int, Station] = {}
        self.guides: dict[int, Guide] = {}
        self.guides_version = 0
        self.programme_categories: Mapping[int, tuple[str, ...]] = {}
        self.accounts: dict[int, Holder] = {}
        self.seats: dict[str, Seat] = {}
        self._numbers: dict[int, tuple[int, ...]] = {}
        self._tariff_sets: dict[frozenset[int], frozenset[int]] = {}
        self.play_news = PlayNews()
        self.refused_plays = refused_plays()
        self.refused_sign_ins = refused_sign_ins()
        self._opened: dict[str, tuple[int, SessionView]] = {}
        self._closed: dict[str, int] = {}

    @classmethod
    def of(cls, update: Update) -> "State":
        """Make a new memory of a complete snapshot."""
        state = cls()
        state.apply(update)
        return state

    def become(self, fresh: "State", now: int) -> None:
        """Take over a complete snapshot; what was opened or closed here a moment ago stays so."""
        self._settle(now)
        for digest, (_, session) in self._opened.items():
            if digest not in fresh.seats:
                fresh.seat(session)
        for digest in self._closed:
            fresh.seats.pop(digest, None)
        for digest, seat in fresh.seats.items():
            before = self.seats.get(digest)
            if before:
                seat.mark, seat.address = before.mark, before.address
        for account_id, holder in fresh.accounts.items():
            known = self.accounts.get(account_id)
            if known:
                holder.plays, holder.watched = known.plays, known.watched
        for operator_id, station in fresh.stations.items():
            self._follow(operator_id, station, now)
        self.change, self.stations = fresh.change, fresh.stations
        self.operators, self.operators_named = fresh.operators, fresh.operators_named
        self.guides, self.programme_categories = fresh.guides, fresh.programme_categories
        self.accounts, self.seats, self._numbers = fresh.accounts, fresh.seats, fresh._numbers
        self.guides_version += 1

    def apply(self, update: Update, now: int = 0) -> None:
        """Take in an update, or a portion of one."""
        self.change = max(self.change, update.change)
        for operator in update.operators:
            self._apply_operator(operator, now)
        for operator_id in update.removed_operators:
            self.operators.pop(operator_id, None)
            self.operators_named.pop(str(operator_id), None)
            self.stations.pop(operator_id, None)
        for lineup in update.lineups:
            station = Station(lineup, update.change)
            self._follow(lineup.operator_id, station, now)
            self.stations[lineup.operator_id] = station
        self._apply_guides(update)
        self._apply_accounts(update)
        self._apply_sessions(update)
        self._apply_positions(update)

    def _apply_operator(self, operator: OperatorView, now: int) -> None:
        before, station = self.operators.get(operator.id), self.stations.get(operator.id)
        if before and station and before.languages != operator.languages:
            station.turn(now)
        self.operators[operator.id] = self.operators_named[str(operator.id)] = operator

    def _follow(self, operator_id: int, station: Station, now: int) -> None:
        before = self.stations.get(operator_id)
        if before:
            station.follow(before, now)

    def _apply_guides(self, update: Update) -> None:
        for guide_channel_id, programmes in update.guides.items():
            self.guides[guide_channel_id] = Guide(programmes)
        if update.programme_categories is not None:
            self.programme_categories = update.programme_categories
        self.guides_version += bool(update.guides) or update.programme_categories is not None

    def _apply_accounts(self, update: Update) -> None:
        for account in update.accounts:
            holder = self.holder(account.id)
            self._unlist(holder)
            holder.account, holder.access = account, None
            self._numbers[account.number] = (*self._numbers.get(account.number, ()), account.id)
        for account_id in update.removed_accounts:
            holder = self.holder(account_id)
            self._unlist(holder)
            holder.account = holder.access = None
            del self.accounts[account_id]

    def _apply_positions(self, update: Update) -> None:
        for account_id, positions in update.positions.items():
            holder = self.accounts.get(account_id)
            if holder:
                holder.positions = positions

    def _unlist(self, holder: Holder) -> None:
        if holder.account:
            number, account_id = holder.account.number, holder.account.id
            others = tuple(each for each in self._numbers.pop(number, ()) if each != account_id)
            if others:
                self._numbers[number] = others

    def _apply_sessions(self, update: Update) -> None:
        for session in update.sessions:
            if session.token_digest not in self._closed:
                self.seat(session)
        for digest in update.removed_sessions:
            self.seats.pop(digest, None)
            self._opened.pop(digest, None)

    def holder(self, account_id: int) -> Holder:
        """The account with this id; one that is not known yet gets its place."""
        found = self.accounts.get(account_id)
        if found is None:
            found = self.accounts[account_id] = Holder()
        return found

    def seat(self, session: SessionView) -> None:
        """Know a session, or know it better."""
        known = self.seats.get(session.token_digest)
        if known and known.session.account_id == session.account_id:
            known.renew(session)
        else:
            self.seats[session.token_digest] = Seat(session, self.holder(session.account_id))

    # --- sessions that begin and end here ---

    def open(self, session: SessionView, now: int) -> None:
        """Know a session from now on, before the records tell of it."""
        self._settle(now)
        self.seat(session)
        self._opened[session.token_digest] = (now, session)

    def close(self, digest: str, now: int) -> SessionView | None:
        """Forget a session for good, whatever an update that is on its way says; give it back."""
        self._settle(now)
        self._opened.pop(digest, None)
        self._closed[digest] = now
        seat = self.seats.pop(digest, None)
        return seat.session if seat else None

    def was_closed(self, digest: str) -> bool:
        """Say whether a session was closed here a moment ago."""
        return digest in self._closed

    def _settle(self, now: int) -> None:
        """Forget what the records know by now; both dicts are in the order of time."""
        while self._opened and now - next(iter(self._opened.values()))[0] > _SETTLES_AFTER:
            del self._opened[next(iter(self._opened))]
        while self._closed and now - next(iter(self._closed.values())) > _SETTLES_AFTER:
            del self._closed[next(iter(self._closed))]

    # --- what is asked ---

    def accounts_numbered(self, number: int) -> tuple[AccountView, ...]:
        """The accounts with this number, one of each operator at most."""
        found = (self.accounts[each].account for each in self._numbers.get(number, ()))
        return tuple(account for account in found if account)

    def guide_of(self, channel: ChannelView) -> Guide:
        """The guide of a channel, before its shift; an empty one when it has none."""
        return self.guides.get(channel.guide_channel_id or 0, NO_GUIDE)

    def station_of(self, operator_id: int) -> Station:
        """An operator's line-up, an empty one when there is none yet."""
        return self.stations.get(operator_id) or Station(Lineup(operator_id, (), (), (), {}), 0)

    def access_at(self, seat: Seat, now: int) -> Access | None:
        """What a signed-in device may do now: that depends on the country in which it signed in, located once."""
        if seat.country is None:
            seat.country = self.locate(seat.session.address).country
        return self.access_of(seat.holder, now, seat.country)

    def access_of(self, holder: Holder, now: int, country: str = "") -> Access | None:
        """What an account may do now in a country; None when it or its operator is unknown.

        Made once and kept while it holds. The country that staff gave the account goes before the one it is seen in.
        """
        known, account = holder.access, holder.account
        if account is None:
            return None
        country = account.country or country
        operator, station = self.operators.get(account.operator_id), self.stations.get(account.operator_id)
        if known and now < known.until and known.country == country and known.was_made_of(operator, station):
            return known
        if operator is None or station is None:
            return None
        holder.access = self._make_access(account, operator, station, country, now)
        return holder.access

    def _make_access(
        self, account: AccountView, operator: OperatorView, station: Station, country: str, now: int
    ) -> Access:
        grant = make_grant(account, operator, station.lineup.tariffs)
        current = current_tariffs(grant, now)
        here = frozenset(t.id for t in current if not (t.countries and country) or country in t.countries)
        personal = account.personal or _NOTHING  # the same for nearly all, so that it stays in the cache
        tariffs, is_served = self._tariff_sets.setdefault(here, here), is_in_service(grant, now)
        return Access(
            account=account,
            operator=operator,
            station=station,
            grant=grant,
            tariffs=tariffs,
            tariff_ids=tuple(tariff.id for tariff in current),
            is_in_service=is_served,
            reason="INACTIVE" if account.status_reason == "ACTIVE" and not is_served else account.status_reason,
            personal=personal,
            mark=(station.version, tariffs, personal),
            until=_next_change(grant, now),
            country=country,
            mail=account.mail,
        )


def _next_change(grant: Grant, now: int) -> int:
    moments = [grant.active_from, grant.active_until]
    for holding in grant.holdings:
        moments += (holding.starts, holding.ends)
    return min((moment for moment in moments if moment is not None and moment > now), default=1 << 62)


def portions(update: Update) -> Iterator[Update]:
    """Cut an update into pieces that are applied quickly; operators and line-ups come whole and first."""
    guides, positions = list(update.guides.items()), list(update.positions.items())
    rest = (update.accounts, update.removed_accounts, update.sessions, update.removed_sessions, guides, positions)
    if sum(map(len, rest)) <= PORTION:
        yield update
        return
    none = Update(update.change)
    yield replace(
        update,
        guides=none.guides,
        accounts=none.accounts,
        removed_accounts=none.removed_accounts,
        sessions=none.sessions,
        removed_sessions=none.removed_sessions,
        positions=none.positions,
    )
    for start in range(0, max(map(len, rest)), PORTION):
        cut = slice(start, start + PORTION)
        yield Update(
            change=update.change,
            guides=dict(guides[cut]),
            accounts=update.accounts[cut],
            removed_accounts=update.removed_accounts[cut],
            sessions=update.sessions[cut],
            removed_sessions=update.removed_sessions[cut],
            positions=dict(positions[cut]),
        )
